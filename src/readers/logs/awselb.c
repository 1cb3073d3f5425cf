/* awselb.c - access logs of AWS load balancers: application (HTTP), classic, and network (TLS). Source: docs.aws.amazon.com, "Access
 * log entries". */
#include "readers/logs/access.h"
#include "readers/readers.h"
#include "readers/text/escape.h"
#include "readers/text/textlog.h"

/* Names as AWS has them, or those of rules where they have one. */
static const char *const ALB[] = {
	"type",
	"time",
	"elb",
	"client:port",
	"target:port",
	"request_processing_time",
	"target_processing_time",
	"response_processing_time",
	"sc-status",
	"target_status_code",
	"cs-bytes",
	"sc-bytes",
	"request",
	"cs-user-agent",
	"ssl_cipher",
	"ssl_protocol",
	"target_group_arn",
	"trace_id",
	"domain_name",
	"chosen_cert_arn",
	"matched_rule_priority",
	"request_creation_time",
	"actions_executed",
	"redirect_url",
	"error_reason",
	"target:port_list",
	"target_status_code_list",
	"classification",
	"classification_reason",
	"conn_trace_id",
};

enum {
	ALB_FIELDS = COUNT(ALB),
	ALB_MIN = 14,
	P_HOST = ALB_FIELDS,
	P_METHOD,
	P_URI,
	P_STEM,
	P_QUERY,
	P_VERSION,
	P_CLIENT,
	COLUMNS
};
static const char *const PARTS[COLUMNS - ALB_FIELDS] = { "cs-host",     "cs-method",    "cs-uri",
							 "cs-uri-stem", "cs-uri-query", "cs-version",
							 "c-ip" };
enum { F_TIME = 1, F_CLIENT = 3, F_REQUEST = 12 };

/* The network load balancer's, whose lines are connections. */
static const char *const NLB[] = {
	"type",
	"version",
	"time",
	"elb",
	"listener",
	"client:port",
	"target:port",
	"connection_time",
	"tls_handshake_time",
	"cs-bytes",
	"sc-bytes",
	"incoming_tls_alert",
	"chosen_cert_arn",
	"chosen_cert_serial",
	"ssl_cipher",
	"ssl_protocol",
	"tls_named_group",
	"domain_name",
	"alpn_fe_protocol",
	"alpn_be_protocol",
	"alpn_client_preference_list",
	"tls_connection_creation_time",
	"c-ip",
};
enum { N_TIME = 2, N_CLIENT = 5, N_IP = COUNT(NLB) - 1, NLB_MIN = 18 };
_Static_assert(COUNT(NLB) <= COLUMNS, "both fit the same memory");

struct elb {
	const struct schema *alb, *nlb; /* of those that were said: lines may take turns */
};

static str text_of(value v)
{
	return v.type == VALUE_ABSENT ? (str){ 0 } : (str){ (const char *)v.ptr, v.len };
}

static value value_of(str s)
{
	return s.len ? value_utf8(s) : (value){ 0 };
}

static bool known_type(str s)
{
	static const char *const TYPES[] = { "http", "https", "h2", "grpcs", "ws", "wss" };

	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (str_eq(s, str_of(TYPES[i])))
			return true;
	return false;
}

/* The fields in the order of the application load balancer; the classic one has no type. */
static bool split(str line, value v[ALB_FIELDS], struct logtime *lt)
{
	str first = str_cut(line, ' ', &(str){ 0 });
	bool classic = !known_type(first);
	str client;
	size_t n;

	for (size_t i = 0; i < ALB_FIELDS; i++)
		v[i] = (value){ 0 };
	n = split_quoted(line, v + classic, ALB_FIELDS - classic) + classic;
	client = text_of(v[F_CLIENT]);
	return n >= ALB_MIN && logtime_whole(text_of(v[F_TIME]), LOGTIME_ISO, lt) &&
	       lt->basis == TIME_UTC_EXPLICIT && client.len && memchr(client.ptr, ':', client.len);
}

/* "tls 2.0 2022-04-01T08:51:42 net/...": times are UTC without saying so. */
static bool split_nlb(str line, value v[COUNT(NLB)], struct logtime *lt)
{
	str client;

	if (!str_starts(line, STR("tls ")))
		return false;
	for (size_t i = 0; i < COUNT(NLB); i++)
		v[i] = (value){ 0 };
	if (split_quoted(line, v, N_IP) < NLB_MIN || !logtime_whole(text_of(v[N_TIME]), LOGTIME_ISO, lt))
		return false;
	client = text_of(v[N_CLIENT]);
	return client.len && memchr(client.ptr, ':', client.len);
}

/* The address of "address:port". */
static value address_of(str s)
{
	size_t n = s.len;

	while (n && s.ptr[n - 1] != ':')
		n--;
	return value_of((str){ s.ptr, n ? n - 1 : 0 });
}

static void put_parts(struct text *t, value *v)
{
	struct access_request r = { 0 };

	(void)access_request(escape_plain(text_of(v[F_REQUEST]), ESCAPE_C, &t->mem), &r);
	v[P_HOST] = value_of(r.host);
	v[P_METHOD] = str_eq(r.method, STR("-")) ? (value){ 0 } : value_of(r.method);
	v[P_URI] = value_of(r.target);
	v[P_STEM] = value_of(r.stem);
	v[P_QUERY] = value_of(r.query);
	v[P_VERSION] = value_of(r.version);
	v[P_CLIENT] = address_of(text_of(v[F_CLIENT]));
}

/* Columns are said once, and again by their schema. */
static bool columns(struct text *t, const struct schema **said, const char *const *list, size_t nlist,
		    const char *const *more, size_t nmore)
{
	str names[COLUMNS];

	if (*said) {
		if (t->schema != *said)
			text_columns_again(t, *said);
		return true;
	}
	for (size_t i = 0; i < nlist + nmore; i++)
		names[i] = str_of(i < nlist ? list[i] : more[i - nlist]);
	if (!text_columns(t, STR("aws.elb"), names, nlist + nmore))
		return false;
	*said = t->schema;
	return true;
}

static enum text_line nlb_line(struct text *t, struct elb *e)
{
	value v[COUNT(NLB)];
	struct logtime lt;

	if (!split_nlb(t->line, v, &lt) || !columns(t, &e->nlb, NLB, COUNT(NLB), NULL, 0))
		return TEXT_BAD;
	v[N_IP] = address_of(text_of(v[N_CLIENT]));
	memcpy(t->values, v, sizeof v);
	if (lt.basis == TIME_LOCAL_ASSUMED)
		lt.basis = TIME_UTC_BY_SPEC;
	text_time(t, &lt);
	return TEXT_EVENT;
}

static enum text_line elb_line(struct text *t)
{
	struct elb *e = t->state;
	value v[COLUMNS];
	struct logtime lt;

	if (!split(t->line, v, &lt))
		return nlb_line(t, e);
	if (!columns(t, &e->alb, ALB, ALB_FIELDS, PARTS, COUNT(PARTS)))
		return TEXT_BAD;
	put_parts(t, v);
	memcpy(t->values, v, sizeof v);
	text_time(t, &lt);
	return TEXT_EVENT;
}

static bool fits(str line)
{
	value v[COLUMNS];
	struct logtime lt;

	return split(line, v, &lt) || split_nlb(line, v, &lt);
}

static int elb_claim(const struct text_head *h)
{
	enum { SURE = 87, SHARE_MIN = 80 };

	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format ELB = {
	.line_keywords = true,
	.claim = elb_claim,
	.claim_most = 87,
	.line = elb_line,
	.state_bytes = sizeof(struct elb),
};

const struct reader_ops reader_awselb = TEXT_READER_PIECES("awselb", "AWS load balancers' access log", &ELB);
