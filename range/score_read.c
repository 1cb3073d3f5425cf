/* score_read.c - truth and case in memory, hosts joined by name, references joined by place. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "score_priv.h"

const char *const CLASS_NAMES[CLASS_COUNT] = {
	"none", "confirmed", "likely", "exposed", "cleared", "unknown"
};
const char *const STATE_NAMES[TRUE_COUNT] = { "clean", "exposed", "blocked", "compromised" };

#define NAME_LEN 512
#define LIMIT_KEY_BYTES ((size_t)4 << 30)

const char *text_of(const json_t *object, const char *key)
{
	const char *z = json_string_value(json_object_get(object, key));

	return z ? z : "";
}

double number_of(const json_t *object, const char *key, double otherwise)
{
	const json_t *v = json_object_get(object, key);

	return json_is_number(v) ? json_number_value(v) : otherwise;
}

int64_t time_of(const json_t *object, const char *key)
{
	enum time_basis basis;
	int64_t ns;

	return time_parse_iso(str_of(text_of(object, key)), &ns, &basis) ? ns : TIME_NONE;
}

json_t *list_of(const json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return json_is_array(v) ? v : NULL;
}

static str lowered(const char *name, char out[NAME_LEN])
{
	size_t n = 0;

	for (; name[n] && n + 1 < NAME_LEN; n++)
		out[n] = (char)tolower((unsigned char)name[n]);
	return (str){ out, n };
}

uint32_t host_named(const struct score *s, const char *name)
{
	char z[NAME_LEN];
	const struct map_entry *e = map_get(&s->hosts, lowered(name, z));

	return e ? (uint32_t)e->value : NOBODY;
}

static unsigned word_index(const char *word, const char *const *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return 0;
}

/* --- truth ---------------------------------------------------------------------------------- */

static int read_hosts(struct score *s, err *e)
{
	json_t *v, *n;
	size_t i, k;

	json_array_foreach(list_of(s->truth, "hosts"), i, v)
	{
		struct scored_host *h = VEC_PUSH(&s->host, LIMIT_SCORE_ROWS);

		if (!h)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the hosts");
		h->name = text_of(v, "host_id");
		h->state = (enum score_state)word_index(text_of(v, "state"), STATE_NAMES, TRUE_COUNT);
		h->ceiling = (enum score_class)word_index(text_of(v, "evidence_ceiling"), CLASS_NAMES,
							  CLASS_COUNT);
		h->first = time_of(json_object_get(v, "first_compromise"), "true");
		h->observable = time_of(json_object_get(v, "first_compromise"), "observable");
		h->probability = -1;
		h->told = TIME_NONE;
		h->parent = h->told_parent = NOBODY;
		h->offset_ns = (int64_t)number_of(v, "clock_offset_ms", 0) * 1000000;
		json_array_foreach(list_of(v, "names"), k, n)
		{
			char z[NAME_LEN];
			const char *name = json_string_value(n);

			if (name && !map_put(&s->hosts, lowered(name, z), i, NULL))
				return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the hosts");
		}
	}
	for (i = 0; i < s->host.len; i++) {
		const json_t *d = json_object_get(json_array_get(list_of(s->truth, "hosts"), i), "delivery");

		s->host.at[i].parent = host_named(s, text_of(d, "from_host"));
	}
	return 0;
}

static uint32_t decoy_named(const struct score *s, const char *id)
{
	json_t *v;
	size_t i;

	json_array_foreach(list_of(s->truth, "decoys"), i,
			   v) if (strcmp(text_of(v, "id"), id) == 0) return (uint32_t)i +
		1;
	return 0;
}

static int read_row(struct score *s, const char *line, err *e)
{
	json_t *v = json_loads(line, 0, NULL);
	struct side_row *r;
	char key[2 * NAME_LEN];
	int n, rc = 0;

	if (!v)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "a line of the truth's events is no JSON");
	n = snprintf(key, sizeof key, "%s:%lld", text_of(v, "file"), (long long)number_of(v, "offset", 0));
	r = VEC_PUSH(&s->row, LIMIT_SCORE_ROWS);
	if (!r || n < 0 || !map_put(&s->rows, (str){ key, strlen(key) }, s->row.len - 1, NULL)) {
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the truth's events");
	} else {
		r->step = (uint32_t)number_of(v, "step", 0);
		r->malicious = strcmp(text_of(v, "label"), "malicious") == 0;
		r->decoy = r->malicious ? 0 : decoy_named(s, text_of(v, "campaign"));
	}
	json_decref(v);
	return rc;
}

/* truth.json -> truth.events.jsonl beside it. */
static int read_rows(struct score *s, const char *truth_path, err *e)
{
	char path[4096], *line = NULL;
	size_t stem = strlen(truth_path), cap = 0;
	int rc = 0;
	FILE *f;

	if (stem > 5 && strcmp(truth_path + stem - 5, ".json") == 0)
		stem -= 5;
	snprintf(path, sizeof path, "%.*s.events.jsonl", (int)stem, truth_path);
	f = fopen(path, "re");
	if (!f)
		return err_errno(e, errno, "cannot read %s", path);
	while (rc == 0 && getline(&line, &cap, f) > 0)
		rc = read_row(s, line, e);
	free(line);
	fclose(f);
	return rc;
}

/* --- case ----------------------------------------------------------------------------------- */

static int read_items(struct score *s, err *e)
{
	json_t *v;
	size_t i;

	json_array_foreach(list_of(s->told, "items"), i, v)
	{
		const char *hash = text_of(v, "sha256");

		if (*hash && !map_put(&s->items, str_of(hash), i, NULL))
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the items");
	}
	return 0;
}

/* Files of the truth that are copies of others: rows are listed under the original. */
static int read_copies(struct score *s, err *e)
{
	json_t *v;
	size_t i;

	json_array_foreach(list_of(s->truth, "copies"), i, v)
	{
		if (!map_put(&s->copies, str_of(text_of(v, "file")), i, NULL))
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the copies");
	}
	return 0;
}

/* A path of the case as the truth names the file: below the evidence folder, the original of a copy. */
static const char *file_of(const struct score *s, const char *path)
{
	const char *below = strstr(path, "evidence/");
	const struct map_entry *copy;

	path = below ? below + 9 : path;
	copy = map_get(&s->copies, str_of(path));
	return copy ? text_of(json_array_get(list_of(s->truth, "copies"), (size_t)copy->value), "of") : path;
}

const struct side_row *row_of(const struct score *s, const char *ref)
{
	str rest, hash = str_cut(str_of(ref), ':', &rest), offset = str_cut(rest, ':', &rest);
	const struct map_entry *item = map_get(&s->items, hash), *row;
	char key[2 * NAME_LEN];

	if (!item)
		return NULL;
	snprintf(key, sizeof key, "%s:%.*s",
		 file_of(s, text_of(json_array_get(list_of(s->told, "items"), (size_t)item->value), "path")),
		 STR_ARG(offset));
	row = map_get(&s->rows, str_of(key));
	return row ? &s->row.at[row->value] : NULL;
}

static void read_told_hosts(struct score *s)
{
	json_t *v;
	size_t i;

	json_array_foreach(list_of(s->incident, "hosts"), i, v)
	{
		uint32_t index = host_named(s, text_of(v, "host"));
		struct scored_host *h;

		if (index == NOBODY)
			continue;
		h = &s->host.at[index];
		h->class = (enum score_class)word_index(text_of(v, "class"), CLASS_NAMES, CLASS_COUNT);
		h->probability = number_of(v, "probability", -1);
		h->told = time_of(v, "first");
		h->told_parent = host_named(s, text_of(v, "parent"));
		h->rank = (uint32_t)i + 1;
	}
}

static json_t *load(const char *path, err *e)
{
	json_error_t je;
	json_t *v = json_load_file(path, JSON_REJECT_DUPLICATES, &je);

	if (!v)
		err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s: %s", path, je.text);
	return v;
}

int score_read(struct score *s, const char *case_path, const char *truth_path, err *e)
{
	char path[4096];
	struct stat st;

	memset(s, 0, sizeof *s);
	map_init(&s->hosts, 1u << 24, LIMIT_KEY_BYTES);
	map_init(&s->rows, 1u << 28, LIMIT_KEY_BYTES);
	map_init(&s->items, 1u << 24, LIMIT_KEY_BYTES);
	map_init(&s->copies, 1u << 24, LIMIT_KEY_BYTES);
	snprintf(path, sizeof path, "%s", case_path);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(path, sizeof path, "%s/case.json", case_path);
	s->truth = load(truth_path, e);
	if (!s->truth)
		return -1;
	if (strcmp(text_of(s->truth, "schema"), "spoor-truth/1") != 0)
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "%s is no truth of version 1", truth_path);
	s->told = load(path, e);
	if (!s->told || read_hosts(s, e) < 0 || read_rows(s, truth_path, e) < 0 || read_items(s, e) < 0 ||
	    read_copies(s, e) < 0)
		return -1;
	s->incident = json_object_get(s->told, "incident");
	read_told_hosts(s);
	return 0;
}

void score_done(struct score *s)
{
	json_decref(s->truth);
	json_decref(s->told);
	map_done(&s->hosts);
	map_done(&s->rows);
	map_done(&s->items);
	map_done(&s->copies);
	VEC_DONE(&s->host);
	VEC_DONE(&s->row);
	VEC_DONE(&s->metrics);
}
