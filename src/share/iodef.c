/* IODEF 2 (RFC 7970): one incident with what happened, where to and where from. */
#include "share/share.h"

/* Text of an element or attribute. */
static void xml(buf *b, str s)
{
	buf text = { 0 };

	share_text(&text, s);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '<')
			buf_z(b, "&lt;");
		else if (c == '>')
			buf_z(b, "&gt;");
		else if (c == '&')
			buf_z(b, "&amp;");
		else if (c == '"')
			buf_z(b, "&quot;");
		else
			buf_byte(b, c);
	}
	b->failed |= text.failed;
	buf_done(&text);
}

static const char *restriction_of(enum tlp t)
{
	static const char *const NAMES[TLPS] = { "white", "green", "amber", "amber", "red" };

	return NAMES[t];
}

static void put_time(buf *b, const char *name, int64_t ns)
{
	buf_printf(b, "<%s>", name);
	share_time(b, ns);
	buf_printf(b, "</%s>", name);
}

static void put_system(buf *b, const struct told_indicator *x)
{
	bool name = x->type == TOLD_DOMAIN;

	buf_z(b, "<EventData>");
	if (x->first_ns != TIME_NONE)
		put_time(b, "StartTime", x->first_ns);
	if (x->last_ns != TIME_NONE)
		put_time(b, "EndTime", x->last_ns);
	buf_printf(b, "<Flow><System category=\"%s\"><Node>",
		   x->role == TOLD_RELAY ? "source" : "infrastructure");
	if (name) {
		buf_z(b, "<DomainData system-status=\"unknown\" domain-status=\"unknown\"><Name>");
		xml(b, x->value);
		buf_z(b, "</Name></DomainData>");
	} else {
		buf_printf(b, "<Address category=\"%s\">", x->type == TOLD_IPV4 ? "ipv4-addr" : "ipv6-addr");
		xml(b, x->value);
		buf_z(b, "</Address>");
	}
	buf_printf(b, "</Node><Description>suspected %s, %u %%</Description></System></Flow></EventData>\n",
		   told_role_name(x->role), x->confidence);
}

void share_iodef(buf *out, struct told *t, const struct share_options *o)
{
	char uuid[UUID_TEXT + 1];
	str who = share_producer(o);

	share_uuid(t, "incident", STR(""), uuid);
	buf_z(out,
	      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<IODEF-Document version=\"2.00\" xml:lang=\"en\" "
	      "xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">\n");
	buf_printf(out, "<Incident purpose=\"reporting\" restriction=\"%s\"><IncidentID name=\"",
		   restriction_of(o->tlp));
	xml(out, who);
	buf_printf(out, "\">%s</IncidentID>", uuid);
	if (t->first_ns != TIME_NONE)
		put_time(out, "StartTime", t->first_ns);
	put_time(out, "GenerationTime", t->made_ns);
	buf_z(out, "<Description>");
	share_title(out, t);
	buf_z(out,
	      "; reconstructed from logs</Description>\n<Contact role=\"creator\" type=\"organization\"><ContactName>");
	xml(out, who);
	buf_z(out, "</ContactName></Contact>\n");
	for (size_t i = 0; i < t->indicator.len; i++)
		if (t->indicator.at[i].type <= TOLD_DOMAIN)
			put_system(out, &t->indicator.at[i]);
	buf_z(out, "</Incident>\n</IODEF-Document>\n");
}
