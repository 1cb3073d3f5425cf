#include "detect/image.h"

#include <elf.h>
#include <hs.h>
#include <link.h>
#include <stdlib.h>

#include "detect/ruleset.h"
#include "util/limits.h"

#define MAGIC UINT64_C(0x31474D4952505300) /* "\0SPRIMG1" */
#define ALIGN 16u

/* A growing array of the set: every VEC() begins like this. */
struct any_vec {
	void *at;
	size_t len, cap;
};

struct part {
	size_t vec;          /* offset of the array in struct ruleset */
	size_t size;         /* of an element */
	const size_t *strs;  /* offsets of strings in an element */
	size_t nstrs;
};

static const size_t INFO_STRS[] = {
	offsetof(struct rule_info, id),      offsetof(struct rule_info, name),
	offsetof(struct rule_info, title),
	offsetof(struct rule_info, path),    offsetof(struct rule_info, product),
	offsetof(struct rule_info, category), offsetof(struct rule_info, service),
	offsetof(struct rule_info, tags),    offsetof(struct rule_info, status_text),
	offsetof(struct rule_info, reason),
};
static const size_t CORRELATION_STRS[] = { offsetof(struct correlation, id) };
static const size_t NAME_STRS[] = { 0 };
static const size_t RULE_STRS[] = { offsetof(struct compiled_rule, id) };
static const size_t VARIANT_STRS[] = { offsetof(struct variant, where.product),
				       offsetof(struct variant, where.category),
				       offsetof(struct variant, where.service_name) };
static const size_t GROUP_STRS[] = { offsetof(struct plan_group, where.product),
				     offsetof(struct plan_group, where.category),
				     offsetof(struct plan_group, where.service_name) };
static const size_t PRED_STRS[] = { offsetof(struct pred, regex.pattern),
				    offsetof(struct pred, pattern.literal) };

static const size_t LABEL_STRS[] = { offsetof(struct sigma_label, text) };

#define PART(member, strs)                                                                                   \
	{ offsetof(struct ruleset, member), sizeof *((struct ruleset *)0)->member.at, strs, COUNT(strs) }
#define PLAIN(member) { offsetof(struct ruleset, member), sizeof *((struct ruleset *)0)->member.at, NULL, 0 }

enum { PART_PREDS /* has patterns besides */, PART_CORRELATIONS };

static const struct part PARTS[] = {
	[PART_PREDS] = PART(pool.preds, PRED_STRS),
	[PART_CORRELATIONS] = PART(correlations, CORRELATION_STRS),
	PLAIN(pool.nodes),
	PLAIN(pool.kids),
	PART(pool.labels, LABEL_STRS),
	PART(infos, INFO_STRS),
	PART(rules, RULE_STRS),
	PLAIN(rule_keys),
	PLAIN(corr_refs),
	PART(corr_names, NAME_STRS),
	PART(variants, VARIANT_STRS),
	PART(plan.groups, GROUP_STRS),
	PLAIN(plan.members),
	PLAIN(plan.fields),
	PLAIN(plan.atoms),
	PLAIN(plan.atom_table),
	PLAIN(plan.literal_hits),
	PLAIN(plan.hits),
	PLAIN(plan.regexes),
	PLAIN(plan.directs),
	PLAIN(plan.alwayses),
	PLAIN(plan.fired_first),
	PLAIN(plan.fired),
	PLAIN(plan.event_ids),
	PLAIN(plan.dbs),
};

struct place {
	uint64_t at, len; /* len: elements, or bytes */
};

struct head {
	uint64_t magic, len;
	struct place parts[COUNT(PARTS)];
	struct place names; /* of fields, as struct str */
	struct place db_bytes;
	uint64_t nregexes;
};

static struct any_vec *vec_of(struct ruleset *rs, const struct part *p)
{
	return (struct any_vec *)(void *)((char *)rs + p->vec);
}

/* --- freezing -------------------------------------------------------------------------------- */

/* Append n bytes, aligned; answers their place. */
static uint64_t put(buf *to, const void *p, size_t n)
{
	static const char ZEROS[ALIGN];
	uint64_t at;

	buf_add(to, ZEROS, (ALIGN - to->len % ALIGN) % ALIGN);
	at = to->len;
	buf_add(to, p, n);
	return at;
}

/* The pointer at image offset `at` now means a place. */
static void set_place(buf *to, uint64_t at, uint64_t place)
{
	const void *p = (const void *)(uintptr_t)place;

	if (!to->failed)
		memcpy(to->ptr + at, &p, sizeof p);
}

/* Copy the string s that lies at image offset `at`, with a NUL behind it. */
static void put_str(buf *to, uint64_t at, str s)
{
	uint64_t place = to->len;

	buf_str(to, s);
	buf_byte(to, 0);
	set_place(to, at + offsetof(str, ptr), place);
}

static void put_pattern(buf *to, uint64_t at, const struct pattern *p)
{
	uint64_t elems = put(to, p->elems, p->nelems * sizeof *p->elems);
	uint64_t segments = put(to, p->segments, p->nsegments * sizeof *p->segments);

	set_place(to, at + offsetof(struct pattern, elems), elems);
	set_place(to, at + offsetof(struct pattern, segments), segments);
	for (uint32_t i = 0; i < p->nsegments; i++) {
		const struct pat_segment *s = &p->segments[i];
		uint64_t seg = segments + i * sizeof *s;

		/* its elements are a part of the pattern's */
		set_place(to, seg + offsetof(struct pat_segment, elems),
			  elems + (uint64_t)(s->elems - p->elems) * sizeof *s->elems);
		put_str(to, seg + offsetof(struct pat_segment, bytes), s->bytes);
	}
}

static struct place put_part(buf *to, struct ruleset *rs, const struct part *p)
{
	const struct any_vec *v = vec_of(rs, p);
	struct place place = { put(to, v->at, v->len * p->size), v->len };

	for (size_t i = 0; i < v->len; i++) {
		for (size_t k = 0; k < p->nstrs; k++) {
			const char *s = (const char *)v->at + i * p->size + p->strs[k];

			put_str(to, place.at + i * p->size + p->strs[k], *(const str *)(const void *)s);
		}
	}
	return place;
}

static struct place put_names(buf *to, const struct sigma_pool *pool)
{
	struct place place = { put(to, NULL, 0), pool->field_ids.len };

	for (uint32_t i = 0; i < pool->field_ids.len; i++)
		buf_add(to, &pool->field_ids.entries[i].key, sizeof(str));
	for (uint32_t i = 0; i < pool->field_ids.len; i++)
		put_str(to, place.at + i * sizeof(str), pool->field_ids.entries[i].key);
	return place;
}

int ruleset_freeze(const struct ruleset *set, buf *to, err *e)
{
	struct ruleset *rs = (struct ruleset *)(uintptr_t)set; /* only read */
	struct head head = { .magic = MAGIC, .nregexes = rs->pool.nregexes };
	const struct place *preds = &head.parts[PART_PREDS];

	buf_clear(to);
	buf_add(to, &head, sizeof head);
	for (size_t i = 0; i < COUNT(PARTS); i++)
		head.parts[i] = put_part(to, rs, &PARTS[i]);
	for (size_t i = 0; i < rs->pool.preds.len; i++)
		put_pattern(to, preds->at + i * sizeof(struct pred) + offsetof(struct pred, pattern),
			    &rs->pool.preds.at[i].pattern);
	head.names = put_names(to, &rs->pool);
	head.db_bytes = (struct place){ put(to, rs->plan.db_bytes.ptr, rs->plan.db_bytes.len),
					rs->plan.db_bytes.len };
	head.len = to->len;
	if (to->failed)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "compiled rules need too much memory");
	memcpy(to->ptr, &head, sizeof head);
	return 0;
}

/* --- thawing --------------------------------------------------------------------------------- */

struct thaw {
	char *image;
	uint64_t len;
	bool bad;
};

/* n objects of `size` bytes at a place of the image; NULL if they do not lie inside. */
static void *inside(struct thaw *t, uint64_t at, uint64_t n, size_t size)
{
	if (at > t->len || n > (t->len - at) / size) {
		t->bad = true;
		return NULL;
	}
	return t->image + at;
}

static void get_str(struct thaw *t, str *s)
{
	s->ptr = inside(t, (uintptr_t)s->ptr, s->len + 1, 1);
}

static void get_pattern(struct thaw *t, struct pattern *p)
{
	struct pat_segment *segments;

	p->elems = inside(t, (uintptr_t)p->elems, p->nelems, sizeof *p->elems);
	segments = inside(t, (uintptr_t)p->segments, p->nsegments, sizeof *segments);
	for (uint32_t i = 0; segments && i < p->nsegments; i++) {
		segments[i].elems = inside(t, (uintptr_t)segments[i].elems, segments[i].nelems,
					   sizeof *segments[i].elems);
		get_str(t, &segments[i].bytes);
	}
	p->segments = segments;
}

static void get_part(struct thaw *t, struct ruleset *rs, const struct part *p, const struct place *place)
{
	struct any_vec *v = vec_of(rs, p);

	v->at = inside(t, place->at, place->len, p->size);
	v->len = v->cap = v->at ? place->len : 0;
	for (size_t i = 0; i < v->len; i++)
		for (size_t k = 0; k < p->nstrs; k++)
			get_str(t, (str *)(void *)((char *)v->at + i * p->size + p->strs[k]));
}

static bool get_names(struct thaw *t, struct sigma_pool *pool, const struct place *place)
{
	str *names = inside(t, place->at, place->len, sizeof *names);
	bool is_new;

	for (uint64_t i = 0; names && i < place->len; i++) {
		get_str(t, &names[i]);
		if (t->bad || !map_put(&pool->field_ids, names[i], i, &is_new))
			return false;
	}
	return names != NULL;
}

static bool thaw(struct ruleset *rs, struct thaw *t)
{
	struct head *head = (struct head *)(void *)t->image;
	char *db;

	for (size_t i = 0; i < COUNT(PARTS); i++)
		get_part(t, rs, &PARTS[i], &head->parts[i]);
	for (size_t i = 0; i < rs->pool.preds.len; i++)
		get_pattern(t, &rs->pool.preds.at[i].pattern);
	db = inside(t, head->db_bytes.at, head->db_bytes.len, 1);
	rs->plan.db_bytes = (buf){ .ptr = db, .len = head->db_bytes.len, .cap = head->db_bytes.len };
	rs->pool.nregexes = (uint32_t)head->nregexes;
	map_init(&rs->pool.field_ids, LIMIT_SIGMA_FIELDS, LIMIT_SIGMA_BYTES);
	return get_names(t, &rs->pool, &head->names) && !t->bad;
}

int ruleset_thaw(struct ruleset **ret, void *image, size_t len, err *e)
{
	struct thaw t = { image, len, false };
	struct ruleset *rs = calloc(1, sizeof *rs);
	const struct head *head = image;

	if (!rs)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
	rs->thawed = true;
	if (len < sizeof *head || head->magic != MAGIC || head->len != len || !thaw(rs, &t)) {
		ruleset_free(rs);
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "not the compiled rules of this program");
	}
	*ret = rs;
	return 0;
}

bool image_has_correlations(bytes image)
{
	struct head head;

	if (image.len < sizeof head)
		return false;
	memcpy(&head, image.ptr, sizeof head);
	return head.magic == MAGIC && head.parts[PART_CORRELATIONS].len > 0;
}

/* --- origin ---------------------------------------------------------------------------------- */

static int find_build_id(struct dl_phdr_info *info, size_t size, void *ctx)
{
	buf *to = ctx;

	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		const char *p = (const char *)info->dlpi_addr + ph->p_vaddr, *end = p + ph->p_memsz;

		while (ph->p_type == PT_NOTE && p + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *note = (const void *)p;
			const char *name = p + sizeof *note, *data = name + (note->n_namesz + 3u) / 4 * 4;

			if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
				buf_add(to, data, note->n_descsz);
			p = data + (note->n_descsz + 3u) / 4 * 4;
		}
	}
	return 1; /* the program itself comes first */
}

bool image_origin(buf *to)
{
	size_t before = to->len;
	hs_platform_info_t platform;

	(void)dl_iterate_phdr(find_build_id, to);
	if (to->len == before || hs_populate_platform(&platform) != HS_SUCCESS)
		return false;
	buf_printf(to, "/%s/%u/%llx", hs_version(), platform.tune, platform.cpu_features);
	return !to->failed;
}
