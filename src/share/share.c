#include "share/share.h"

#include <stdio.h>

#include "util/json.h"
#include "util/times.h"
#include "util/utf.h"

const struct share_format SHARE_FORMATS[] = {
	{ "stix", "stix.json", "STIX 2.1 bundle", share_stix, NULL },
	{ "misp", "misp.json", "MISP event", share_misp, NULL },
	{ "navigator", "navigator.json", "layer of the ATT&CK Navigator, 4.5", share_navigator, NULL },
	{ "iodef", "iodef.xml", "IODEF 2 (RFC 7970)", share_iodef, NULL },
	{ "iodef-json", "iodef.json", "IODEF 2 as JSON (RFC 8727)", share_iodef_json, NULL },
	{ "xarf", "xarf.jsonl", "XARF 4 abuse reports, one a line", share_xarf, share_xarf_lacks },
	{ "xarf3", "xarf3.jsonl", "X-ARF 3 abuse reports, one a line", share_xarf3, share_xarf_lacks },
	{ "csaf", "csaf.json", "CSAF 2.0, security incident response", share_csaf, share_csaf_lacks },
	{ "csaf-advisory", "csaf-advisory.json", "CSAF 2.0, security advisory about files",
	  share_csaf_advisory, share_csaf_advisory_lacks },
	{ "timesketch", "timesketch.jsonl", "signs of the incident as JSON lines for Timesketch",
	  share_timesketch, NULL },
	{ "ecs", "ecs.jsonl", "signs of the incident as documents of ECS, one a line", share_ecs, NULL },
	{ "ocsf", "ocsf.jsonl", "signs of the incident as detection findings of OCSF, one a line", share_ocsf,
	  NULL },
	{ "sarif", "results.sarif", "rules that matched, SARIF 2.1.0", share_sarif, NULL },
	{ "csv", "indicators.csv", "indicators as a table", share_csv, NULL },
	{ "blocklist", "blocklist.txt", "addresses and domains, one a line", share_blocklist, NULL },
	{ "hosts", "hosts.txt", "domains as a hosts file", share_hosts, NULL },
	{ "rpz", "rpz.zone", "response policy zone for name servers", share_rpz, NULL },
	{ "nft", "sets.nft", "sets of nftables", share_nft, NULL },
	{ "ipset", "sets.ipset", "sets of iptables, for ipset restore", share_ipset, NULL },
	{ "sigma", "sigma.yml", "drafts of Sigma rules from the indicators", share_sigma, NULL },
	{ "yara", "files.yar", "draft of a YARA rule from the hashes", share_yara, NULL },
	{ 0 },
};

static const char *const TLP_NAMES[TLPS] = { "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT",
					     "TLP:RED" };

const char *tlp_name(enum tlp t)
{
	return (unsigned)t < TLPS ? TLP_NAMES[t] : NULL;
}

bool tlp_named(str name, enum tlp *ret)
{
	for (unsigned i = 0; i < TLPS; i++) {
		str full = str_of(TLP_NAMES[i]);

		if (str_eq_ascii_nocase(name, full) ||
		    str_eq_ascii_nocase(name, (str){ full.ptr + 4, full.len - 4 })) {
			*ret = (enum tlp)i;
			return true;
		}
	}
	return false;
}

void share_time(buf *b, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	int64_t ms = ns == TIME_NONE ? 0 : ns / 1000000 - (ns % 1000000 < 0);

	/* a whole number of milliseconds, all three of them written */
	time_text((ms - (ms % 1000 + 1000) % 1000) * 1000000, text);
	buf_add(b, text, 19);
	buf_printf(b, ".%03dZ", (int)((ms % 1000 + 1000) % 1000));
}

void share_title(buf *b, const struct told *t)
{
	const struct incident *in = t->st->incident;

	buf_z(b, in->nincidents ? "Suspected intrusion" : "No incident was reconstructed");
	if (in->nincidents && t->first_ns != TIME_NONE) {
		char text[TIME_TEXT_MAX];

		time_text(t->first_ns, text);
		buf_printf(b, ", first sign %.10s", text);
	}
}

void share_time_member(buf *b, const char *key, int64_t ns)
{
	char text[TIME_TEXT_MAX];

	if (ns == TIME_NONE)
		return;
	time_text(ns - ((ns % NS_PER_S) + NS_PER_S) % NS_PER_S, text);
	json_key(b, key);
	buf_printf(b, "\"%.19sZ\"", text);
}

/* --- small things ------------------------------------------------------------------------------------ */

str share_producer(const struct share_options *o)
{
	return o->producer.len ? o->producer : STR("CSIRT");
}

void share_text(buf *b, str s)
{
	buf good = { 0 };
	size_t n;

	buf_utf8_or_escape(&good, s);
	for (str rest = buf_view(&good); rest.len; rest = (str){ rest.ptr + n, rest.len - n }) {
		uint32_t cp = utf8_next(rest, &n);

		if (n == 0)
			break;
		if (!(cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
		      (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfffe || cp == 0xffff))
			buf_add(b, rest.ptr, n);
	}
	b->failed |= good.failed;
	buf_done(&good);
}

bool share_is_plain(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '-' || c == ':' || c == '_'))
			return false;
	}
	return s.len > 0 && s.len < 254;
}

str share_contact_domain(str mail)
{
	size_t at = str_find(mail, STR("@"));

	return at == SIZE_MAX ? (str){ 0 } : (str){ mail.ptr + at + 1, mail.len - at - 1 };
}

bool share_contact_ok(str mail)
{
	str domain = share_contact_domain(mail);
	size_t dot = str_find(domain, STR("."));

	return mail.len < 250 && domain.len && share_is_plain((str){ mail.ptr, mail.len - domain.len - 1 }) &&
	       share_is_plain(domain) && str_find(domain, STR(":")) == SIZE_MAX && dot != SIZE_MAX &&
	       dot > 0 && domain.ptr[domain.len - 1] != '.';
}

/* Where the name of a user's folder begins in a path; its length if there is none. */
static size_t user_at(str path)
{
	static const char *const FOLDERS[] = { "\\Users\\", "\\Documents and Settings\\", "/home/",
					       "/Users/" };

	for (size_t k = 0; k < COUNT(FOLDERS); k++) {
		str f = str_of(FOLDERS[k]);

		for (size_t i = 0; i + f.len <= path.len; i++)
			if (str_eq_ascii_nocase((str){ path.ptr + i, f.len }, f))
				return i + f.len;
	}
	return path.len;
}

void share_path(buf *b, str path, const struct share_options *o)
{
	size_t from = o->hosts ? path.len : user_at(path), to = from;

	while (to < path.len && path.ptr[to] != '\\' && path.ptr[to] != '/')
		to++;
	buf_add(b, path.ptr, from);
	if (to > from)
		buf_z(b, "%USERNAME%");
	buf_add(b, path.ptr + to, path.len - to);
}

void share_readable(buf *b, const struct told_indicator *x, const struct share_options *o)
{
	bool defang = o->defang && x->type <= TOLD_DOMAIN;
	size_t last = 0;

	if (x->type == TOLD_PATH) {
		share_path(b, x->value, o);
		return;
	}
	for (size_t i = 0; defang && i < x->value.len; i++)
		if (x->value.ptr[i] == '.' || x->value.ptr[i] == ':')
			last = i;
	for (size_t i = 0; i < x->value.len; i++) {
		if (defang && last && i == last)
			buf_printf(b, "[%c]", x->value.ptr[i]);
		else
			buf_byte(b, x->value.ptr[i]);
	}
}

void share_tlp_tag(buf *b, enum tlp t)
{
	const char *name = tlp_name(t);

	for (size_t i = 0; name && name[i]; i++)
		buf_byte(b, name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i]);
}

/* What earlier versions called defense evasion is stealth or the impairment of defences since v19. */
static const struct share_tactic TACTICS[] = {
	{ "reconnaissance", "TA0043", "Reconnaissance", "reconnaissance" },
	{ "resource-development", "TA0042", "Resource Development", "resource-development" },
	{ "initial-access", "TA0001", "Initial Access", "initial-access" },
	{ "execution", "TA0002", "Execution", "execution" },
	{ "persistence", "TA0003", "Persistence", "persistence" },
	{ "privilege-escalation", "TA0004", "Privilege Escalation", "privilege-escalation" },
	{ "defense-evasion", "TA0005", "Stealth", "stealth" },
	{ "stealth", "TA0005", "Stealth", "stealth" },
	{ "defense-impairment", "TA0112", "Defense Impairment", "defense-impairment" },
	{ "credential-access", "TA0006", "Credential Access", "credential-access" },
	{ "discovery", "TA0007", "Discovery", "discovery" },
	{ "lateral-movement", "TA0008", "Lateral Movement", "lateral-movement" },
	{ "collection", "TA0009", "Collection", "collection" },
	{ "command-and-control", "TA0011", "Command and Control", "command-and-control" },
	{ "exfiltration", "TA0010", "Exfiltration", "exfiltration" },
	{ "impact", "TA0040", "Impact", "impact" },
};

const struct share_tactic *share_tactic_of(const char *phase)
{
	for (size_t i = 0; phase && i < COUNT(TACTICS); i++)
		if (strcmp(TACTICS[i].phase, phase) == 0)
			return &TACTICS[i];
	return NULL;
}
