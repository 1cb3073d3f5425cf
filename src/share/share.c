#include "share/share.h"

#include <stdio.h>

#include "util/times.h"

const struct share_format SHARE_FORMATS[] = {
	{ "stix", "STIX 2.1 bundle", share_stix },
	{ "misp", "MISP event", share_misp },
	{ "navigator", "layer of the ATT&CK Navigator, 4.5", share_navigator },
	{ "iodef", "IODEF 2 (RFC 7970)", share_iodef },
	{ "timesketch", "signs of the incident as JSON lines for Timesketch", share_timesketch },
	{ "csv", "indicators as a table", share_csv },
	{ "blocklist", "addresses and domains, one a line", share_blocklist },
	{ "rpz", "response policy zone for name servers", share_rpz },
	{ "nft", "sets of nftables", share_nft },
	{ "sigma", "drafts of Sigma rules from the indicators", share_sigma },
	{ "yara", "draft of a YARA rule from the hashes", share_yara },
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
