/* CSAF 2.0: the profiles security incident response (4.2) and security advisory (4.4 of the specification). TLP 2.0 has
 * colours that CSAF 2.0 does not know: the label is the nearest that is not wider, the text says which is meant. */
#include <stdio.h>

#include "share/share.h"
#include "util/json.h"

/* Behind it the list is cut, and says so: a note is for people. */
enum { CSAF_LISTED = 2000 };

static void z_member(buf *b, const char *key, const char *text)
{
	json_member_str(b, key, str_of(text));
}

/* --- the head of a document ------------------------------------------------------------------------------ */

static void put_distribution(buf *b, enum tlp tlp)
{
	static const char *const LABELS[TLPS] = { "WHITE", "GREEN", "AMBER", "RED", "RED" };

	json_key(b, "distribution");
	buf_byte(b, '{');
	z_member(b, "text", tlp_name(tlp));
	json_key(b, "tlp");
	buf_printf(b, "{\"label\":\"%s\",\"url\":\"https://www.first.org/tlp/\"}}", LABELS[tlp]);
}

static void put_publisher(buf *b, const struct share_options *o)
{
	buf space = { 0 };

	buf_z(&space, "https://");
	buf_str(&space, share_contact_domain(o->contact));
	json_key(b, "publisher");
	buf_byte(b, '{');
	z_member(b, "category", "coordinator");
	json_member_str(b, "contact_details", o->contact);
	json_member_str(b, "name", share_producer(o));
	json_member_str(b, "namespace", buf_view(&space));
	buf_byte(b, '}');
	buf_done(&space);
}

/* One version, a draft: what becomes of it is its publisher's. */
static void put_tracking(buf *b, const struct told *t, const char *kind)
{
	buf id = { 0 };

	buf_printf(&id, "spoor-%.16s-%s", t->key, kind);
	json_key(b, "tracking");
	buf_byte(b, '{');
	share_time_member(b, "current_release_date", t->made_ns);
	share_time_member(b, "initial_release_date", t->made_ns);
	json_member_str(b, "id", buf_view(&id));
	json_key(b, "generator");
	buf_z(b, "{\"engine\":{\"name\":\"spoor\"");
	if (t->st->run.version.len)
		json_member_str(b, "version", t->st->run.version);
	buf_z(b, "}}");
	json_key(b, "revision_history");
	buf_z(b, "[{");
	share_time_member(b, "date", t->made_ns);
	z_member(b, "number", "1");
	z_member(b, "summary", "Drafted from the case.");
	buf_z(b, "}]");
	z_member(b, "status", "draft");
	z_member(b, "version", "1");
	buf_byte(b, '}');
	buf_done(&id);
}

/* "https://attack.mitre.org/techniques/T1505/003/" */
static void put_reference(buf *b, const struct told_technique *x)
{
	buf url = { 0 }, summary = { 0 };

	buf_z(&url, "https://attack.mitre.org/");
	if (x) {
		buf_z(&url, "techniques/");
		for (size_t i = 0; x->id[i]; i++)
			buf_byte(&url, x->id[i] == '.' ? '/' : x->id[i]);
		buf_byte(&url, '/');
		buf_printf(&summary, "ATT&CK %s: %s", x->id, x->name);
	} else {
		buf_z(&summary, "ATT&CK");
	}
	json_sep(b);
	buf_byte(b, '{');
	z_member(b, "category", "external");
	json_member_str(b, "summary", buf_view(&summary));
	json_member_str(b, "url", buf_view(&url));
	buf_byte(b, '}');
	buf_done(&url);
	buf_done(&summary);
}

static void put_note(buf *b, const char *category, const char *title, str text)
{
	json_sep(b);
	buf_byte(b, '{');
	z_member(b, "category", category);
	json_member_str(b, "text", text);
	z_member(b, "title", title);
	buf_byte(b, '}');
}

static void summary_text(buf *b, const struct told *t)
{
	share_title(b, t);
	buf_printf(
		b,
		". Hosts under control: %u confirmed, %u likely; %u exposed; %u of which the logs cannot tell. "
		"Reconstructed from logs; nobody is named as culprit.",
		t->by_class[CLASS_CONFIRMED], t->by_class[CLASS_LIKELY], t->by_class[CLASS_EXPOSED],
		t->by_class[CLASS_UNKNOWN]);
}

/* Indicators as lines. */
static void list_text(buf *b, const struct told *t, const struct share_options *o)
{
	size_t n = t->indicator.len < CSAF_LISTED ? t->indicator.len : CSAF_LISTED;

	for (size_t i = 0; i < n; i++) {
		const struct told_indicator *x = &t->indicator.at[i];

		buf_printf(b, "%s%s ", i ? "\n" : "", told_type_name(x->type));
		share_readable(b, x, o);
		buf_printf(b, ": suspected %s, %u %%", told_role_name(x->role), x->confidence);
	}
	if (n < t->indicator.len)
		buf_printf(b, "\n... and %zu more", t->indicator.len - n);
}

static void put_document(buf *b, const struct told *t, const struct share_options *o, const char *category,
			 const char *kind)
{
	buf text = { 0 };

	json_key(b, "document");
	buf_byte(b, '{');
	z_member(b, "category", category);
	z_member(b, "csaf_version", "2.0");
	put_distribution(b, o->tlp);
	z_member(b, "lang", "en");
	json_key(b, "notes");
	buf_byte(b, '[');
	summary_text(&text, t);
	put_note(b, "summary", "What was reconstructed", buf_view(&text));
	buf_clear(&text);
	list_text(&text, t, o);
	if (text.len)
		put_note(b, "details", "Indicators", buf_view(&text));
	buf_byte(b, ']');
	put_publisher(b, o);
	json_key(b, "references");
	buf_byte(b, '[');
	for (size_t i = 0; i < t->technique.len; i++)
		put_reference(b, &t->technique.at[i]);
	if (t->technique.len == 0)
		put_reference(b, NULL);
	buf_byte(b, ']');
	buf_clear(&text);
	share_title(&text, t);
	json_member_str(b, "title", buf_view(&text));
	put_tracking(b, t, kind);
	buf_byte(b, '}');
	buf_done(&text);
}

const char *share_csaf_lacks(const struct told *t, const struct share_options *o)
{
	(void)t;
	return o->contact.len ? NULL : "--contact MAIL: CSAF names its publisher by a domain";
}

void share_csaf(buf *out, struct told *t, const struct share_options *o)
{
	buf_byte(out, '{');
	put_document(out, t, o, "csaf_security_incident_response", "incident");
	buf_z(out, "}\n");
}

/* --- advisory: files that are what is affected ------------------------------------------------------------ */

static bool is_product(const struct told_indicator *x)
{
	return x->type == TOLD_SHA256;
}

static str product_file(const struct told_indicator *x)
{
	return x->name.len ? str_basename(x->name) : x->value;
}

static void put_product(buf *b, const struct told_indicator *x, unsigned number)
{
	buf name = { 0 };

	buf_str(&name, product_file(x));
	buf_z(&name, " with SHA-256 ");
	buf_str(&name, x->value);
	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "name", buf_view(&name));
	json_key(b, "product_id");
	buf_printf(b, "\"file-%u\"", number);
	json_key(b, "product_identification_helper");
	buf_z(b, "{\"hashes\":[{\"file_hashes\":[{\"algorithm\":\"sha256\"");
	json_key(b, "value");
	json_str(b, x->value);
	buf_z(b, "}]");
	json_member_str(b, "filename", product_file(x));
	buf_z(b, "}]}}");
	buf_done(&name);
}

static void put_vulnerability(buf *b, const struct told *t, const struct told_indicator *x, unsigned number)
{
	char uuid[UUID_TEXT + 1];
	buf text = { 0 };

	share_uuid(t, "advisory", x->value, uuid);
	json_sep(b);
	buf_byte(b, '{');
	json_key(b, "ids");
	buf_printf(b, "[{\"system_name\":\"spoor\",\"text\":\"%s\"}]", uuid);
	buf_printf(&text,
		   "Suspected %s, %u %% sure: consistent with content that was put there by intruders.",
		   told_role_name(x->role), x->confidence);
	json_key(b, "notes");
	buf_byte(b, '[');
	put_note(b, "description", "What it is", buf_view(&text));
	buf_byte(b, ']');
	json_key(b, "product_status");
	buf_printf(b, "{\"known_affected\":[\"file-%u\"]}", number);
	json_key(b, "remediations");
	buf_printf(
		b,
		"[{\"category\":\"mitigation\",\"details\":\"Look for the file by its hash; hosts that ran it "
		"should be examined.\",\"product_ids\":[\"file-%u\"]}]",
		number);
	buf_clear(&text);
	buf_printf(&text, "Suspected %s: ", told_role_name(x->role));
	buf_str(&text, product_file(x));
	json_member_str(b, "title", buf_view(&text));
	buf_byte(b, '}');
	buf_done(&text);
}

const char *share_csaf_advisory_lacks(const struct told *t, const struct share_options *o)
{
	for (size_t i = 0; i < t->indicator.len; i++)
		if (is_product(&t->indicator.at[i]))
			return share_csaf_lacks(t, o);
	return "a file with its hash: the case tells none that an advisory could be about";
}

void share_csaf_advisory(buf *out, struct told *t, const struct share_options *o)
{
	unsigned number = 0;

	buf_byte(out, '{');
	put_document(out, t, o, "csaf_security_advisory", "advisory");
	json_key(out, "product_tree");
	buf_z(out, "{\"full_product_names\":[");
	for (size_t i = 0; i < t->indicator.len; i++)
		if (is_product(&t->indicator.at[i]))
			put_product(out, &t->indicator.at[i], ++number);
	buf_z(out, "]}");
	json_key(out, "vulnerabilities");
	buf_byte(out, '[');
	number = 0;
	for (size_t i = 0; i < t->indicator.len; i++)
		if (is_product(&t->indicator.at[i]))
			put_vulnerability(out, t, &t->indicator.at[i], ++number);
	buf_z(out, "]}\n");
}
