/* Abuse reports for those who run what was used: XARF 4 and, for older desks, X-ARF 3. One report for each address or name,
 * one report a line. Both speak of a suspicion, and of nothing inside of the victim. */
#include <stdio.h>

#include "share/share.h"
#include "util/base64.h"
#include "util/json.h"
#include "util/sha256.h"

#define XARF_VERSION "4.2.0"

/* What each role is in the terms of the format. A relay or a place that data went to is held to be a machine of somebody
 * else who does not know. */
static const struct {
	const char *type;  /* in the category "infrastructure" */
	const char *field; /* that the type must have */
	const char *text;
} KINDS[TOLD_ROLES] = {
	[TOLD_RELAY] = { "compromised_server", "compromise_method",
			 "unknown; suspected to be used as a relay of an intrusion" },
	[TOLD_CONTROL] = { "botnet", "compromise_evidence",
			   "suspected control server: controlled hosts contacted it" },
	[TOLD_EXFILTRATION] = { "compromised_server", "compromise_method",
				"unknown; data of an intrusion are suspected to have been sent there" },
};

static void z_member(buf *b, const char *key, const char *text)
{
	json_member_str(b, key, str_of(text));
}

const char *share_xarf_lacks(const struct told *t, const struct share_options *o)
{
	(void)t;
	return o->contact.len ? NULL : "--contact MAIL: whoever gets a report must be able to answer";
}

static bool is_reported(const struct told_indicator *x)
{
	return x->type <= TOLD_DOMAIN && x->role <= TOLD_EXFILTRATION && KINDS[x->role].type &&
	       share_is_plain(x->value);
}

/* When it was last seen; when the case was made, if nothing says. */
static int64_t when(const struct told *t, const struct told_indicator *x)
{
	if (x->last_ns != TIME_NONE)
		return x->last_ns;
	return x->first_ns != TIME_NONE ? x->first_ns : t->made_ns;
}

/* What is known, as text: the evidence of a report. */
static void evidence_text(buf *b, const struct told_indicator *x)
{
	buf_printf(b, "Suspected %s: ", told_role_name(x->role));
	buf_str(b, x->value);
	buf_printf(b, "\nConfidence: %u %%\n", x->confidence);
	if (x->first_ns != TIME_NONE) {
		buf_z(b, "First seen: ");
		share_time(b, x->first_ns);
		buf_byte(b, '\n');
	}
	if (x->last_ns != TIME_NONE) {
		buf_z(b, "Last seen: ");
		share_time(b, x->last_ns);
		buf_byte(b, '\n');
	}
}

static void text_hash(struct told *t, str s, char out[2 * SHA256_LEN + 1])
{
	uint8_t sum[SHA256_LEN];
	err e = { 0 };
	struct sha256 *h = sha256_new(&e);

	out[0] = 0;
	if (!h || sha256_add(h, (bytes){ (const uint8_t *)s.ptr, s.len }, &e) < 0 ||
	    sha256_end(h, sum, &e) < 0)
		t->failed = true;
	else
		sha256_hex(sum, out);
	sha256_free(h);
}

/* --- XARF 4 ------------------------------------------------------------------------------------------- */

static void put_party(buf *b, const char *key, const struct share_options *o)
{
	json_key(b, key);
	buf_byte(b, '{');
	json_member_str(b, "org", share_producer(o));
	json_member_str(b, "contact", o->contact);
	json_member_str(b, "domain", share_contact_domain(o->contact));
	buf_byte(b, '}');
}

static void put_evidence(buf *b, struct told *t, const struct told_indicator *x)
{
	char hash[2 * SHA256_LEN + 1];
	buf text = { 0 }, payload = { 0 };

	evidence_text(&text, x);
	base64_add(&payload, str_bytes(buf_view(&text)));
	text_hash(t, buf_view(&text), hash);
	json_key(b, "evidence");
	buf_z(b, "[{\"content_type\":\"text/plain\",\"description\":\"What was reconstructed from logs\"");
	json_member_str(b, "payload", buf_view(&payload));
	json_key(b, "hash");
	buf_printf(b, "\"sha256:%s\"", hash);
	json_member_u64(b, "size", text.len);
	buf_z(b, "}]");
	buf_done(&text);
	buf_done(&payload);
}

static void put_report(buf *b, struct told *t, const struct told_indicator *x, const struct share_options *o)
{
	char uuid[UUID_TEXT + 1];
	buf text = { 0 };

	share_uuid(t, "xarf", x->value, uuid);
	buf_byte(b, '{');
	z_member(b, "xarf_version", XARF_VERSION);
	z_member(b, "report_id", uuid);
	share_time_member(b, "timestamp", when(t, x));
	put_party(b, "reporter", o);
	put_party(b, "sender", o);
	json_member_str(b, "source_identifier", x->value);
	z_member(b, "category", "infrastructure");
	z_member(b, "type", KINDS[x->role].type);
	z_member(b, KINDS[x->role].field, KINDS[x->role].text);
	if (x->role == TOLD_CONTROL)
		json_member_str(b, "c2_server", x->value);
	z_member(b, "evidence_source", "traffic_analysis");
	json_key(b, "confidence");
	buf_printf(b, "%u.%02u", x->confidence / 100, x->confidence % 100);
	put_evidence(b, t, x);
	json_key(b, "tags");
	buf_z(b, "[\"");
	share_tlp_tag(b, o->tlp);
	buf_z(b, "\"]");
	buf_printf(&text, "Suspected %s, reconstructed from the logs of an intrusion.",
		   told_role_name(x->role));
	json_member_str(b, "description", buf_view(&text));
	buf_z(b, "}\n");
	buf_done(&text);
}

void share_xarf(buf *out, struct told *t, const struct share_options *o)
{
	for (size_t i = 0; i < t->indicator.len; i++)
		if (is_reported(&t->indicator.at[i]))
			put_report(out, t, &t->indicator.at[i], o);
}

/* --- X-ARF 3: addresses only, all of them as "Botnet", which is what it has ------------------------------ */

static void put_old_report(buf *b, const struct told *t, const struct told_indicator *x,
			   const struct share_options *o)
{
	buf text = { 0 }, payload = { 0 };

	buf_z(b, "{\"Version\":\"3\",\"ReporterInfo\":{");
	json_member_str(b, "ReporterOrg", share_producer(o));
	json_member_str(b, "ReporterOrgDomain", share_contact_domain(o->contact));
	json_member_str(b, "ReporterOrgEmail", o->contact);
	buf_z(b, "},\"Disclosure\":false,\"Report\":{\"ReportClass\":\"Content\",\"ReportType\":\"Botnet\"");
	share_time_member(b, "Date", when(t, x));
	json_member_str(b, "SourceIp", x->value);
	evidence_text(&text, x);
	base64_add(&payload, str_bytes(buf_view(&text)));
	json_key(b, "Samples");
	buf_z(b, "[{\"ContentType\":\"text/plain\",\"Base64Encoded\":true,"
		 "\"Description\":\"What was reconstructed from logs\"");
	json_member_str(b, "Payload", buf_view(&payload));
	buf_z(b, "}]}}\n");
	buf_done(&text);
	buf_done(&payload);
}

void share_xarf3(buf *out, struct told *t, const struct share_options *o)
{
	for (size_t i = 0; i < t->indicator.len; i++)
		if (is_reported(&t->indicator.at[i]) && t->indicator.at[i].type != TOLD_DOMAIN)
			put_old_report(out, t, &t->indicator.at[i], o);
}
