/* wsus.c - Windows Update: the server's SoftwareDistribution.log and Change.log, the client's ReportingEvents.log and
 * WindowsUpdate.log in both forms (written by Windows 7; made by Get-WindowsUpdateLog). Columns are apart by tabs; the
 * newer WindowsUpdate.log pads them with spaces. Source: Microsoft, "WSUS log files", "Windows Update log files". */
#include "readers/readers.h"
#include "readers/text/linepat.h"
#include "readers/text/textfinds.h"

enum kind { KIND_NONE, KIND_SERVER, KIND_REPORT, KIND_CLIENT, KIND_CLIENT_NEW };
enum { CELLS_MAX = 16 };

/* Change.log: who published what to whom. Titles are other people's text, so that the last mark counts. */
static const struct text_pattern CHANGES[] = {
	{ "{action:word} of {title:last} by {user} UpdateID:{update_id:word} Revision Number:{revision:digits} "
	  "TargetGroup:{group:rest}",
	  NULL },
	{ "{action:word} of {title:last} by {user} UpdateID:{update_id:word}||| {detail:rest}", NULL },
	{ "{action:word} of {title:last} by {user} for group {group:rest}", NULL },
	{ "{action:word} of {title:last} by {user:rest}", NULL },
	{ 0 },
};

struct wsus {
	struct text_keys sets[KIND_CLIENT_NEW + 1];
	const struct text_keys *said;
};

struct cells {
	str at[CELLS_MAX];
	size_t n;
};

/* A line of one kind: its time and its cells, the time's own not among them. */
struct record {
	enum kind kind;
	struct logtime time;
	str stamp; /* as it stands there */
	struct cells cells;
};

static bool all_digits(str s, size_t min, size_t max)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)(s.ptr[i] - '0') > 9)
			return false;
	return s.len >= min && s.len <= max;
}

static bool all_hex(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!memchr("0123456789abcdefABCDEF", s.ptr[i], 22))
			return false;
	return s.len > 0 && s.len <= 8;
}

/* The last cell takes the rest. */
static struct cells cut_tabs(str s, size_t max)
{
	struct cells c = { 0 };

	while (c.n + 1 < max && s.ptr && memchr(s.ptr, '\t', s.len))
		c.at[c.n++] = str_cut(s, '\t', &s);
	c.at[c.n++] = s;
	return c;
}

static bool cut_time(str *s, struct logtime *lt, str *ret_stamp)
{
	size_t n = logtime_read(*s, LOGTIME_ISO, lt);

	if (!n)
		return false;
	*ret_stamp = (str){ s->ptr, n };
	*s = (str){ s->ptr + n, s->len - n };
	return true;
}

/* "2024-04-18 02:10:44.113 UTC\tChange\tw3wp.58\tAdminDataAccess.X\ttext" */
static bool read_server(str line, struct record *r)
{
	str pid, name;

	if (!cut_time(&line, &r->time, &r->stamp) || r->time.basis != TIME_UTC_EXPLICIT || !line.len ||
	    line.ptr[0] != '\t')
		return false;
	r->cells = cut_tabs((str){ line.ptr + 1, line.len - 1 }, 4);
	if (r->cells.n < 3)
		return false;
	name = str_cut(r->cells.at[1], '.', &pid);
	r->kind = KIND_SERVER;
	return r->cells.at[0].len && r->cells.at[0].len <= 16 && name.len && all_digits(pid, 1, 10);
}

/* "{guid}\t2024-04-18 10:10:44:113+0800\t1\t147 [AGENT_X]\t101\t{guid}\t200\t0\tapp\tresult\tcategory\ttext" */
static bool read_report(str line, struct record *r)
{
	enum { COLUMNS = 12 };

	r->cells = cut_tabs(line, COLUMNS);
	if (r->cells.n < COLUMNS - 1 || r->cells.at[0].len != 38 || r->cells.at[0].ptr[0] != '{' ||
	    !logtime_whole(r->cells.at[1], LOGTIME_ISO, &r->time))
		return false;
	r->kind = KIND_REPORT;
	return true;
}

/* "2024-04-18\t10:10:44:113\t 912\t1a4\tAU\ttext" */
static bool read_client(str line, struct record *r)
{
	struct cells c = cut_tabs(line, 6);
	char both[40];

	if (c.n < 6 || c.at[0].len != 10 || c.at[1].len < 8 || c.at[1].len > 16)
		return false;
	memcpy(both, c.at[0].ptr, 10);
	both[10] = ' ';
	memcpy(both + 11, c.at[1].ptr, c.at[1].len);
	if (!logtime_whole((str){ both, 11 + c.at[1].len }, LOGTIME_ISO, &r->time))
		return false;
	r->stamp = (str){ line.ptr, 11 + c.at[1].len };
	for (size_t i = 2; i < 6; i++)
		r->cells.at[i - 2] = str_trim(c.at[i]);
	r->cells.n = 4;
	r->kind = KIND_CLIENT;
	return all_digits(r->cells.at[0], 1, 10) && all_hex(r->cells.at[1]) && r->cells.at[2].len;
}

/* "2024/04/18 10:10:44.1131234 912   6900  Agent           text" */
static bool read_client_new(str line, struct record *r)
{
	struct linepat_hit hit;

	if (line.len < 20 || line.ptr[4] != '/' || line.ptr[19] != '.' ||
	    !linepat_match("{time:iso} {pid:digits} {tid:digits} {component:word}||| {message:rest}", line,
			   &hit))
		return false;
	r->time = hit.time;
	r->stamp = hit.values[0];
	r->cells = (struct cells){ { hit.values[1], hit.values[2], hit.values[3], hit.values[4] }, 4 };
	r->kind = KIND_CLIENT_NEW;
	return true;
}

static bool record_read(str line, struct record *ret)
{
	struct record r = { 0 };
	str rest, first = str_cut(line, '\n', &rest);

	if (first.len && first.ptr[first.len - 1] == '\r')
		first.len--;
	if (!read_server(first, &r) && !read_report(first, &r) && !read_client(first, &r) &&
	    !read_client_new(first, &r))
		return false;
	if (rest.len && r.cells.n && r.cells.at[r.cells.n - 1].ptr) /* the text goes on in further lines */
		r.cells.at[r.cells.n - 1].len = (size_t)(line.ptr + line.len - r.cells.at[r.cells.n - 1].ptr);
	*ret = r;
	return true;
}

static bool starts(str line)
{
	struct record r;

	return record_read(line, &r);
}

/* --- records -------------------------------------------------------------------------------- */

static const char *const SERVER[] = { "level", "source", "method", "message" };
static const char *const REPORT[] = { "id",       "time",     "event_number", "event", "category_code",
				      "update",   "revision", "result_code",  "app",   "result",
				      "category", "message" };
static const char *const CLIENT[] = { "pid", "tid", "component", "message" };

static const struct kind_row {
	const char *dataset;
	const char *const *names;
} KINDS[] = {
	[KIND_SERVER] = { "wsus.softwaredistribution", SERVER },
	[KIND_REPORT] = { "wsus.reportingevents", REPORT },
	[KIND_CLIENT] = { "wsus.windowsupdate", CLIENT },
	[KIND_CLIENT_NEW] = { "wsus.windowsupdate", CLIENT },
};

static void put_change(struct text *t, struct text_keys *k, str message)
{
	struct linepat_hit hit;
	const str *names;
	size_t n;

	if (linepat_set_match(t->patterns, message, &hit, &names, &n) == SIZE_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		if (hit.values[i].len)
			text_keys_put(k, names[i], value_utf8(hit.values[i]));
}

/* w3wp.58: the program and the thread. */
static void put_source(struct text_keys *k, str source)
{
	str thread, name = str_cut(source, '.', &thread);

	text_keys_put_str(k, "program", name);
	text_keys_put_str(k, "tid", thread);
}

static enum text_line line(struct text *t)
{
	struct wsus *w = t->state;
	const char *dataset;
	struct text_keys *k;
	struct record r;
	str message;

	t->why = "no line of an update service";
	if (!record_read(t->line, &r))
		return TEXT_BAD;
	t->why = NULL;
	k = &w->sets[r.kind];
	dataset = KINDS[r.kind].dataset;
	text_keys_begin(k);
	text_keys_put_str(k, "time", r.stamp);
	for (size_t i = 0; i < r.cells.n; i++)
		text_keys_put_str(k, KINDS[r.kind].names[i], str_trim(r.cells.at[i]));
	message = str_trim(r.cells.at[r.cells.n - 1]);
	if (r.kind == KIND_SERVER) {
		put_source(k, r.cells.at[1]);
		if (str_eq(r.cells.at[0], STR("Change"))) {
			dataset = "wsus.change";
			put_change(t, k, message);
		}
	}
	text_finds(t, k, message);
	text_time(t, &r.time);
	return text_keys_say(t, k, dataset, &w->said) ? TEXT_EVENT : TEXT_BAD;
}

static int wsus_open(struct text *t, err *e)
{
	struct wsus *w = t->state;

	(void)e;
	for (size_t i = 0; i < COUNT(w->sets); i++)
		text_keys_init(&w->sets[i]);
	return 0;
}

static void wsus_close(void *state)
{
	struct wsus *w = state;

	for (size_t i = 0; i < COUNT(w->sets); i++)
		text_keys_done(&w->sets[i]);
}

/* Stack traces stand between the lines. */
static int claim(const struct text_head *h)
{
	enum { SURE = 92, SHARE_MIN = 20 };

	return h->nlines && starts(h->lines[0]) && text_fits(h, starts, SHARE_MIN) ? SURE : 0;
}

static const struct text_format WSUS = {
	.framing = FRAME_STARTS,
	.starts = starts,
	.line_keywords = true,
	.claim = claim,
	.line = line,
	.state_bytes = sizeof(struct wsus),
	.open = wsus_open,
	.close = wsus_close,
	.patterns = CHANGES,
};

const struct reader_ops reader_wsus = TEXT_READER_PIECES(
	"wsus", "Windows Update: logs of WSUS, ReportingEvents.log, WindowsUpdate.log", &WSUS);
