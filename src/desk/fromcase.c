#include "desk/fromcase.h"

#include "share/share.h"
#include "util/limits.h"
#include "util/times.h"

bool case_is_cross_border(const struct story *st, str country, bool *ret_known)
{
	const struct incident *in = st->incident;
	bool known = false, abroad = false;

	for (uint32_t i = 0; i < in->nexternal; i++) {
		if (in->external[i].country.len == 0 || country.len == 0)
			continue;
		known = true;
		abroad |= !str_eq_ascii_nocase(in->external[i].country, country);
	}
	*ret_known = known;
	return abroad;
}

static uint64_t lost_bytes(const struct incident *in)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < in->nlosses; i++) {
		sum += in->losses[i].estimate;
		if (sum > LIMIT_DESK_COUNT)
			return LIMIT_DESK_COUNT;
	}
	return sum;
}

static const char *severity(const struct told *t)
{
	uint32_t sure = t->by_class[CLASS_CONFIRMED], likely = t->by_class[CLASS_LIKELY];

	if (t->st->incident->nincidents == 0)
		return "low";
	return sure + likely >= 10 || (sure && t->st->incident->nlosses) ? "critical"
	       : sure                                                    ? "high"
									 : "medium";
}

static int set_count(struct record *r, const char *name, uint64_t n, arena *mem, err *e)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	return record_set(r, str_of(name), str_of(text), mem, e);
}

/* What follows the case, each time. */
static int follow(struct record *r, const struct told *t, str path, arena *mem, err *e)
{
	buf first = { 0 };
	int rc;

	if (t->first_ns != TIME_NONE)
		desk_time(&first, t->first_ns);
	rc = record_set(r, STR("case_path"), path, mem, e);
	if (rc == 0)
		rc = record_set(r, STR("case_key"), str_of(t->key), mem, e);
	if (rc == 0)
		rc = record_set(r, STR("first_seen"), buf_view(&first), mem, e);
	if (rc == 0)
		rc = set_count(r, "hosts", t->by_class[CLASS_CONFIRMED] + t->by_class[CLASS_LIKELY], mem, e);
	if (rc == 0)
		rc = set_count(r, "leaked_bytes", lost_bytes(t->st->incident), mem, e);
	buf_done(&first);
	return rc;
}

/* What a new one begins with. */
static int begin(struct desk *d, struct record *r, const struct told *t, arena *mem, err *e)
{
	struct record settings;
	buf title = { 0 };
	bool known = false, abroad;
	int rc;

	if (desk_settings(d, &settings, mem, e) < 0)
		return -1;
	abroad = case_is_cross_border(t->st, record_get(&settings, "country"), &known);
	if (t->st->declared && t->st->declared->title.len)
		buf_str(&title, t->st->declared->title);
	else
		share_title(&title, t);
	rc = record_set(r, STR("title"), buf_view(&title), mem, e);
	if (rc == 0)
		rc = record_set(r, STR("severity"), str_of(severity(t)), mem, e);
	if (rc == 0)
		rc = record_set(r, STR("type"),
				t->st->incident->nincidents ? STR("system-compromise") : STR("undetermined"),
				mem, e);
	if (rc == 0 && known)
		rc = record_set(r, STR("cross_border"), abroad ? STR("yes") : STR("no"), mem, e);
	buf_done(&title);
	return rc;
}

int desk_import_case(struct desk *d, const struct told *t, str path, buf *ret_id, enum record_done *ret,
		     err *e)
{
	struct record r = { .type = &RECORD_INCIDENT }, old;
	buf ref = { 0 };
	arena mem;
	int rc, known;

	arena_init(&mem, LIMIT_DESK_BYTES);
	buf_printf(&ref, "case:%s", t->key);
	r.ref = buf_view(&ref);
	known = record_find_ref(d, &RECORD_INCIDENT, r.ref, &old, &mem, e);
	rc = known < 0 ? -1 : follow(&r, t, path, &mem, e);
	if (rc == 0 && known == 0)
		rc = begin(d, &r, t, &mem, e);
	if (rc == 0)
		rc = record_put(d, &r, "incident.case", ret_id, ret, e);
	arena_done(&mem);
	buf_done(&ref);
	return rc;
}
