#include "readers/logs/syslog_kind.h"

#include <stdlib.h>

#define SUCCESS "success"
#define FAILURE "failure"

/* --- sshd. Source: auth.c, auth2.c, packet.c, session.c of OpenSSH 3.9 to 9.9 ----------------- */

static const char *const SSHD_PROGRAMS[] = { "sshd", "sshd-session", "sshd-auth", "sshd(pam_unix)", NULL };
static const char *const SSHD_FIELDS[] = { "action", "outcome",  "user",     "src_ip", "src_port", "method",
					   "key",    "dst_ip",   "dst_port", "reason", "rhost",    "ruser",
					   "uid",    "terminal", "service",  "by",     "host",     NULL };
static const struct syslog_pattern SSHD[] = {
	{ "Accepted {method:word} for {user:last} from {src_ip:word} port {src_port:digits} ssh2|||: {key:rest}",
	  "login", SUCCESS },
	{ "Accepted {method:word} for {user:last} from {src_ip:word} port {src_port:digits}", "login",
	  SUCCESS },
	{ "Failed {method:word} for invalid user {user:last} from {src_ip:word} port {src_port:digits} "
	  "ssh2|||: {key:rest}",
	  "login", FAILURE },
	{ "Failed {method:word} for illegal user {user:last} from {src_ip:word} port {src_port:digits} ssh2",
	  "login", FAILURE },
	{ "Failed {method:word} for {user:last} from {src_ip:word} port {src_port:digits} ssh2|||: {key:rest}",
	  "login", FAILURE },
	{ "Invalid user {user:last} from {src_ip:word} port {src_port:digits}", "invalid_user", FAILURE },
	{ "Invalid user {user:last} from {src_ip:word}", "invalid_user", FAILURE },
	{ "Invalid user from {src_ip:word}||| port {src_port:digits}", "invalid_user", FAILURE },
	{ "Failed {method:word} for invalid user from {src_ip:word} port {src_port:digits} ssh2", "login",
	  FAILURE },
	{ "Illegal user {user:last} from {src_ip:word}", "invalid_user", FAILURE },
	{ "User {user:last} from {src_ip:word} not allowed because {reason:rest}", "not_allowed", FAILURE },
	{ "error: maximum authentication attempts exceeded for invalid user {user:last} from {src_ip:word} port "
	  "{src_port:digits} ssh2||| {reason:rest}",
	  "too_many_attempts", FAILURE },
	{ "error: maximum authentication attempts exceeded for {user:last} from {src_ip:word} port "
	  "{src_port:digits} ssh2||| {reason:rest}",
	  "too_many_attempts", FAILURE },
	{ "Connection from {src_ip:word} port {src_port:digits} on {dst_ip:word} port {dst_port:digits}||| {:rest}",
	  "connection", "" },
	{ "Connection from {src_ip:word} port {src_port:digits}", "connection", "" },
	{ "Connection closed by authenticating user {user:word} {src_ip:word} port {src_port:digits}||| "
	  "[{reason}]",
	  "disconnect", "" },
	{ "Connection closed by invalid user {user:word} {src_ip:word} port {src_port:digits}||| [{reason}]",
	  "disconnect", "" },
	{ "Connection closed by {src_ip:word} port {src_port:digits}||| [{reason}]", "disconnect", "" },
	{ "Connection closed by {src_ip:word}||| [{reason}]", "disconnect", "" },
	{ "Connection reset by {src_ip:word} port {src_port:digits}||| [{reason}]", "disconnect", "" },
	{ "Connection reset by {src_ip:word}||| [{reason}]", "disconnect", "" },
	{ "Received disconnect from {src_ip:word} port {src_port:digits}:{:word} {reason:rest}", "disconnect",
	  "" },
	{ "input_userauth_request: invalid user {user:last} [preauth]", "invalid_user", FAILURE },
	{ "Disconnecting: Too many authentication failures for {user:last} [preauth]", "too_many_attempts",
	  FAILURE },
	{ "error: Received disconnect from {src_ip}: {reason:rest}", "disconnect", "" },
	{ "Received disconnect from {src_ip}: {reason:rest}", "disconnect", "" },
	{ "Disconnected from user {user:word} {src_ip:word} port {src_port:digits}", "disconnect", "" },
	{ "Disconnected from invalid user {user:word} {src_ip:word} port {src_port:digits}||| [{reason}]",
	  "disconnect", "" },
	{ "Disconnected from authenticating user {user:word} {src_ip:word} port {src_port:digits}||| [{reason}]",
	  "disconnect", "" },
	{ "Disconnected from {src_ip:word} port {src_port:digits}||| [{reason}]", "disconnect", "" },
	{ "Disconnected from {src_ip:word}||| [{reason}]", "disconnect", "" },
	{ "Did not receive identification string from {src_ip:word}||| port {src_port:digits}", "probe", "" },
	{ "Bad protocol version identification {reason:last} from {src_ip:word} port {src_port:digits}",
	  "probe", "" },
	{ "reverse mapping checking getaddrinfo for {host:word} [{src_ip}] failed||| - {reason:rest}",
	  "name_mismatch", "" },
	{ "Server listening on {dst_ip:word} port {dst_port:digits}.", "start", "" },
	{ 0 },
};

/* --- sudo and su. Source: log_eventlog of sudo 1.8 and 1.9; su of util-linux and shadow ---------- */

static const char *const SUDO_PROGRAMS[] = { "sudo", NULL };
static const char *const SUDO_FIELDS[] = { "action",   "outcome", "user", "reason",  "TTY",   "PWD",   "USER",
					   "GROUP",    "TSID",    "ENV",  "COMMAND", "rhost", "ruser", "uid",
					   "terminal", "service", "by",   "src_ip",  NULL };

static size_t field_of(const char *const *fields, str name)
{
	size_t i = 0;

	while (fields[i] && !str_is(name, fields[i]))
		i++;
	return i;
}

/* "user : reason ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls": what is run comes last and may hold
 * anything. */
static bool sudo_read(str message, str values[SYSLOG_FIELDS_MAX])
{
	size_t colon = str_find(message, STR(" : ")), i;
	bool command = false;
	str s;

	if (colon == SIZE_MAX || str_find(message, STR("COMMAND=")) == SIZE_MAX)
		return false;
	values[2] = str_trim((str){ message.ptr, colon });
	s = (str){ message.ptr + colon + 3, message.len - colon - 3 };
	while (s.len && !command) {
		size_t end = str_find(s, STR(" ; "));
		str said, name = str_cut(s, '=', &said);

		command = str_eq(name, STR("COMMAND"));
		if (end == SIZE_MAX || command)
			end = s.len;
		i = field_of(SUDO_FIELDS, name);
		if (!SUDO_FIELDS[i] || said.ptr > s.ptr + end)
			values[3] = (str){ s.ptr, end };
		else
			values[i] = (str){ said.ptr, (size_t)(s.ptr + end - said.ptr) };
		s = end == s.len ? (str){ s.ptr, 0 } : (str){ s.ptr + end + 3, s.len - end - 3 };
	}
	values[0] = STR("command");
	values[1] = values[3].len ? STR(FAILURE) : STR(SUCCESS);
	return true;
}

static const char *const SU_PROGRAMS[] = { "su", "su(pam_unix)", "su-l", NULL };
static const char *const SU_FIELDS[] = { "action", "outcome", "user",    "by",     "terminal", "rhost",
					 "ruser",  "uid",     "service", "src_ip", "reason",   NULL };
static const struct syslog_pattern SU[] = {
	{ "Successful su for {user} by {by:rest}", "su", SUCCESS },
	{ "FAILED su for {user} by {by:rest}", "su", FAILURE },
	{ "FAILED SU (to {user}) {by:word} on {terminal:rest}", "su", FAILURE },
	{ "(to {user}) {by:word} on {terminal:rest}", "su", SUCCESS },
	{ "+ {terminal:word} {by}:{user:rest}", "su", SUCCESS },
	{ "- {terminal:word} {by}:{user:rest}", "su", FAILURE },
	{ 0 },
};

/* --- cron, systemd, accounts ---------------------------------------------------------------- */

static const char *const CRON_PROGRAMS[] = { "CRON",    "crond",          "cron", "crontab",
					     "anacron", "/usr/sbin/cron", "atd",  NULL };
static const char *const CRON_FIELDS[] = { "action",   "outcome", "user", "command", "rhost",  "ruser", "uid",
					   "terminal", "service", "by",   "src_ip",  "reason", NULL };
static const struct syslog_pattern CRON[] = {
	{ "({user}) CMD ({command:last})", "command", "" },
	{ "({user}) CMDEND ({command:last})", "command_end", "" },
	{ "({user}) REPLACE ({command:last})", "crontab_replace", "" },
	{ "({user}) DELETE ({command:last})", "crontab_delete", "" },
	{ "({user}) LIST ({command:last})", "crontab_list", "" },
	{ "({user}) BEGIN EDIT ({command:last})", "crontab_edit", "" },
	{ "({user}) END EDIT ({command:last})", "crontab_edit_end", "" },
	{ "({user}) RELOAD ({command:last})", "crontab_reload", "" },
	{ "({user}) AUTH ({reason:last})", "not_allowed", FAILURE },
	{ "({user}) MAIL ({reason:last})", "mail", "" },
	{ 0 },
};

static const char *const SYSTEMD_PROGRAMS[] = { "systemd", NULL };
static const char *const SYSTEMD_FIELDS[] = { "action", "outcome", "unit",     "user",    "rhost",
					      "ruser",  "uid",     "terminal", "service", "by",
					      "src_ip", "reason",  NULL };
static const struct syslog_pattern SYSTEMD[] = {
	{ "Started {unit:rest}", "start", "" },
	{ "Starting {unit:rest}", "starting", "" },
	{ "Stopped {unit:rest}", "stop", "" },
	{ "Stopping {unit:rest}", "stopping", "" },
	{ "Reloaded {unit:rest}", "reload", "" },
	{ "Finished {unit:rest}", "finish", "" },
	{ "Failed to start {unit:rest}", "start", FAILURE },
	{ "{unit:word}: Failed with result {reason:rest}", "fail", FAILURE },
	{ 0 },
};

static const char *const AUTH_PROGRAMS[] = {
	"useradd",  "usermod",        "userdel",         "groupadd", "groupmod", "groupdel", "passwd",
	"chpasswd", "gpasswd",        "chage",           "chsh",     "chfn",     "login",    "pkexec",
	"polkitd*", "systemd-logind", "login(pam_unix)", "gdm*",     "lightdm",  "sssd*",    NULL
};
static const char *const AUTH_FIELDS[] = { "action",  "outcome", "user",   "UID",  "group",
					   "GID",     "home",    "shell",  "from", "terminal",
					   "session", "rhost",   "ruser",  "uid",  "service",
					   "by",      "src_ip",  "reason", NULL };
static const struct syslog_pattern AUTH[] = {
	{ "new user: name={user}, UID={UID:digits}, GID={GID:digits}, home={home}, shell={shell}, from={from:rest}",
	  "user_add", SUCCESS },
	{ "new user: name={user}, UID={UID:digits}, GID={GID:digits}, home={home}, shell={shell:rest}",
	  "user_add", SUCCESS },
	{ "new group: name={group}, GID={GID:digits}", "group_add", SUCCESS },
	{ "group added to {from:word} name={group}, GID={GID:digits}", "group_add", SUCCESS },
	{ "add '{user}' to group '{group:last}'", "group_member_add", SUCCESS },
	{ "add '{user}' to shadow group '{group:last}'", "group_member_add", SUCCESS },
	{ "delete user '{user:last}'", "user_delete", SUCCESS },
	{ "change user '{user}' password", "password_change", SUCCESS },
	{ "password changed for {user:rest}", "password_change", SUCCESS },
	{ "user {user:word} added by {by:word} to group {group:rest}", "group_member_add", SUCCESS },
	{ "New session {session:word} of user {user:last}.", "session_open", SUCCESS },
	{ "Session {session:word} logged out. {:rest}", "session_close", "" },
	{ "Removed session {session:last}.", "session_close", "" },
	{ "ROOT LOGIN on '{terminal}'||| from '{rhost:last}'", "login", SUCCESS },
	{ "FAILED LOGIN ({:digits}) on '{terminal}' FOR '{user:last}', {reason:rest}", "login", FAILURE },
	{ 0 },
};

static const char *const CLAMAV_PROGRAMS[] = { "clamd", "clamav*", "freshclam", NULL };
static const char *const GUACAMOLE_PROGRAMS[] = { "guacd", "guacamole*", NULL };
static const char *const VSFTPD_PROGRAMS[] = { "vsftpd", NULL };
static const char *const PLAIN_FIELDS[] = { "action", "outcome", NULL };
static const char *const FTP_FIELDS[] = { "action",   "outcome", "user", "rhost",  "ruser",  "uid",
					  "terminal", "service", "by",   "src_ip", "reason", NULL };
static const char *const NONE[] = { NULL };

/* Number 0 is all the rest, 1 what PAM says for programs that are not listed. */
enum { KIND_OTHER, KIND_AUTH };

const struct syslog_kind SYSLOG_KIND[SYSLOG_KINDS] = {
	[KIND_OTHER] = { "system.syslog", NONE, PLAIN_FIELDS, NULL, NULL },
	[KIND_AUTH] = { "linux.auth", AUTH_PROGRAMS, AUTH_FIELDS, AUTH, NULL },
	{ "linux.sshd", SSHD_PROGRAMS, SSHD_FIELDS, SSHD, NULL },
	{ "linux.sudo", SUDO_PROGRAMS, SUDO_FIELDS, NULL, sudo_read },
	{ "linux.su", SU_PROGRAMS, SU_FIELDS, SU, NULL },
	{ "linux.cron", CRON_PROGRAMS, CRON_FIELDS, CRON, NULL },
	{ "linux.systemd", SYSTEMD_PROGRAMS, SYSTEMD_FIELDS, SYSTEMD, NULL },
	{ "linux.clamav", CLAMAV_PROGRAMS, PLAIN_FIELDS, NULL, NULL },
	{ "linux.guacamole", GUACAMOLE_PROGRAMS, PLAIN_FIELDS, NULL, NULL },
	{ "linux.vsftpd", VSFTPD_PROGRAMS, FTP_FIELDS, NULL, NULL },
	{ "linux.kernel", (const char *const[]){ "kernel", NULL }, PLAIN_FIELDS, NULL, NULL },
};

/* --- PAM, in the messages of any program ---------------------------------------------------- */

static const struct syslog_pattern PAM[] = {
	{ "session opened for user {user}(uid={:digits}) by {by:last}(uid={uid:digits})", "session_open",
	  SUCCESS },
	{ "session opened for user {user} by {by:last}(uid={uid:digits})", "session_open", SUCCESS },
	{ "session opened for user {user:rest}", "session_open", SUCCESS },
	{ "session closed for user {user:rest}", "session_close", "" },
	{ "check pass; user unknown", "invalid_user", FAILURE },
	{ "password changed for {user:rest}", "password_change", SUCCESS },
	{ "user {user:word} is not allowed {reason:rest}", "not_allowed", FAILURE },
	{ 0 },
};

/* "pam_unix(sshd:auth): " before the message; in old ones it stands behind the program. */
static str pam_message(str message, str *ret_service)
{
	size_t end;
	str inner;

	*ret_service = (str){ 0 };
	if (!str_starts(message, STR("pam_")))
		return message;
	end = str_find(message, STR("): "));
	if (end == SIZE_MAX || str_find((str){ message.ptr, end }, STR("(")) == SIZE_MAX)
		return message;
	str_cut((str){ message.ptr, end }, '(', &inner);
	*ret_service = str_cut(inner, ':', &inner);
	return (str){ message.ptr + end + 3, message.len - end - 3 };
}

/* "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.4  user=root": names are last. */
static bool pam_failure(str s, const char *const *fields, str values[SYSLOG_FIELDS_MAX])
{
	static const char *const NAMES[][2] = { { "uid=", "uid" },
						{ "tty=", "terminal" },
						{ "ruser=", "ruser" },
						{ "rhost=", "rhost" },
						{ "user=", "user" } };

	if (!str_starts(s, STR("authentication failure;")) &&
	    !(str_starts(s, STR("PAM ")) && str_find(s, STR(" more authentication failure")) != SIZE_MAX))
		return false;
	str_cut(s, ';', &s);
	while (s.len) {
		str word = str_cut(s, ' ', &s);

		for (size_t i = 0; i < COUNT(NAMES); i++) {
			str mark = str_of(NAMES[i][0]);
			size_t to = field_of(fields, str_of(NAMES[i][1]));

			if (str_starts(word, mark) && fields[to] && !values[to].len)
				values[to] = (str){ word.ptr + mark.len, word.len - mark.len };
		}
	}
	values[0] = STR("login");
	values[1] = STR(FAILURE);
	return true;
}

/* --- sets ----------------------------------------------------------------------------------- */

struct syslog_sets {
	struct linepat_set *of[SYSLOG_KINDS], *pam;
};

static struct linepat_set *compile(const struct syslog_pattern *patterns)
{
	struct text_pattern *list;
	struct linepat_set *set;
	size_t n = 0;

	while (patterns[n].pattern)
		n++;
	list = calloc(n + 1, sizeof *list);
	for (size_t i = 0; list && i < n; i++)
		list[i].pattern = patterns[i].pattern;
	set = list ? linepat_set_new(list) : NULL;
	free(list);
	return set;
}

struct syslog_sets *syslog_sets_new(void)
{
	struct syslog_sets *s = calloc(1, sizeof *s);
	bool ok = s && (s->pam = compile(PAM)) != NULL;

	for (size_t i = 0; ok && i < SYSLOG_KINDS; i++)
		if (SYSLOG_KIND[i].patterns)
			ok = (s->of[i] = compile(SYSLOG_KIND[i].patterns)) != NULL;
	if (ok)
		return s;
	syslog_sets_free(s);
	return NULL;
}

void syslog_sets_free(struct syslog_sets *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SYSLOG_KINDS; i++)
		free(s->of[i]);
	free(s->pam);
	free(s);
}

/* --- reading -------------------------------------------------------------------------------- */

static bool is_program(const char *pattern, str program)
{
	size_t n = 0;

	while (n < program.len && pattern[n] == program.ptr[n] && pattern[n] && pattern[n] != '*')
		n++;
	return (pattern[n] == '\0' && n == program.len) || (pattern[n] == '*' && pattern[n + 1] == '\0');
}

size_t syslog_kind_of(str program, str message)
{
	for (size_t k = 0; k < SYSLOG_KINDS; k++)
		for (size_t i = 0; SYSLOG_KIND[k].programs[i]; i++)
			if (is_program(SYSLOG_KIND[k].programs[i], program))
				return k;
	return str_starts(message, STR("pam_")) || str_ends(program, STR("(pam_unix)")) ? KIND_AUTH
											: KIND_OTHER;
}

/* The first pattern that fits gives its values to the fields of its names. */
static bool match(const struct linepat_set *set, const struct syslog_pattern *patterns, str message,
		  const char *const *fields, str values[SYSLOG_FIELDS_MAX])
{
	struct linepat_hit hit;
	const str *names;
	size_t n, at = set ? linepat_set_match(set, message, &hit, &names, &n) : SIZE_MAX;

	if (at == SIZE_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t to = field_of(fields, names[i]);

		if (fields[to])
			values[to] = hit.values[i];
	}
	values[0] = str_of(patterns[at].action);
	values[1] = str_of(patterns[at].outcome);
	return true;
}

void syslog_kind_read(const struct syslog_sets *sets, size_t kind, str message, str values[SYSLOG_FIELDS_MAX])
{
	const struct syslog_kind *k = &SYSLOG_KIND[kind];
	size_t service = field_of(k->fields, STR("service"));
	str said;

	memset(values, 0, SYSLOG_FIELDS_MAX * sizeof *values);
	if (!k->fields[service]) {
		(void)(k->patterns && match(sets->of[kind], k->patterns, message, k->fields, values));
		return;
	}
	message = pam_message(message, &said);
	if (!pam_failure(message, k->fields, values) && !match(sets->pam, PAM, message, k->fields, values) &&
	    !match(sets->of[kind], k->patterns, message, k->fields, values) && k->read)
		(void)k->read(message, values);
	values[service] = said;
}
