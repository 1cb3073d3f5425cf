/* The desk of a CERT: its verbs, each in one transaction. */
#include <unistd.h>

#include "cli/desk_verbs.h"
#include "cli/slurp.h"
#include "util/limits.h"
#include "util/times.h"

static const struct cli_option OPTIONS[] = {
	{ 'd', "db", "FILE", "The registry; desk init makes it" },
	{ 0, "at", "TIME", "When what is told happened, with its zone. Default: now" },
	{ 'f', "format", "FORMAT",
	  "Of lists: table, csv or json. Default: table. bulletin: md, html, json or docx. Default: md" },
	{ 0, "week", "WEEK", "bulletin: 2024-W50, a week of ISO 8601, Monday to Sunday" },
	{ 0, "zone", "OFFSET", "bulletin: in which the week begins and ends, as +08:00. Default: UTC" },
	{ 0, "tlp", "COLOUR",
	  "bulletin: its own; incidents of a stricter one are counted, not described. Default: clear" },
	{ 0, "what", "KIND", "import: incidents, parties, vulns. Default: incidents" },
	{ 0, "as", "FORMAT", "contacts import: csv, rdap or whois. Default: as the file looks" },
	{ 0, "country", "CC", "contacts find: where it is, for the national team" },
	{ 0, "case", "CASE", "notices make: the case of the incident" },
	{ 0, "lang", "LANG", "Of notices and bulletins: en or zh. Default: of the party, of the desk" },
	{ 'o', "output", "PATH",
	  "notices export: a folder that is there. bulletin: the file; default: standard output" },
	{ 0, "note", "TEXT", "notices ack, takedown check: what was answered or seen" },
	{ 0, "send", NULL, "notices send: really send; without it only what would be sent is told" },
	{ 0, "from", "MAIL", "notices send: who writes. Default: the contact of the desk" },
	{ 0, "smtp", "URL",
	  "notices send: the mail server, smtps://HOST or smtp://HOST (encrypted, but on this machine)" },
	{ 0, "outbox", "FOLDER", "notices send: write the mails there instead, for another program to send" },
	{ 0, "netrc", "FILE", "notices send: name and password for the mail server. Default: ~/.netrc" },
	{ 0, "ca", "FILE", "notices send: certificates to trust, for a mail server of one's own" },
	{ 0, "verify", NULL, "trail: check that no entry was changed or taken out" },
	{ 0 },
};

enum { READS, WRITES, OWN /* transactions of its own */ };

static const struct verb {
	const char *name, *sub; /* sub NULL: a word alone */
	size_t min, max;        /* words behind it */
	const char *needs;
	int transaction;
	desk_verb *run;
} VERBS[] = {
	{ "set", NULL, 1, 100, "FIELD=VALUE...", WRITES, desk_set },
	{ "show", NULL, 0, 0, "nothing", READS, desk_show },
	{ "fields", NULL, 0, 1, "incident, party, takedown, vuln or desk", READS, desk_fields },
	{ "types", NULL, 0, 0, "nothing", READS, desk_types },
	{ "trail", NULL, 0, 0, "nothing", READS, desk_trail },
	{ "incident", "add", 1, 100, "FIELD=VALUE...", WRITES, desk_incident_add },
	{ "incident", "set", 2, 100, "ID FIELD=VALUE...", WRITES, desk_incident_set },
	{ "incident", "show", 1, 1, "ID", READS, desk_incident_show },
	{ "incident", "list", 0, 100, "[FIELD=VALUE]...", READS, desk_incident_list },
	{ "party", "add", 1, 100, "FIELD=VALUE...", WRITES, desk_party_add },
	{ "party", "list", 0, 100, "[FIELD=VALUE]...", READS, desk_party_list },
	{ "vuln", "add", 2, 100, "ID FIELD=VALUE...", WRITES, desk_vuln_add },
	{ "vuln", "list", 0, 100, "[FIELD=VALUE]...", READS, desk_vuln_list },
	{ "contacts", "import", 1, 1, "FILE", WRITES, desk_contacts_import },
	{ "contacts", "find", 1, 1, "an address, a name or an AS number", READS, desk_contacts_find },
	{ "notices", "make", 1, 1, "INCIDENT", OWN, desk_notices_make },
	{ "notices", "list", 0, 1, "[INCIDENT]", READS, desk_notices_list },
	{ "notices", "show", 1, 1, "ID", READS, desk_notices_show },
	{ "notices", "export", 0, 1, "[INCIDENT]", READS, desk_notices_export },
	{ "notices", "send", 0, 1, "[INCIDENT]", OWN, desk_notices_send },
	{ "notices", "ack", 1, 1, "ID", WRITES, desk_notices_ack },
	{ "notices", "remind", 0, 1000, "[ID]...", WRITES, desk_notices_remind },
	{ "notices", "escalate", 0, 1000, "[ID]...", WRITES, desk_notices_escalate },
	{ "takedown", "add", 2, 100, "INCIDENT target=... [FIELD=VALUE]...", WRITES, desk_takedown_add },
	{ "takedown", "check", 2, 2, "ID up|down|refused", WRITES, desk_takedown_check },
	{ "takedown", "import", 1, 1, "FILE.csv", WRITES, desk_takedown_import },
	{ "takedown", "list", 0, 100, "[FIELD=VALUE]...", READS, desk_takedown_list },
	{ "bulletin", NULL, 0, 0, "nothing but options", READS, desk_bulletin },
	{ "import", NULL, 1, 1, "FILE.csv", WRITES, desk_import },
	{ "import-case", NULL, 1, 1, "CASE", OWN, desk_import_from_case },
};

static const struct verb *verb_of(const struct cli_args *args, size_t *ret_words)
{
	size_t n = args->paths.len;

	for (size_t i = 0; n && i < COUNT(VERBS); i++) {
		const struct verb *v = &VERBS[i];

		if (strcmp(v->name, args->paths.at[0]) != 0)
			continue;
		if (v->sub && (n < 2 || strcmp(v->sub, args->paths.at[1]) != 0))
			continue;
		*ret_words = v->sub ? 2 : 1;
		return v;
	}
	return NULL;
}

static int usage(struct cli *cli, const struct cli_args *args)
{
	const char *word = args->paths.len ? args->paths.at[0] : "";
	buf list = { 0 };
	int code;

	for (size_t i = 0; i < COUNT(VERBS); i++)
		if (VERBS[i].sub && strcmp(VERBS[i].name, word) == 0)
			buf_printf(&list, "%s%s", list.len ? ", " : "", VERBS[i].sub);
	if (list.len == 0) {
		word = "";
		buf_z(&list, "init");
		for (size_t i = 0; i < COUNT(VERBS); i++)
			if (i == 0 || strcmp(VERBS[i].name, VERBS[i - 1].name) != 0)
				buf_printf(&list, ", %s", VERBS[i].name);
	}
	code = cli_usage(cli, &command_desk, "desk%s%s takes one of: %.*s", *word ? " " : "", word,
			 (int)list.len, list.ptr);
	buf_done(&list);
	return code;
}

static int init(struct cli *cli, const char *db)
{
	err e = { .offset = ERR_NO_OFFSET };

	return desk_create(db, &e) < 0 ? cli_fail(cli, &e) : EXIT_DONE;
}

static int time_of(const struct cli_args *args, struct desk *d, err *e)
{
	static const struct field AT = { .name = "--at", .kind = FIELD_TIME };
	const char *at = args_get(args, "at");
	enum time_basis basis;
	buf text = { 0 };
	int64_t ns;
	int rc = 0;

	if (!at)
		return 0;
	rc = *at ? field_put(&AT, str_of(at), &text, e)
		 : err_set(e, ERR_ARG, ERR_NO_OFFSET, "--at takes a time");
	if (rc == 0 && time_parse_iso(buf_view(&text), &ns, &basis))
		desk_set_now(d, ns);
	buf_done(&text);
	return rc;
}

static int call(const struct verb *v, struct desk_call *c, err *e)
{
	if (time_of(c->args, c->d, e) < 0)
		return -1;
	if (v->transaction != OWN &&
	    (v->transaction == WRITES ? desk_begin(c->d, e) : desk_begin_read(c->d, e)) < 0)
		return -1;
	if (v->run(c, e) < 0)
		return -1;
	if (v->transaction != OWN && desk_commit(c->d, e) < 0)
		return -1;
	return cli_flush(STDOUT_FILENO, &c->out, e);
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const char *db = args_get(args, "db");
	struct desk_call c = { .cli = cli, .args = args };
	err e = { .offset = ERR_NO_OFFSET };
	struct cli_args rest = *args;
	const struct verb *v;
	size_t words = 0;

	if (!db || !*db)
		return cli_usage(cli, &command_desk, "desk needs --db FILE");
	if (args->paths.len == 1 && strcmp(args->paths.at[0], "init") == 0)
		return init(cli, db);
	v = verb_of(args, &words);
	if (!v)
		return usage(cli, args);
	rest.paths.at += words;
	rest.paths.len -= words;
	if (rest.paths.len < v->min || rest.paths.len > v->max)
		return cli_usage(cli, &command_desk, "desk %s%s%s takes %s behind it", v->name,
				 v->sub ? " " : "", v->sub ? v->sub : "", v->needs);
	c.args = &rest;
	arena_init(&c.mem, LIMIT_DESK_BYTES);
	if (desk_open(&c.d, db, &e) < 0 || call(v, &c, &e) < 0) {
		if (c.d)
			desk_rollback(c.d);
		c.code = cli_fail(cli, &e);
	}
	desk_close(c.d);
	arena_done(&c.mem);
	buf_done(&c.out);
	return c.code;
}

int desk_slurp(const char *path, buf *to, err *e)
{
	int there = slurp(path, LIMIT_DESK_FILE, to, e);

	return there > 0    ? 0
	       : there == 0 ? err_set(e, ERR_IO, ERR_NO_OFFSET, "%s: there is no such file", path)
			    : -1;
}

const struct command command_desk = {
	.name = "desk",
	.summary = "a CERT's own work: incidents, contacts, notices, take-downs, the weekly bulletin",
	.usage = "--db FILE VERB [WORD]... [FIELD=VALUE]...",
	.options = OPTIONS,
	.run = run,
	.details =
		"init makes the registry, one file for all who may write to it. set and show: the desk itself (org,\n"
		"contact, country, lang, answer_days). fields lists what a row has, types the taxonomy of incidents.\n"
		"\n"
		"incident add|set|show|list, party add|list, vuln add|list: rows of the registry. import reads a table\n"
		"(CSV, UTF-8) of them, all or nothing; import-case makes the incident of a case or brings it up to date.\n"
		"Saying the same twice gives one row. contacts import keeps whom to write to: tables (prefix, domain, asn\n"
		"or country; contact), answers of RDAP and whois servers that lie in files; contacts find tells them, the\n"
		"longest prefix or suffix first, with source and age.\n"
		"\n"
		"notices make writes one notice per party with nothing but its own evidence: who was hurt (parties of\n"
		"case.yaml), who runs an address, who registered a name; TLP and PAP of the incident decide who may be\n"
		"told. notices show, list, export; notices send needs --send; ack notes an answer, remind and escalate\n"
		"act on what is due. takedown keeps what others were asked to take down; spoor never looks itself, what\n"
		"was seen is entered or imported. bulletin tells a week in numbers, each with the entries of the registry\n"
		"that it was counted from; plots of a Markdown file lie beside it.\n"
		"\n"
		"trail shows who changed what; with --verify, whether it is whole.\n",
};
