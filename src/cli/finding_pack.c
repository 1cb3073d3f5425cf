#include "cli/finding_pack.h"

static void put_u64(buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof v);
}

static void put_str(buf *b, str s)
{
	put_u64(b, s.len);
	buf_str(b, s);
}

static void put_ref(buf *b, const struct event_ref *r)
{
	put_u64(b, r->item);
	put_u64(b, r->offset);
	put_u64(b, r->record);
}

void finding_pack(buf *to, const struct finding *f)
{
	put_u64(to, (uint64_t)f->time_ns);
	put_u64(to, f->level);
	put_u64(to, f->event_id);
	put_u64(to, f->record_id);
	put_u64(to, f->flags);
	put_u64(to, f->nrefs);
	for (uint32_t i = 0; i < f->nrefs; i++)
		put_ref(to, &f->refs[i]);
	put_str(to, f->rule_id);
	put_str(to, f->rule_title);
	put_str(to, f->tags);
	put_str(to, f->profile);
	put_str(to, f->host);
	put_str(to, f->channel);
	put_str(to, f->provider);
	put_u64(to, f->ndetails);
	for (uint32_t i = 0; i < f->ndetails; i++) {
		put_str(to, f->details[i].name);
		put_str(to, f->details[i].value);
	}
}

/* A cursor that turns bad for good when something is not there. */
struct cursor {
	bytes left;
	bool bad;
};

static bytes take(struct cursor *c, uint64_t n)
{
	bytes part = { 0 };

	if (c->bad || !bytes_sub(c->left, 0, n, &part)) {
		c->bad = true;
		return (bytes){ 0 };
	}
	bytes_sub(c->left, n, c->left.len - n, &c->left);
	return part;
}

static uint64_t take_u64(struct cursor *c)
{
	bytes b = take(c, 8);

	return b.ptr ? load_le64(b.ptr) : 0;
}

static str take_str(struct cursor *c)
{
	return bytes_str(take(c, take_u64(c)));
}

static struct event_ref *take_refs(struct cursor *c, uint32_t n, arena *mem)
{
	struct event_ref *refs = arena_array(mem, n, sizeof *refs);

	for (uint32_t i = 0; refs && i < n; i++) {
		refs[i].item = (uint32_t)take_u64(c);
		refs[i].offset = take_u64(c);
		refs[i].record = take_u64(c);
	}
	return refs;
}

int finding_unpack(bytes from, struct finding *ret, arena *mem, err *e)
{
	struct cursor c = { .left = from };
	struct finding f = { 0 };

	f.time_ns = (int64_t)take_u64(&c);
	f.level = (enum finding_level)take_u64(&c);
	f.event_id = take_u64(&c);
	f.record_id = take_u64(&c);
	f.flags = (uint8_t)take_u64(&c);
	f.nrefs = (uint32_t)take_u64(&c);
	if (f.nrefs > c.left.len / 24)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "packed finding: %u references", f.nrefs);
	f.refs = take_refs(&c, f.nrefs, mem);
	if (!f.refs)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a finding");
	f.rule_id = take_str(&c);
	f.rule_title = take_str(&c);
	f.tags = take_str(&c);
	f.profile = take_str(&c);
	f.host = take_str(&c);
	f.channel = take_str(&c);
	f.provider = take_str(&c);
	f.ndetails = (uint32_t)take_u64(&c);
	if (f.ndetails > FINDING_DETAILS_MAX)
		c.bad = true;
	for (uint32_t i = 0; !c.bad && i < f.ndetails; i++) {
		f.details[i].name = take_str(&c);
		f.details[i].value = take_str(&c);
	}
	if (c.bad || c.left.len)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "packed finding is damaged");
	*ret = f;
	return 0;
}
