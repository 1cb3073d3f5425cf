/* Drafts of rules from the case's own indicators: to be read and tried by somebody before they are used. */
#include "share/share.h"
#include "util/times.h"

/* In single quotes of YAML. */
static void yaml_text(buf *b, str s)
{
	buf text = { 0 };

	share_text(&text, s);
	buf_byte(b, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			buf_byte(b, '\'');
		buf_byte(b, text.ptr[i]);
	}
	buf_byte(b, '\'');
	b->failed |= text.failed;
	buf_done(&text);
}

/* Sigma takes * and ? for wildcards, and the backslash before them for an escape. */
static void sigma_text(buf *b, str s)
{
	buf plain = { 0 };

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '*' || s.ptr[i] == '?')
			buf_byte(&plain, '\\');
		buf_byte(&plain, s.ptr[i]);
	}
	yaml_text(b, buf_view(&plain));
	buf_done(&plain);
}

struct draft {
	const char *kind, *title, *logsource, *field;
	enum told_type types[2];
	uint32_t ntypes;
};

static const struct draft DRAFTS[] = {
	{ "address",
	  "Connection to an address of the case",
	  "category: network_connection\n    product: windows",
	  "DestinationIp",
	  { TOLD_IPV4, TOLD_IPV6 },
	  2 },
	{ "name", "Look-up of a name of the case", "category: dns", "query|endswith", { TOLD_DOMAIN }, 1 },
	{ "content",
	  "Start of a program of the case",
	  "category: process_creation\n    product: windows",
	  "Hashes|contains",
	  { TOLD_SHA256 },
	  1 },
};

static uint32_t count_of(const struct told *t, const struct draft *d)
{
	uint32_t n = 0;

	for (size_t i = 0; i < t->indicator.len; i++)
		for (uint32_t k = 0; k < d->ntypes; k++)
			n += t->indicator.at[i].type == d->types[k];
	return n;
}

static void put_draft(buf *out, const struct told *t, const struct draft *d, bool first)
{
	char uuid[UUID_TEXT + 1], date[TIME_TEXT_MAX];

	share_uuid(t, "rule", str_of(d->kind), uuid);
	time_text(t->made_ns, date);
	buf_printf(
		out,
		"%stitle: %s\nid: %s\nstatus: experimental\ndescription: Draft, made from the indicators of one case.\n"
		"author: spoor\ndate: %.10s\nlogsource:\n    %s\ndetection:\n    selection:\n        %s:\n",
		first ? "" : "---\n", d->title, uuid, date, d->logsource, d->field);
	for (size_t i = 0; i < t->indicator.len; i++)
		for (uint32_t k = 0; k < d->ntypes; k++)
			if (t->indicator.at[i].type == d->types[k]) {
				buf_z(out, "            - ");
				sigma_text(out, t->indicator.at[i].value);
				buf_byte(out, '\n');
			}
	buf_z(out,
	      "    condition: selection\nfalsepositives:\n    - Addresses and names change hands\nlevel: high\n");
}

void share_sigma(buf *out, struct told *t, const struct share_options *o)
{
	bool first = true;

	(void)o;
	for (size_t i = 0; i < COUNT(DRAFTS); i++)
		if (count_of(t, &DRAFTS[i])) {
			put_draft(out, t, &DRAFTS[i], first);
			first = false;
		}
}

static bool is_hex(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
		      ((s.ptr[i] | 0x20) >= 'a' && (s.ptr[i] | 0x20) <= 'f')))
			return false;
	return s.len == 64;
}

void share_yara(buf *out, struct told *t, const struct share_options *o)
{
	bool any = false;

	buf_z(out,
	      "import \"hash\"\n\n/* Draft: content of one case, by its hash. */\nrule case_content\n{\n");
	buf_printf(out, "\tmeta:\n\t\tcase = \"%.16s\"\n\t\ttlp = \"%s\"\n\tcondition:\n", t->key,
		   tlp_name(o->tlp));
	for (size_t i = 0; i < t->indicator.len; i++) {
		const struct told_indicator *x = &t->indicator.at[i];

		if (x->type != TOLD_SHA256 || !is_hex(x->value))
			continue;
		buf_printf(out, "%shash.sha256(0, filesize) == \"", any ? " or\n\t\t" : "\t\t");
		for (size_t k = 0; k < x->value.len; k++)
			buf_byte(out, x->value.ptr[k] >= 'A' && x->value.ptr[k] <= 'F'
					      ? (char)(x->value.ptr[k] + 32)
					      : x->value.ptr[k]);
		buf_byte(out, '"');
		any = true;
	}
	buf_z(out, any ? "\n}\n" : "\t\tfalse\n}\n");
}
