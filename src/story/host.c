#include <stdlib.h>

#include "store/decisions.h"
#include "store/ref.h"
#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { NAME_MAX_LEN = 255 };

/* --- names ----------------------------------------------------------------------------------- */

bool looks_like_address(str s)
{
	bool digits = s.len > 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ':')
			return true;
		digits = digits && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '.');
	}
	return digits;
}

static bool name_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_' || c == '.' || c >= 0x80;
}

/* "\\HOST", "host/wsman?x", "host:443" -> "host". Empty if it cannot be a name of a host. */
static str clean_name(str raw, bool own)
{
	str rest;

	raw = str_trim(raw);
	if (own)
		return (str){ raw.ptr, raw.len < NAME_MAX_LEN ? raw.len : NAME_MAX_LEN };
	while (raw.len && raw.ptr[0] == '\\')
		raw = (str){ raw.ptr + 1, raw.len - 1 };
	raw = str_cut(raw, '/', &rest);
	if (looks_like_address(raw))
		return STR("");
	raw = str_cut(raw, ':', &rest);
	while (raw.len && raw.ptr[raw.len - 1] == '.')
		raw.len--;
	if (raw.len > NAME_MAX_LEN || str_eq_ascii_nocase(raw, STR("localhost")) || str_eq(raw, STR("NULL")))
		return STR("");
	for (size_t i = 0; i < raw.len; i++)
		if (!name_byte((unsigned char)raw.ptr[i]))
			return STR("");
	return raw;
}

struct name_info *name_at(struct builder *b, str raw, bool own)
{
	str name = clean_name(raw, own), rest;
	char lower[NAME_MAX_LEN];
	struct map_entry *m;
	struct name_info *n;
	bool fresh;

	if (name.len == 0)
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + 32) : name.ptr[i];
	m = map_put(&b->names, (str){ lower, name.len }, b->name.len, &fresh);
	if (!m) {
		b->st->dropped++;
		return NULL;
	}
	if (!fresh)
		return &b->name.at[m->value];
	n = VEC_PUSH(&b->name, LIMIT_STORY_HOSTS);
	if (!n) {
		b->failed = true;
		return NULL;
	}
	n->text = keep(b, name);
	n->lower = m->key;
	n->shortname = str_cut(m->key, '.', &rest);
	n->full = rest.len > 0;
	n->first_ns = n->last_ns = TIME_NONE;
	n->host = STORY_NOBODY;
	return n;
}

/* --- who is spoken of ------------------------------------------------------------------------ */

/* The host whose name is a folder or file on the way to an item: collections are laid out so. NULL: none. */
static struct name_info *name_of_place(struct builder *b, uint32_t item)
{
	size_t lo = 0, hi = b->item.len;
	str rest;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->item.at[mid].id < item)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == b->item.len || b->item.at[lo].id != item)
		return NULL;
	rest = b->item.at[lo].path;
	while (rest.len) {
		str part = str_cut(rest, '/', &rest), stem = part, lower;
		struct map_entry *m = NULL;

		for (size_t dots = 0; stem.len && !m && dots < 4; dots++) {
			lower = keep_lower(b, stem);
			m = map_get(&b->names, lower);
			while (stem.len && stem.ptr[stem.len - 1] != '.')
				stem.len--;
			stem.len -= stem.len > 0;
		}
		if (m)
			return &b->name.at[m->value];
	}
	return NULL;
}

static void cover(struct builder *b, struct name_info *n, const struct fact *f)
{
	struct channel_info *c;
	struct channel_day *d;
	struct map_entry *m;
	bool recovered = fact_is_recovered(f);
	char key[NAME_MAX_LEN + 300];
	str channel = f->attr[FA_CHANNEL];
	uint32_t name = n ? (uint32_t)(n - b->name.at) : NAME_NONE;
	bool fresh;

	if (n) {
		n->own = true;
		span_add(&n->first_ns, &n->last_ns, f->first_ns, f->last_ns);
		refs_add_all(&n->refs, f->refs, f->nrefs);
	}
	b->st->events += f->count;
	span_add(&b->st->first_ns, &b->st->last_ns, f->first_ns, f->last_ns);
	memcpy(key, &name, sizeof name);
	if (channel.len > 256)
		channel.len = 256;
	key[sizeof name] = recovered;
	memcpy(key + sizeof name + 1, channel.ptr, channel.len);
	m = map_put(&b->channel_keys, (str){ key, sizeof name + 1 + channel.len }, b->channel.len, &fresh);
	if (!m) {
		b->st->dropped++;
		return;
	}
	if (fresh) {
		c = VEC_PUSH(&b->channel, LIMIT_STORY_CHANNELS);
		if (!c) {
			b->failed = true;
			return;
		}
		c->name = name;
		c->channel = keep(b, channel);
		c->recovered = recovered;
		c->first_ns = c->last_ns = TIME_NONE;
	}
	c = &b->channel.at[m->value];
	c->events += f->count;
	span_add(&c->first_ns, &c->last_ns, f->first_ns, f->last_ns);
	refs_add_all(&c->refs, f->refs, f->nrefs);
	if (f->first_ns != TIME_NONE) {
		d = VEC_PUSH(&b->day, LIMIT_STORY_DAYS);
		if (d)
			*d = (struct channel_day){ (uint32_t)m->value,
						   (int32_t)(f->first_ns / (86400 * NS_PER_S)) };
	}
}

static int on_coverage(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct name_info *n = name_at(b, f->attr[FA_HOST], true);

	(void)e;
	if (n)
		cover(b, n, f);
	return 0;
}

/* Events that do not say where they were recorded: by the place of their file, once all names are known. */
static int on_unplaced(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;

	(void)e;
	if (f->attr[FA_HOST].len == 0)
		cover(b, f->nrefs ? name_of_place(b, f->refs[0].item) : NULL, f);
	return 0;
}

static struct story_rule *rule_at(struct builder *b, const struct finding *f, uint32_t *ret)
{
	buf key = { 0 };
	struct map_entry *m;
	struct story_rule *r;
	bool fresh;

	buf_str(&key, f->rule_id);
	buf_byte(&key, 0);
	buf_str(&key, f->rule_title);
	m = map_put(&b->rule_keys, buf_view(&key), b->rule.len, &fresh);
	buf_done(&key);
	if (!m || (fresh && !VEC_PUSH(&b->rule, LIMIT_STORY_RULES))) {
		b->st->dropped++;
		return NULL;
	}
	*ret = (uint32_t)m->value;
	r = &b->rule.at[*ret];
	if (fresh) {
		r->id = keep(b, f->rule_id);
		r->title = keep(b, f->rule_title);
		r->sha256 = keep(b, f->rule_sha256);
		r->level = f->level;
		r->first_ns = r->last_ns = TIME_NONE;
		r->ref = f->refs[0];
	}
	return r;
}

/* An analyst said that this match means nothing. */
static bool is_rejected(struct builder *b, const struct finding *f)
{
	char ref[REF_TEXT_MAX];
	const struct store_item *it = NULL;
	const struct decision *d;
	buf key = { 0 };

	if (decisions_count(b->st->decisions) == 0 || f->nrefs == 0)
		return false;
	for (size_t lo = 0, hi = b->item.len; lo < hi && !it;) { /* by number, which need not be dense */
		size_t mid = lo + (hi - lo) / 2;

		if (b->item.at[mid].id == f->refs[0].item)
			it = &b->item.at[mid];
		else if (b->item.at[mid].id < f->refs[0].item)
			lo = mid + 1;
		else
			hi = mid;
	}
	buf_str(&key, f->rule_id);
	buf_byte(&key, '@');
	buf_add(&key, ref, event_ref_text(it && it->has_sha256 ? it->sha256 : NULL, &f->refs[0], ref));
	d = decision_of(b->st->decisions, DECISION_FINDING, buf_view(&key));
	buf_done(&key);
	return d && str_eq(d->value, STR("rejected"));
}

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct builder *b = ctx;
	struct name_info *n;
	struct rule_info_hit *h;
	struct story_rule *r;
	struct map_entry *m;
	uint32_t rule = 0, pair[2];
	bool fresh;

	(void)e;
	if (is_rejected(b, f)) {
		b->st->rejected_findings++;
		return 0;
	}
	n = name_at(b, f->host, true);
	b->st->findings[f->level]++;
	r = rule_at(b, f, &rule);
	if (!r)
		return 0;
	r->count++;
	span_add(&r->first_ns, &r->last_ns, f->time_ns, f->time_ns);
	if (!n)
		return 0;
	n->own = true;
	n->findings[f->level]++;
	pair[0] = rule;
	pair[1] = (uint32_t)(n - b->name.at);
	m = map_put(&b->hit_keys, (str){ (const char *)pair, sizeof pair }, b->hit.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&b->hit, LIMIT_STORY_OBSERVATIONS))) {
		b->st->dropped++;
		return 0;
	}
	h = &b->hit.at[m->value];
	if (fresh) {
		h->rule = pair[0];
		h->name = pair[1];
		h->first_ns = h->last_ns = TIME_NONE;
	}
	h->count++;
	span_add(&h->first_ns, &h->last_ns, f->time_ns, f->time_ns);
	refs_add_all(&h->refs, f->refs, f->nrefs);
	return 0;
}

static int on_mention(void *ctx, const struct fact *f, err *e)
{
	static const enum fact_attr WHERE[] = { FA_SOURCE_HOST, FA_TARGET_HOST };
	struct builder *b = ctx;

	(void)e;
	for (size_t i = 0; i < COUNT(WHERE); i++) {
		struct name_info *n = name_at(b, f->attr[WHERE[i]], false);

		if (!n)
			continue;
		n->mentions += f->count;
		span_add(&n->first_ns, &n->last_ns, f->first_ns, f->last_ns);
		if (!n->own)
			refs_add_all(&n->refs, f->refs, f->nrefs);
	}
	return 0;
}

void names_collect(struct builder *b)
{
	each_fact(b, FACT_COVERAGE, on_coverage);
	if (b->rc == 0)
		b->rc = store_each_finding(b->s, on_finding, b, b->e);
	/* failed logons are left out: whoever guesses passwords may call himself anything */
	each_fact(b, FACT_LOGON, on_mention);
	each_fact(b, FACT_EXPLICIT_CREDENTIALS, on_mention);
	each_fact(b, FACT_AUTHENTICATION, on_mention);
	each_fact(b, FACT_REMOTE_SESSION, on_mention);
	assets_collect(b);
	each_fact(b, FACT_COVERAGE, on_unplaced);
}

/* --- names into hosts ------------------------------------------------------------------------ */

/* Full names that begin with one short name. */
struct short_info {
	uint32_t own, spoken; /* how many full names have logs, how many are only spoken of */
	uint32_t own_name, spoken_name;
};

/* The only full name that a short one can stand for; NAME_NONE if it fits several. */
static uint32_t full_name(const struct short_info *s)
{
	if (s->own == 1)
		return s->own_name;
	return s->own == 0 && s->spoken == 1 ? s->spoken_name : NAME_NONE;
}

static void join_short(struct builder *b, const struct short_info *s, uint32_t i)
{
	if (full_name(s) != NAME_NONE)
		b->name.at[i].host = full_name(s);
	else
		b->name.at[i].ambiguous = true;
}

/* For each name the name that leads its host: a full name leads itself; a short one joins the only
 * full name that begins with it, one with logs before those that are only spoken of. */
static void find_leaders(struct builder *b)
{
	struct short_info *info = arena_array(&b->st->arrays, b->name.len + 1, sizeof *info);

	b->short_info = info;
	for (uint32_t i = 0; info && i < b->name.len; i++) {
		struct name_info *n = &b->name.at[i];
		struct map_entry *m = n->full ? map_put(&b->shorts, n->shortname, i, NULL) : NULL;

		n->host = i;
		if (!m)
			continue;
		if (n->own)
			info[m->value].own_name = i;
		else
			info[m->value].spoken_name = i;
		*(n->own ? &info[m->value].own : &info[m->value].spoken) += 1;
	}
	for (uint32_t i = 0; info && i < b->name.len; i++) {
		struct map_entry *m = b->name.at[i].full ? NULL : map_get(&b->shorts, b->name.at[i].lower);

		if (m)
			join_short(b, &info[m->value], i);
	}
	b->failed |= !info;
}

static int host_order(const void *pa, const void *pb)
{
	const struct story_host *a = pa, *b = pb;
	int c;

	if (a->has_logs != b->has_logs)
		return a->has_logs ? -1 : 1;
	for (size_t i = 0; i < a->name.len && i < b->name.len; i++) {
		int ca = a->name.ptr[i] | 0x20, cb = b->name.ptr[i] | 0x20;

		if (ca != cb)
			return ca - cb;
	}
	c = (a->name.len > b->name.len) - (a->name.len < b->name.len);
	return c ? c : str_cmp(a->name, b->name);
}

void names_join(struct builder *b)
{
	uint32_t *place;

	find_leaders(b);
	if (!b->failed)
		assets_join(b);
	place = arena_array(&b->st->arrays, b->name.len + 1, sizeof *place);
	if (b->failed || !place) {
		b->failed = true;
		return;
	}
	for (uint32_t i = 0; i < b->name.len; i++) {
		struct name_info *n = &b->name.at[i], *lead = &b->name.at[n->host];

		lead->own |= n->own; /* a host has logs if any of its names has */
	}
	for (uint32_t i = 0; i < b->name.len; i++) {
		struct story_host *h;

		if (b->name.at[i].host != i)
			continue;
		h = VEC_PUSH(&b->host, LIMIT_STORY_HOSTS);
		if (!h) {
			b->failed = true;
			return;
		}
		h->name = b->name.at[i].text;
		h->has_logs = b->name.at[i].own;
		h->ambiguous = b->name.at[i].ambiguous;
		h->renamed_ns = h->reimaged_ns = TIME_NONE;
		h->role_basis = ROLE_DEFAULT;
		h->first_ns = h->last_ns = TIME_NONE;
		h->refs.n = 0;
	}
	if (b->host.len)
		qsort(b->host.at, b->host.len, sizeof *b->host.at, host_order);
	for (uint32_t k = 0; k < b->host.len; k++) {
		struct map_entry *m;
		str lower = keep_lower(b, b->host.at[k].name);

		m = map_get(&b->names, lower);
		if (m)
			place[m->value] = k;
	}
	for (uint32_t i = 0; i < b->name.len; i++)
		b->name.at[i].host = place[b->name.at[i].host];
	assets_fill(b);
}

uint32_t host_named(struct builder *b, str raw)
{
	str name = clean_name(raw, false);
	char lower[NAME_MAX_LEN];
	struct map_entry *m;

	if (name.len == 0) {
		name = clean_name(raw, true); /* a Computer field may hold anything */
		if (name.len == 0)
			return STORY_NOBODY;
	}
	for (size_t i = 0; i < name.len; i++)
		lower[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + 32) : name.ptr[i];
	m = map_get(&b->names, (str){ lower, name.len });
	if (m)
		return b->name.at[m->value].host;
	/* a short name that nobody wrote so far: accounts of machines have no other */
	m = b->short_info ? map_get(&b->shorts, (str){ lower, name.len }) : NULL;
	if (!m || full_name(&b->short_info[m->value]) == NAME_NONE)
		return STORY_NOBODY;
	return b->name.at[full_name(&b->short_info[m->value])].host;
}

uint32_t host_telling(struct builder *b, const struct fact *f)
{
	const struct name_info *n;

	if (f->attr[FA_HOST].len)
		return host_named(b, f->attr[FA_HOST]);
	if (f->attr[FA_OBSERVER].len)
		return host_named(b, f->attr[FA_OBSERVER]);
	n = f->nrefs ? name_of_place(b, f->refs[0].item) : NULL;
	return n ? n->host : STORY_NOBODY;
}

/* --- what the hosts amount to ---------------------------------------------------------------- */

static int day_order(const void *pa, const void *pb)
{
	const struct channel_day *a = pa, *b = pb;

	if (a->channel != b->channel)
		return a->channel < b->channel ? -1 : 1;
	return (a->day > b->day) - (a->day < b->day);
}

static int channel_order(const void *pa, const void *pb)
{
	const struct story_channel *a = pa, *b = pb;

	int c = str_cmp(a->name, b->name);

	return c ? c : a->recovered - b->recovered;
}

static str day_text(struct builder *b, int32_t day)
{
	int64_t year;
	unsigned month, d;

	time_civil_from_days(day, &year, &month, &d);
	return keep_printf(b, "%04d-%02u-%02u", (int)year, month, d);
}

/* Days with events and the longest silence between them, from the sorted days of a channel. */
static void channel_days(struct builder *b, uint32_t channel, size_t *at, struct story_channel *c)
{
	int32_t prev = 0, longest = 0, from = 0, first = 0, last = 0;

	while (*at < b->day.len && b->day.at[*at].channel < channel)
		++*at;
	for (; *at < b->day.len && b->day.at[*at].channel == channel; ++*at) {
		int32_t day = b->day.at[*at].day;

		if (c->days && day == prev)
			continue;
		if (c->days == 0)
			first = day;
		else if (day - prev - 1 > longest) {
			longest = day - prev - 1;
			from = prev + 1;
		}
		c->days++;
		prev = last = day;
	}
	if (c->days == 0 || longest == 0)
		return;
	c->silent_days = (uint32_t)(last - first + 1) - c->days;
	c->longest_silence = longest == 1 ? day_text(b, from)
					  : keep_printf(b, "%.*s to %.*s", STR_ARG(day_text(b, from)),
							STR_ARG(day_text(b, from + longest - 1)));
}

/* Channels of one host under several of its names are one. */
static void host_add_channel(struct builder *b, struct story_host *h, struct story_channel *into, uint32_t *n,
			     uint32_t k, size_t *at)
{
	const struct channel_info *c = &b->channel.at[k];
	struct story_channel s = { .name = c->channel,
				   .recovered = c->recovered,
				   .events = c->events,
				   .first_ns = c->first_ns,
				   .last_ns = c->last_ns,
				   .refs = c->refs };

	channel_days(b, k, at, &s);
	h->events += c->events;
	span_add(&h->first_ns, &h->last_ns, c->first_ns, c->last_ns);
	for (uint32_t i = 0; i < *n; i++) {
		if (!str_eq(into[i].name, s.name) || into[i].recovered != s.recovered)
			continue;
		into[i].events += s.events;
		span_add(&into[i].first_ns, &into[i].last_ns, s.first_ns, s.last_ns);
		into[i].days = into[i].days > s.days ? into[i].days : s.days;
		refs_add_all(&into[i].refs, s.refs.at, s.refs.n);
		return;
	}
	into[(*n)++] = s;
}

void hosts_fill(struct builder *b)
{
	uint32_t *count = arena_array(&b->st->arrays, b->host.len + 1, sizeof *count);
	uint32_t *naliases = arena_array(&b->st->arrays, b->host.len + 1, sizeof *naliases);
	struct story_channel **channels = arena_array(&b->st->arrays, b->host.len + 1, sizeof *channels);
	str **aliases = arena_array(&b->st->arrays, b->host.len + 1, sizeof *aliases);
	size_t at = 0;

	b->no_command = arena_array(&b->st->arrays, b->host.len + 1, sizeof *b->no_command);
	if (!count || !naliases || !channels || !aliases || !b->no_command) {
		b->failed = true;
		return;
	}
	if (b->day.len)
		qsort(b->day.at, b->day.len, sizeof *b->day.at, day_order);
	for (size_t k = 0; k < b->channel.len; k++)
		if (b->channel.at[k].name != NAME_NONE)
			count[b->name.at[b->channel.at[k].name].host]++;
	for (size_t i = 0; i < b->name.len; i++)
		naliases[b->name.at[i].host]++;
	for (size_t h = 0; h < b->host.len; h++) {
		channels[h] = arena_array(&b->st->arrays, count[h] + 1, sizeof **channels);
		aliases[h] = arena_array(&b->st->arrays, naliases[h] + 1, sizeof **aliases);
		if (!channels[h] || !aliases[h]) {
			b->failed = true;
			return;
		}
		b->host.at[h].channels = channels[h];
		b->host.at[h].aliases = aliases[h];
		b->st->nhosts_with_logs += b->host.at[h].has_logs;
	}
	for (uint32_t k = 0; k < b->channel.len; k++) {
		uint32_t name = b->channel.at[k].name;
		uint32_t host = name == NAME_NONE ? STORY_NOBODY : b->name.at[name].host;
		struct story_host *h;

		if (host == STORY_NOBODY)
			continue;
		h = &b->host.at[host];
		host_add_channel(b, h, channels[host], &h->nchannels, k, &at);
	}
	for (size_t i = 0; i < b->name.len; i++) {
		const struct name_info *n = &b->name.at[i];
		struct story_host *h = &b->host.at[n->host];

		if (!str_eq(n->text, h->name))
			aliases[n->host][h->naliases++] = n->text;
		for (int l = 0; l <= LEVEL_CRITICAL; l++)
			h->findings[l] += n->findings[l];
		refs_add_all(&h->refs, n->refs.at, n->refs.n);
		if (!h->has_logs) {
			h->events += n->mentions;
			span_add(&h->first_ns, &h->last_ns, n->first_ns, n->last_ns);
		}
	}
	for (size_t h = 0; h < b->host.len; h++)
		if (b->host.at[h].nchannels)
			qsort(channels[h], b->host.at[h].nchannels, sizeof **channels, channel_order);
	for (size_t i = 0; i < b->hit.len; i++)
		b->rule.at[b->hit.at[i].rule].hosts++;
}
