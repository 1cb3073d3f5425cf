/* What the intruders left behind, thing by thing and host by host: their programs, pages that servers execute,
 * gathered archives and exports. Of hosts that the verdict holds to be under control only. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "story/narrate.h"
#include "util/limits.h"

struct left {
	struct finder *f;
	map keys;       /* host, path -> artefact */
	uint8_t *class; /* per host */
};

static bool is_held(const struct left *w, uint32_t host)
{
	return host != STORY_NOBODY && w->f->suspect[host].in && w->class[host] <= CLASS_LIKELY;
}

static struct incident_artefact *left_add(struct left *w, uint32_t host, const char *kind, str path,
					  const struct story_refs *refs)
{
	struct finder *f = w->f;
	struct incident_artefact *a;
	buf key = { 0 };
	struct map_entry *m;
	bool fresh;

	if (path.len < 4)
		return NULL;
	buf_add(&key, &host, sizeof host);
	for (size_t i = 0; i < path.len; i++)
		buf_byte(&key,
			 path.ptr[i] >= 'A' && path.ptr[i] <= 'Z' ? (char)(path.ptr[i] + 32) : path.ptr[i]);
	m = map_put(&w->keys, buf_view(&key), f->artefact.len, &fresh);
	buf_done(&key);
	if (!m || (fresh && !VEC_PUSH(&f->artefact, LIMIT_STORY_CLUES))) {
		f->b->st->dropped++;
		return NULL;
	}
	a = &f->artefact.at[m->value];
	if (fresh)
		*a = (struct incident_artefact){ .host = host,
						 .incident = f->suspect[host].incident,
						 .kind = kind,
						 .path = keep(f->b, path),
						 .from_ns = TIME_NONE,
						 .to_ns = TIME_NONE };
	refs_add_all(&a->refs, refs->at, refs->n);
	return a;
}

/* --- programs -------------------------------------------------------------------------------- */

/* The path of a hash or image as it was logged first; the tables have it in lower case. */
static void left_programs(struct left *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.program.len; i++) {
		const struct program *p = &f->t.program.at[i];
		struct incident_artefact *a;

		if (!is_held(w, p->host) ||
		    !(mark_of(f, MARK_HASH, p->hash) || mark_of(f, MARK_IMAGE, p->image)) ||
		    !is_odd_place(trace_text(&f->t, p->image)))
			continue;
		a = left_add(w, p->host, "implant", trace_text(&f->t, p->image), &p->s.refs);
		if (a && a->sha256.len == 0 && trace_text(&f->t, p->hash).len == 64)
			a->sha256 = keep(f->b, trace_text(&f->t, p->hash));
	}
	for (size_t i = 0; i < f->t.install.len; i++) {
		const struct install *n = &f->t.install.at[i];

		if (is_held(w, n->host) && n->image && mark_of(f, MARK_IMAGE, n->image))
			left_add(w, n->host, "implant", trace_text(&f->t, n->image), &n->s.refs);
	}
}

/* --- pages, modules -------------------------------------------------------------------------- */

/* What stands behind a parameter of a command: -Name "value" or -Name value. */
static str parameter(str command, const char *name)
{
	str rest, want = str_of(name);

	for (size_t i = 0; i + want.len < command.len; i++) {
		if (!str_eq_ascii_nocase((str){ command.ptr + i, want.len }, want))
			continue;
		rest = str_trim((str){ command.ptr + i + want.len, command.len - i - want.len });
		if (rest.len && rest.ptr[0] == '"')
			return str_cut((str){ rest.ptr + 1, rest.len - 1 }, '"', &rest);
		return str_cut(rest, ' ', &rest);
	}
	return STR("");
}

/* "\\mx02\c$\folder\x.pst": the host and its own name of it. */
static uint32_t share_place(struct finder *f, str unc, str *ret_path)
{
	str host, share, rest;

	if (unc.len < 8 || unc.ptr[0] != '\\' || unc.ptr[1] != '\\')
		return STORY_NOBODY;
	host = str_cut((str){ unc.ptr + 2, unc.len - 2 }, '\\', &rest);
	share = str_cut(rest, '\\', &rest);
	if (share.len != 2 || share.ptr[1] != '$')
		return STORY_NOBODY;
	*ret_path = keep_printf(f->b, "%c:\\%.*s", share.ptr[0] >= 'a' ? share.ptr[0] - 32 : share.ptr[0],
				(int)rest.len, rest.ptr);
	return host_named(f->b, host);
}

static void left_observed(struct left *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->clue.len; i++) {
		const struct story_clue c = f->clue.at[i];
		str command = sentence_value(&c.sentence, "command"), path = STR("");

		if (!is_held(w, c.host) && c.family != FAMILY_SERVICE)
			continue;
		if (is_held(w, c.host) && c.grade == GRADE_CONTROL &&
		    strncmp(c.sentence.key, "obs.page_written", 16) == 0)
			left_add(w, c.host, "web-page", sentence_value(&c.sentence, "object"), &c.refs);
		if (is_held(w, c.host) && has_nocase(command, "-AssemblyPath"))
			left_add(w, c.host, "module", parameter(command, "-AssemblyPath"), &c.refs);
		if (is_held(w, c.host) && strcmp(c.sentence.key, "obs.module") == 0 &&
		    str_find(sentence_value(&c.sentence, "object"), STR("\\")) != SIZE_MAX)
			left_add(w, c.host, "module", sentence_value(&c.sentence, "object"), &c.refs);
		if (has_nocase(command, "-FilePath") && c.grade >= GRADE_NOTE) {
			uint32_t at = share_place(f, parameter(command, "-FilePath"), &path);

			if (at != STORY_NOBODY && f->suspect[at].in)
				left_add(w, at, "staged-archive", path, &c.refs);
		}
	}
}

/* --- archives -------------------------------------------------------------------------------- */

/* The next word of a command, quotes taken off. */
static str next_word(str *rest)
{
	*rest = str_trim(*rest);
	if (rest->len && rest->ptr[0] == '"')
		return str_cut((str){ rest->ptr + 1, rest->len - 1 }, '"', rest);
	return str_cut(*rest, ' ', rest);
}

/* The archive that a command makes: "x.exe a [-switches] ARCHIVE files", as the common packers have it. */
static str archive_made(str command)
{
	str rest = command, word;

	next_word(&rest);
	word = next_word(&rest);
	if (!str_eq(word, STR("a")) && !str_eq(word, STR("u")))
		return STR("");
	do
		word = next_word(&rest);
	while (word.len && (word.ptr[0] == '-' || (word.ptr[0] == '/' && word.len < 8)));
	return str_find(word, STR("\\")) != SIZE_MAX || str_find(word, STR("/")) != SIZE_MAX ? word : STR("");
}

static void left_archives(struct left *w)
{
	for (size_t i = 0; i < w->f->clue.len; i++) {
		const struct story_clue c = w->f->clue.at[i];
		str command = sentence_value(&c.sentence, "command");

		if (command.len && is_held(w, c.host))
			left_add(w, c.host, "staged-archive", archive_made(command), &c.refs);
	}
}

void left_list(struct finder *f)
{
	struct left w = { .f = f, .class = calloc(f->b->host.len + 1, 1) };

	map_init(&w.keys, LIMIT_STORY_CLUES, 64u << 20);
	for (uint32_t h = 0; w.class && h < f->b->host.len; h++)
		w.class[h] = CLASS_UNKNOWN;
	for (size_t i = 0; w.class && i < f->host.len; i++)
		w.class[f->host.at[i].host] = (uint8_t)f->host.at[i].class;
	if (w.class) {
		left_programs(&w);
		left_observed(&w);
		left_archives(&w);
	}
	free(w.class);
	map_done(&w.keys);
}
