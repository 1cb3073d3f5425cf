/* Plain lists: tables and block lists. */
#include "share/share.h"
#include "util/times.h"

/* Lists that machines act on hold what is sure enough, and nothing that an organisation may need. */
enum { BLOCK_CONFIDENCE = 60 };

/* A cell in quotes; what a spreadsheet would take for a formula begins with an apostrophe. */
static void cell(buf *b, str s, bool last)
{
	buf text = { 0 };

	share_text(&text, s);
	buf_byte(b, '"');
	if (text.len && strchr("=+-@", text.ptr[0]))
		buf_byte(b, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, text.ptr[i]);
	}
	buf_z(b, last ? "\"\r\n" : "\",");
	b->failed |= text.failed;
	buf_done(&text);
}

static void time_cell(buf *b, int64_t ns)
{
	if (ns != TIME_NONE)
		share_time(b, ns);
	buf_byte(b, ',');
}

void share_csv(buf *out, struct told *t, const struct share_options *o)
{
	buf plain = { 0 };

	buf_z(out, "type,value,role,confidence,first_seen,last_seen,hosts,name\r\n");
	for (size_t i = 0; i < t->indicator.len; i++) {
		const struct told_indicator *x = &t->indicator.at[i];
		struct told_indicator with = *x; /* what goes with it, to be read in the same way */

		buf_printf(out, "%s,", told_type_name(x->type));
		buf_clear(&plain);
		share_readable(&plain, x, o);
		cell(out, buf_view(&plain), false);
		buf_printf(out, "%s,%u,", told_role_name(x->role), x->confidence);
		time_cell(out, x->first_ns);
		time_cell(out, x->last_ns);
		buf_printf(out, "%u,", x->hosts);
		buf_clear(&plain);
		with.value = x->name;
		with.type = x->type <= TOLD_DOMAIN ? TOLD_DOMAIN : TOLD_PATH;
		share_readable(&plain, &with, o);
		cell(out, buf_view(&plain), true);
	}
	buf_done(&plain);
}

/* --- block lists ------------------------------------------------------------------------------------ */

static bool is_blockable(const struct told_indicator *x)
{
	return x->type <= TOLD_DOMAIN && x->confidence >= BLOCK_CONFIDENCE && share_is_plain(x->value);
}

static void heading(buf *out, const struct told *t, const struct share_options *o, const char *comment)
{
	buf_printf(out, "%s ", comment);
	share_title(out, t);
	buf_printf(out, "; %s; suspected only: look before you block\n", tlp_name(o->tlp));
}

void share_blocklist(buf *out, struct told *t, const struct share_options *o)
{
	heading(out, t, o, "#");
	for (size_t i = 0; i < t->indicator.len; i++)
		if (is_blockable(&t->indicator.at[i]))
			buf_printf(out, "%.*s\n", (int)t->indicator.at[i].value.len,
				   t->indicator.at[i].value.ptr);
}

void share_hosts(buf *out, struct told *t, const struct share_options *o)
{
	heading(out, t, o, "#");
	for (size_t i = 0; i < t->indicator.len; i++) {
		const struct told_indicator *x = &t->indicator.at[i];

		if (x->type == TOLD_DOMAIN && is_blockable(x))
			buf_printf(out, "0.0.0.0 %.*s\n", (int)x->value.len, x->value.ptr);
	}
}

static void ipset(buf *out, const struct told *t, enum told_type type, const char *name, const char *family)
{
	buf_printf(out, "create %s hash:ip family %s -exist\n", name, family);
	for (size_t i = 0; i < t->indicator.len; i++) {
		const struct told_indicator *x = &t->indicator.at[i];

		if (x->type == type && is_blockable(x))
			buf_printf(out, "add %s %.*s -exist\n", name, (int)x->value.len, x->value.ptr);
	}
}

void share_ipset(buf *out, struct told *t, const struct share_options *o)
{
	heading(out, t, o, "#");
	ipset(out, t, TOLD_IPV4, "suspected4", "inet");
	ipset(out, t, TOLD_IPV6, "suspected6", "inet6");
}

void share_rpz(buf *out, struct told *t, const struct share_options *o)
{
	heading(out, t, o, ";");
	buf_printf(
		out,
		"$TTL 300\n@ IN SOA localhost. root.localhost. %lld 3600 600 86400 300\n@ IN NS localhost.\n",
		(long long)(t->made_ns / NS_PER_S));
	for (size_t i = 0; i < t->indicator.len; i++) {
		const struct told_indicator *x = &t->indicator.at[i];

		if (x->type == TOLD_DOMAIN && is_blockable(x))
			buf_printf(out, "%.*s CNAME .\n*.%.*s CNAME .\n", (int)x->value.len, x->value.ptr,
				   (int)x->value.len, x->value.ptr);
	}
}

static void nft_set(buf *out, const struct told *t, enum told_type type, const char *name, const char *kind)
{
	bool any = false;

	buf_printf(out, "\tset %s {\n\t\ttype %s\n", name, kind);
	for (size_t i = 0; i < t->indicator.len; i++) {
		const struct told_indicator *x = &t->indicator.at[i];

		if (x->type != type || !is_blockable(x))
			continue;
		buf_printf(out, "%s%.*s", any ? ", " : "\t\telements = { ", (int)x->value.len, x->value.ptr);
		any = true;
	}
	buf_z(out, any ? " }\n\t}\n" : "\t}\n");
}

void share_nft(buf *out, struct told *t, const struct share_options *o)
{
	heading(out, t, o, "#");
	buf_z(out, "table inet spoor {\n");
	nft_set(out, t, TOLD_IPV4, "suspected4", "ipv4_addr");
	nft_set(out, t, TOLD_IPV6, "suspected6", "ipv6_addr");
	buf_z(out, "}\n");
}
