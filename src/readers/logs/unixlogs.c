/* unixlogs.c - small logs of Unix machines: vsftpd, dpkg, apt, histories of shells, containers. Sources: logging.c of
 * vsftpd, dpkg(1), apt-pkg/history, bash(1) HISTTIMEFORMAT, zshoptions(1), the CRI logging format of Kubernetes. */
#include "readers/readers.h"
#include "readers/text/linepat.h"
#include "util/limits.h"

/* --- vsftpd --------------------------------------------------------------------------------- */

static const struct text_format VSFTPD = {
	.dataset = "linux.vsftpd",
	.line_keywords = true,
	.patterns =
		(const struct text_pattern[]){
			{ "{time:ctime} [pid {pid:digits}] [{user}] FTP {action:word}: Client \"{client:quoted}\", "
			  "\"{message:quoted}\"",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] FTP {action:word}: Client \"{client:quoted}\", "
			  "\"{message:quoted}\"",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] [{user}] {result:word} {action:word}: Client \"{client:quoted}\", "
			  "\"{path:quoted}\", {bytes:digits} bytes, {rate:rest}",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] [{user}] {result:word} {action:word}: Client \"{client:quoted}\", "
			  "\"{path:quoted}\"|||, {rate:rest}",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] [{user}] {result:word} {action:word}: Client \"{client:quoted}\"|||, "
			  "anon password \"{password:quoted}\"",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] {action:word}: Client \"{client:quoted}\"|||, {message:rest}",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] [{user}] {action}: Client \"{client:quoted}\"|||, {message:rest}",
			  NULL },
			{ "{time:ctime} [pid {pid:digits}] {message:rest}", NULL },
			{ 0 },
		},
};
const struct reader_ops reader_vsftpd = TEXT_READER_PIECES("vsftpd", "vsftpd's log", &VSFTPD);

/* --- packages ------------------------------------------------------------------------------- */

static bool is_one_of(str word, const char *const *words)
{
	while (*words && !str_eq(word, str_of(*words)))
		words++;
	return *words != NULL;
}

/* Any line of a time and words would fit the patterns: what is done tells this log. */
static bool dpkg_fits(str line)
{
	static const char *const ACTIONS[] = { "status",  "startup",      "conffile",  "install",
					       "upgrade", "remove",       "configure", "trigproc",
					       "purge",   "statoverride", "disappear", NULL };
	struct linepat_hit hit;

	return linepat_match("{time:iso} {action:word} {rest:rest}", line, &hit) &&
	       is_one_of(hit.values[1], ACTIONS);
}

static int dpkg_claim(const struct text_head *h)
{
	enum { SURE = 85, SHARE_MIN = 80 };

	return text_fits(h, dpkg_fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format DPKG = {
	.dataset = "linux.dpkg",
	.line_keywords = true,
	.claim = dpkg_claim,
	.claim_most = 85,
	.patterns =
		(const struct text_pattern[]){
			{ "{time:iso} status {state:word} {package:word}:{architecture:word} {version:word}",
			  NULL },
			{ "{time:iso} status {state:word} {package:word} {version:word}", NULL },
			{ "{time:iso} startup {phase:word} {command:rest}", NULL },
			{ "{time:iso} conffile {path:word} {decision:word}", NULL },
			/* version: which was there, or is there now */
			{ "{time:iso} {action:word} {package:word}:{architecture:word} <none> {version:word}",
			  NULL },
			{ "{time:iso} {action:word} {package:word}:{architecture:word} {version:word} <none>",
			  NULL },
			{ "{time:iso} {action:word} {package:word}:{architecture:word} {old-version:word} {version:word}",
			  NULL },
			{ "{time:iso} {action:word} {package:word} <none> {version:word}", NULL },
			{ "{time:iso} {action:word} {package:word} {version:word} <none>", NULL },
			{ "{time:iso} {action:word} {package:word} {old-version:word} {version:word}", NULL },
			{ 0 },
		},
};
const struct reader_ops reader_dpkg = TEXT_READER_PIECES("dpkg", "dpkg's log", &DPKG);

enum { APT_FIELDS = 10 };
static const char *const APT_NAMES[APT_FIELDS] = { "Start-Date", "End-Date", "Commandline", "Requested-By",
						   "Install",    "Upgrade",  "Remove",      "Purge",
						   "Downgrade",  "Error" };

static bool apt_starts(str line)
{
	return str_starts(line, STR("Start-Date:"));
}

static enum text_line apt_line(struct text *t)
{
	str names[APT_FIELDS], rest = t->line;
	struct logtime lt;

	for (size_t i = 0; !t->schema && i < APT_FIELDS; i++)
		names[i] = str_of(APT_NAMES[i]);
	if (!t->schema && !text_columns(t, STR("linux.apt"), names, APT_FIELDS))
		return TEXT_BAD;
	for (size_t i = 0; i < APT_FIELDS; i++)
		t->values[i] = (value){ 0 };
	while (rest.len) {
		str said, name = str_cut(str_cut(rest, '\n', &rest), ':', &said);

		for (size_t i = 0; i < APT_FIELDS; i++)
			if (str_eq(name, str_of(APT_NAMES[i])) && str_trim(said).len)
				t->values[i] = value_utf8(str_trim(said));
	}
	if (t->values[0].type == VALUE_ABSENT ||
	    !logtime_whole((str){ (const char *)t->values[0].ptr, t->values[0].len }, LOGTIME_ISO, &lt)) {
		t->why = "no record of apt's history";
		return TEXT_BAD;
	}
	text_time(t, &lt);
	return TEXT_EVENT;
}

static int apt_claim(const struct text_head *h)
{
	enum { SURE = 85 };

	return h->nlines && apt_starts(h->lines[0]) ? SURE : 0;
}

static const struct text_format APT = {
	.framing = FRAME_STARTS,
	.starts = apt_starts,
	.line_keywords = true,
	.claim = apt_claim,
	.claim_most = 85,
	.line = apt_line,
};
const struct reader_ops reader_apt = TEXT_READER_PIECES("apt", "apt's history", &APT);

/* --- shells --------------------------------------------------------------------------------- */

/* "#1380630977" of bash, ": 1380630977:0;command" of zsh. */
static bool stamp(str line, struct logtime *ret, str *ret_rest)
{
	bool zsh = str_starts(line, STR(": "));
	size_t n, skip = zsh ? 2 : 1;

	if (!zsh && !str_starts(line, STR("#")))
		return false;
	line = (str){ line.ptr + skip, line.len - skip };
	n = logtime_read(line, LOGTIME_EPOCH, ret);
	if (n < 9 || n > 11)
		return false;
	*ret_rest = (str){ line.ptr + n, line.len - n };
	if (!zsh)
		return str_trim(*ret_rest).len == 0 || ret_rest->ptr[0] == '\n' || ret_rest->ptr[0] == '\r';
	if (!ret_rest->len || ret_rest->ptr[0] != ':')
		return false;
	str_cut(*ret_rest, ';', ret_rest);
	return true;
}

static bool history_starts(str line)
{
	struct logtime lt;
	str rest;

	return stamp(line, &lt, &rest);
}

/* Whose file it is: the folder in "home/" or "Users/", or root. */
static str owner(str path)
{
	str name = { 0 }, last = { 0 };

	while (path.len) {
		str part = str_cut(path, '/', &path);

		if (path.len && (str_eq(last, STR("home")) || str_eq(last, STR("Users"))))
			name = part;
		else if (path.len && !name.len && str_eq(part, STR("root")))
			name = part;
		last = part;
	}
	return name;
}

static enum text_line history_line(struct text *t)
{
	const str names[] = { STR("command"), STR("user") };
	struct logtime lt;
	str command = t->line, user = owner(t->env.path);
	bool stamped = stamp(t->line, &lt, &command);

	if (!t->schema && !text_columns(t, STR("linux.shell_history"), names, COUNT(names)))
		return TEXT_BAD;
	command = str_trim(command);
	if (!command.len)
		return TEXT_NOTHING; /* a time without a command */
	t->values[0] = value_utf8(command);
	t->values[1] = user.len ? value_utf8(user) : (value){ 0 };
	if (stamped)
		text_time(t, &lt);
	return TEXT_EVENT;
}

/* Every other line is a time, if commands have one line each. */
static int history_claim(const struct text_head *h)
{
	enum { LIKELY = 70, SHARE_MIN = 15 };

	return text_fits(h, history_starts, SHARE_MIN) ? LIKELY : 0;
}

static const struct text_format HISTORY = {
	.framing = FRAME_STARTS,
	.starts = history_starts,
	.line_keywords = true,
	.claim = history_claim,
	.claim_most = 70,
	.line = history_line,
};
const struct reader_ops reader_history =
	TEXT_READER_PIECES("shell_history", "Histories of bash and zsh with times", &HISTORY);

/* --- containers ----------------------------------------------------------------------------- */

static bool cri_fits(str line)
{
	static const char *const STREAMS[] = { "stdout", "stderr", NULL };
	struct linepat_hit hit;

	return linepat_match("{time:iso} {stream:word} {tag:word}||| {message:rest}", line, &hit) &&
	       is_one_of(hit.values[1], STREAMS) &&
	       (hit.values[2].ptr[0] == 'F' || hit.values[2].ptr[0] == 'P');
}

static int cri_claim(const struct text_head *h)
{
	enum { SURE = 85, SHARE_MIN = 80 };

	return text_fits(h, cri_fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format CRI = {
	.dataset = "kubernetes.container",
	.line_keywords = true,
	.claim = cri_claim,
	.claim_most = 85,
	.patterns =
		(const struct text_pattern[]){
			{ "{time:iso} {stream:word} {tag:word}||| {message:rest}", NULL },
			{ 0 },
		},
};
const struct reader_ops reader_cri = TEXT_READER_PIECES("cri", "Kubernetes: output of containers", &CRI);
