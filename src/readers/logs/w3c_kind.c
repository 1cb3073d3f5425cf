#include "readers/logs/w3c_kind.h"

#include <ctype.h>

/* By the beginning of #Software. */
static const struct {
	const char *software;
	struct w3c_kind kind;
} SOFTWARE[] = {
	{ "Microsoft Internet Information Services", { "iis.access", false, false } },
	{ "IIS Advanced Logging Module", { "iis.access", true, false } },
	{ "Microsoft HTTP API", { "iis.httperr", false, false } },
	{ "Microsoft Windows Firewall", { "windows.firewall", false, true } },
	{ "SGOS", { "bluecoat.proxy", true, false } },
	{ "Microsoft Forefront", { "tmg.proxy", false, false } },
	{ "Microsoft ISA", { "tmg.proxy", false, false } },
	{ "Microsoft(R) Internet Security and Acceleration", { "tmg.proxy", false, false } },
};

/* Services of IIS below its folder of logs, which write headers alike. */
static const struct {
	const char *folder, *field, *dataset;
} IIS_SERVICES[] = {
	{ "FTPSVC", "x-session", "iis.ftp" },
	{ "SMTPSVC", NULL, "iis.smtp" },
	{ "NNTPSVC", NULL, "iis.nntp" },
};

/* Exchange, by #Log-type and a field that only this log has. */
static const struct {
	const char *log_type, *field, *dataset;
} EXCHANGE[] = {
	{ "HttpProxy Logs", "BackEndStatus", "exchange.httpproxy" },
	{ "ECP Server Log", NULL, "exchange.ecp" },
	{ "ECP Activity Context Log", NULL, "exchange.ecp_activity" },
	{ "EWS Logs", "SoapAction", "exchange.ews" },
	{ "MapiHttp Logs", "MapiRequestId", "exchange.mapi" },
	{ "Rps Cmdlet Logs", "CmdletUniqueId", "exchange.rps_cmdlet" },
	{ "RCA Protocol Logs", "rpc-status", "exchange.rpcclientaccess" },
	{ "Message Tracking Log", "internal-message-id", "exchange.messagetracking" },
	{ "SMTP Receive Protocol Log", NULL, "exchange.smtpreceive" },
	{ "SMTP Send Protocol Log", NULL, "exchange.smtpsend" },
	{ "OABGenerator Log", NULL, "exchange.oabgenerator" },
};

static bool has_field(const struct w3c_header *h, const char *name)
{
	for (size_t i = 0; name && i < h->nnames; i++)
		if (str_eq(h->names[i], str_of(name)))
			return true;
	return false;
}

/* "Some New Logs" to "exchange.some_new", so that logs that no table knows stay apart. */
static const char *dataset_of_type(str log_type, char name[W3C_DATASET_MAX])
{
	size_t n = strlen("exchange.");

	memcpy(name, "exchange.", n);
	log_type = str_trim(log_type);
	if (str_ends(log_type, STR(" Logs")))
		log_type.len -= 5;
	else if (str_ends(log_type, STR(" Log")))
		log_type.len -= 4;
	for (size_t i = 0; i < log_type.len && n + 1 < W3C_DATASET_MAX; i++) {
		unsigned char c = (unsigned char)log_type.ptr[i];

		name[n++] = isalnum(c) ? (char)tolower(c) : '_';
	}
	name[n] = '\0';
	return log_type.len ? name : "exchange.log";
}

static struct w3c_kind exchange(const struct w3c_header *h, char name[W3C_DATASET_MAX])
{
	struct w3c_kind k = { 0 };

	for (size_t i = 0; i < COUNT(EXCHANGE); i++)
		if (str_eq_ascii_nocase(h->log_type, str_of(EXCHANGE[i].log_type)))
			k.dataset = EXCHANGE[i].dataset;
	for (size_t i = 0; !k.dataset && i < COUNT(EXCHANGE); i++)
		if (has_field(h, EXCHANGE[i].field))
			k.dataset = EXCHANGE[i].dataset;
	if (!k.dataset)
		k.dataset = dataset_of_type(h->log_type, name);
	return k;
}

struct w3c_kind w3c_kind_of(const struct w3c_header *h, char name[W3C_DATASET_MAX])
{
	struct w3c_kind k = { "w3c.log", true, false };

	if (str_starts(h->software, STR("Microsoft Exchange")) || (!h->software.len && h->log_type.len))
		return exchange(h, name);
	for (size_t i = 0; i < COUNT(SOFTWARE); i++)
		if (str_starts(h->software, str_of(SOFTWARE[i].software)))
			k = SOFTWARE[i].kind;
	if (!h->software.len && has_field(h, "sc-win32-status"))
		k = SOFTWARE[0].kind;
	if (strcmp(k.dataset, "w3c.log") == 0 && (has_field(h, "cs-uri-stem") || has_field(h, "cs-uri")))
		k.dataset = "w3c.access";
	for (size_t i = 0; strcmp(k.dataset, "iis.access") == 0 && i < COUNT(IIS_SERVICES); i++)
		if (has_field(h, IIS_SERVICES[i].field) ||
		    str_find(h->path, str_of(IIS_SERVICES[i].folder)) != SIZE_MAX)
			k.dataset = IIS_SERVICES[i].dataset;
	return k;
}

/* --- fields --------------------------------------------------------------------------------- */

static bool is_number(str s)
{
	uint64_t u;

	return str_to_u64(s, &u);
}

/* Digits, hex, dots, colons, a zone: as much as an address may have. */
static bool is_address(str s)
{
	bool any = false;

	for (size_t i = 0; i < s.len && s.ptr[i] != '%'; i++) {
		if (!isxdigit((unsigned char)s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != ':')
			return false;
		any |= s.ptr[i] == '.' || s.ptr[i] == ':';
	}
	return any;
}

static bool is_method(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isupper((unsigned char)s.ptr[i]) && s.ptr[i] != '_' && s.ptr[i] != '-')
			return false;
	return s.len > 0 && s.len < 32;
}

static bool is_path(str s)
{
	return s.len && (s.ptr[0] == '/' || s.ptr[0] == '*');
}

static const struct {
	const char *field;
	bool (*fits)(str s);
} SHAPES[] = {
	{ "s-ip", is_address },           { "c-ip", is_address },      { "s-port", is_number },
	{ "c-port", is_number },          { "cs-method", is_method },  { "sc-status", is_number },
	{ "sc-substatus", is_number },    { "time-taken", is_number }, { "sc-bytes", is_number },
	{ "sc-win32-status", is_number }, { "cs-bytes", is_number },   { "cs-uri-stem", is_path },
};

enum w3c_fit w3c_fit(str field, str text)
{
	for (size_t i = 0; i < COUNT(SHAPES) && !str_eq(text, STR("-")); i++)
		if (str_eq(field, str_of(SHAPES[i].field)))
			return SHAPES[i].fits(text) ? W3C_FIT_SURE : W3C_FIT_NOT;
	return W3C_FIT_ANY;
}

unsigned w3c_spaciousness(str field)
{
	static const char *const FIELDS[] = { "cs-uri-stem", "cs-username",    "cs-uri-query",
					      "cs(Referer)", "cs(User-Agent)", "cs(Cookie)" };

	for (unsigned i = 0; i < COUNT(FIELDS); i++)
		if (str_eq(field, str_of(FIELDS[i])))
			return 2 + i;
	for (size_t i = 0; i < COUNT(SHAPES); i++)
		if (str_eq(field, str_of(SHAPES[i].field)))
			return 0;
	return str_eq(field, STR("date")) || str_eq(field, STR("time")) ? 0 : 1;
}

/* --- rows without a header ------------------------------------------------------------------ */

#define IIS_BEFORE "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
#define IIS_AFTER "sc-status sc-substatus sc-win32-status"

/* Defaults of IIS 6 to 10, and with the address that a proxy passes on. */
static const char *const DEFAULTS[] = {
	IIS_BEFORE "cs(Referer) " IIS_AFTER " time-taken",
	IIS_BEFORE IIS_AFTER " time-taken",
	IIS_BEFORE "cs(Referer) " IIS_AFTER " time-taken X-Forwarded-For",
	("date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) " IIS_AFTER),
};

static bool is_date(str s)
{
	return s.len == 10 && s.ptr[4] == '-' && s.ptr[7] == '-' && is_number((str){ s.ptr, 4 });
}

static bool is_clock(str s)
{
	return s.len == 8 && s.ptr[2] == ':' && s.ptr[5] == ':';
}

/* Every field fits, and enough of them could be nothing else. */
static bool fits_all(str names, const str *fields, size_t n)
{
	enum { SURE_MIN = 5 };
	size_t sure = 0, i = 0;

	for (; names.len && i < n; i++) {
		enum w3c_fit fit = w3c_fit(str_cut(names, ' ', &names), fields[i]);

		if (fit == W3C_FIT_NOT)
			return false;
		sure += fit == W3C_FIT_SURE;
	}
	return !names.len && i == n && sure >= SURE_MIN;
}

const char *w3c_infer(const str *fields, size_t n)
{
	if (n < 2 || !is_date(fields[0]) || !is_clock(fields[1]))
		return NULL;
	for (size_t i = 0; i < COUNT(DEFAULTS); i++)
		if (fits_all(str_of(DEFAULTS[i]), fields, n))
			return DEFAULTS[i];
	return NULL;
}
