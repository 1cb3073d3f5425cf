/* rules_explain.c - why a rule matches one event, or why not, for people and as JSON. */
#include <sys/stat.h>
#include <unistd.h>

#include "cli/onerecord.h"
#include "cli/rulepack.h"
#include "cli/rules_verbs.h"
#include "detect/explain.h"
#include "detect/rules_hash.h"
#include "util/json.h"
#include "util/limits.h"

struct explaining {
	const struct cli *cli;
	const char *rule;
	bool is_file; /* asked before the sandbox: later nothing of the file system is to be seen */
	bool json;
	struct rulepack rules;
	const struct ruleset *rs;
	struct rule_hashes hashes;
	arena mem;
	buf out;
	unsigned explained, matched;
};

/* --- for people ----------------------------------------------------------------------------- */

/* More tests of one list than this are told apart only if they hold. */
enum { LIST_SHOWN = 8, SOURCES_SHOWN = 8 };

static void styled(struct explaining *x, enum term_style style, str s)
{
	term_begin(&x->out, &x->cli->out, style);
	term_str(&x->out, s);
	term_end(&x->out, &x->cli->out, style);
}

static void begin_line(struct explaining *x, bool holds, unsigned depth)
{
	styled(x, holds ? TERM_CYAN : TERM_DIM, holds ? STR("  true   ") : STR("  false  "));
	for (unsigned i = 0; i < depth; i++)
		buf_z(&x->out, "  ");
}

static void put_name(struct explaining *x, const struct explained *n)
{
	if (!n->name.len)
		return;
	styled(x, TERM_BOLD, n->name);
	buf_z(&x->out, ": ");
}

static void put_held(struct explaining *x, const struct explained *n)
{
	buf *b = &x->out;

	if (n->hit_field.len) {
		term_str(b, n->hit_field);
		buf_z(b, " = ");
		term_str(b, n->hit);
		return;
	}
	if (!n->field.len)
		return;
	term_str(b, n->event_field);
	buf_z(b, !n->present ? " is not there" : n->nheld ? " = " : " is there without a value");
	for (uint32_t i = 0; i < n->nheld; i++) {
		buf_z(b, i ? " | " : "");
		term_str(b, n->held[i].len ? n->held[i] : STR("(empty)"));
	}
	if (n->more)
		buf_printf(b, " and %u more", n->more);
}

static void put_leaf(struct explaining *x, const struct explained *n, unsigned depth)
{
	begin_line(x, n->holds, depth);
	put_name(x, n);
	term_str(&x->out, n->field.len ? n->field : STR("any value"));
	buf_byte(&x->out, ' ');
	term_str(&x->out, n->test);
	buf_z(&x->out, "   <- ");
	put_held(x, n);
	buf_byte(&x->out, '\n');
}

/* The fields that a converted test was asked of, each once, in *seen. */
static void collect_sources(const struct explained *n, const struct explained *seen[SOURCES_SHOWN], size_t *len)
{
	for (uint32_t i = 0; i < n->nkids; i++)
		collect_sources(&n->kids[i], seen, len);
	if (n->op != NODE_LEAF || *len == SOURCES_SHOWN)
		return;
	for (size_t i = 0; i < *len; i++)
		if (str_eq(seen[i]->event_field, n->event_field))
			return;
	seen[(*len)++] = n;
}

/* A test that is asked of other fields, as one line; all of it is in the JSON. */
static void put_converted(struct explaining *x, const struct explained *n, unsigned depth)
{
	const struct explained *seen[SOURCES_SHOWN];
	size_t len = 0;

	begin_line(x, n->holds, depth);
	term_str(&x->out, n->name);
	buf_z(&x->out, "   <- ");
	collect_sources(n, seen, &len);
	for (size_t i = 0; i < len; i++) {
		const struct explained *s = seen[i];

		buf_z(&x->out, i ? ", " : "");
		term_str(&x->out, s->event_field);
		buf_z(&x->out, !s->nheld ? " is not there" : " = ");
		if (s->nheld)
			term_str(&x->out, s->held[0].len ? s->held[0] : STR("(empty)"));
	}
	buf_byte(&x->out, '\n');
}

static void put_node(struct explaining *x, const struct explained *n, unsigned depth)
{
	uint32_t hidden = 0;

	if (n->converted || n->op == NODE_LEAF) {
		(n->converted ? put_converted : put_leaf)(x, n, depth);
		return;
	}
	begin_line(x, n->holds, depth);
	put_name(x, n);
	buf_z(&x->out, n->op == NODE_AND ? "all of" : n->op == NODE_OR ? "one of" : "not");
	buf_byte(&x->out, '\n');
	for (uint32_t i = 0; i < n->nkids; i++) {
		const struct explained *kid = &n->kids[i];

		if (n->op == NODE_OR && i >= LIST_SHOWN && kid->op == NODE_LEAF && !kid->holds)
			hidden++;
		else
			put_node(x, kid, depth + 1);
	}
	if (hidden) {
		begin_line(x, false, depth + 1);
		buf_printf(&x->out, "%u more\n", hidden);
	}
}

static void put_reading(struct explaining *x, const struct explained_reading *r)
{
	buf *b = &x->out;

	buf_z(b, "\nreading   ");
	term_str(b, r->where);
	buf_z(b, " (");
	term_str(b, r->profile);
	buf_z(b, "): ");
	if (r->applies) {
		styled(x, r->holds ? TERM_BOLD : TERM_PLAIN, r->holds ? STR("matches") : STR("does not match"));
	} else {
		buf_z(b, "does not apply, ");
		term_str(b, r->why_not);
	}
	buf_byte(b, '\n');
	if (r->applies)
		put_node(x, &r->condition, 0);
}

static void put_text(struct explaining *x, const struct explanation *why, const struct record_seen *seen,
		     const event *ev)
{
	const struct rule_info *info = why->info;
	const struct record_target *t = seen->target;
	buf *b = &x->out;

	if (x->explained > 1)
		buf_byte(b, '\n');
	buf_z(b, "rule      ");
	styled(x, TERM_BOLD, info->title);
	buf_z(b, "\n          ");
	term_str(b, info->id);
	buf_z(b, ", ");
	buf_z(b, finding_level_name(info->level));
	buf_z(b, "\n          ");
	term_str(b, info->path);
	buf_z(b, "\n          SHA-256 ");
	buf_str(b, rule_hash_of(&x->hashes, info->path));
	buf_z(b, "\nevent     ");
	term_str(b, t->member.len ? t->member : t->file);
	buf_printf(b, ", record %llu at byte %llu\n          ", (unsigned long long)ev->ref.record,
		   (unsigned long long)ev->ref.offset);
	if (ev->time_ns != TIME_NONE)
		buf_time(b, ev->time_ns);
	buf_z(b, "\nresult    ");
	if (why->matches)
		styled(x, TERM_BOLD, STR("match"));
	else
		buf_z(b, why->nreadings ? "no match" : "no match: it applies to no events that are read here");
	buf_byte(b, '\n');
	for (uint32_t i = 0; i < why->nreadings; i++)
		put_reading(x, &why->readings[i]);
	if (why->limited)
		buf_z(b, "\nA regular expression was stopped by a limit: it counts as not matching.\n");
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_node(buf *b, const struct explained *n)
{
	static const char *const OPS[] = {
		[NODE_AND] = "and", [NODE_OR] = "or", [NODE_NOT] = "not", [NODE_LEAF] = "test"
	};

	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "op", str_of(OPS[n->op]));
	if (n->name.len)
		json_member_str(b, n->converted ? "converted" : "name", n->name);
	json_member_bool(b, "holds", n->holds);
	if (n->op != NODE_LEAF) {
		json_key(b, "of");
		buf_byte(b, '[');
		for (uint32_t i = 0; i < n->nkids; i++)
			json_node(b, &n->kids[i]);
		buf_z(b, "]}");
		return;
	}
	json_member_str(b, "field", n->field);
	json_member_str(b, "test", n->test);
	json_member_str(b, "event_field", n->event_field);
	json_member_bool(b, "present", n->present);
	json_key(b, "held");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < n->nheld; i++) {
		json_sep(b);
		json_str(b, n->held[i]);
	}
	buf_byte(b, ']');
	if (n->more)
		json_member_u64(b, "held_more", n->more);
	if (n->hit_field.len) {
		json_member_str(b, "matched_field", n->hit_field);
		json_member_str(b, "matched_value", n->hit);
	}
	buf_byte(b, '}');
}

static void json_reading(buf *b, const struct explained_reading *r)
{
	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "where", r->where);
	json_member_str(b, "profile", r->profile);
	json_member_bool(b, "applies", r->applies);
	if (!r->applies)
		json_member_str(b, "why_not", r->why_not);
	json_member_bool(b, "matches", r->holds);
	json_key(b, "condition");
	json_node(b, &r->condition);
	buf_byte(b, '}');
}

static void put_json(struct explaining *x, const struct explanation *why, const struct record_seen *seen,
		     const event *ev)
{
	const struct rule_info *info = why->info;
	const struct record_target *t = seen->target;
	buf *b = &x->out;

	buf_z(b, "{\"schema\":\"spoor-explain/1\",\"rule\":{");
	json_member_str(b, "id", info->id);
	json_member_str(b, "title", info->title);
	json_member_str(b, "level", str_of(finding_level_name(info->level)));
	json_member_str(b, "path", info->path);
	json_member_str(b, "sha256", rule_hash_of(&x->hashes, info->path));
	buf_z(b, "},\"event\":{");
	json_member_str(b, "file", t->member.len ? t->member : t->file);
	json_member_u64(b, "offset", ev->ref.offset);
	json_member_u64(b, "record", ev->ref.record);
	json_member_time(b, "time", ev->time_ns);
	buf_byte(b, '}');
	json_member_bool(b, "matches", why->matches);
	if (why->matches)
		json_member_str(b, "profile", why->profile);
	if (why->limited)
		json_member_u64(b, "limited", why->limited);
	json_key(b, "readings");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < why->nreadings; i++)
		json_reading(b, &why->readings[i]);
	buf_z(b, "]}\n");
}

/* --- rules ---------------------------------------------------------------------------------- */

/* Correlations and filters look at no event themselves. */
static bool can_explain(const struct rule_info *info)
{
	return info->status == RULE_OK && info->kind == RULE_KIND_RULE;
}

static bool is_meant(const struct explaining *x, const struct rule_info *info)
{
	return x->is_file || str_eq(info->id, str_of(x->rule)) || str_eq_ascii_nocase(info->title, str_of(x->rule));
}

static bool is_file_of_rules(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int look(void *ctx, const struct record_seen *seen, const event *ev, err *e)
{
	struct explaining *x = ctx;
	for (size_t i = 0; i < ruleset_len(x->rs); i++) {
		const struct rule_info *info = ruleset_at(x->rs, i);
		struct explanation why;

		if (!can_explain(info) || !is_meant(x, info))
			continue;
		arena_clear(&x->mem);
		if (explain_rule(&why, x->rs, i, ev, seen->declared, &x->mem, e) < 0)
			return -1;
		x->explained++;
		x->matched += why.matches;
		if (x->json)
			put_json(x, &why, seen, ev);
		else
			put_text(x, &why, seen, ev);
	}
	return 0;
}

/* Is there something to explain? What cannot be is said with its reason. */
static int check_rules(struct explaining *x, err *e)
{
	const struct rule_info *other = NULL;

	for (size_t i = 0; i < ruleset_len(x->rs); i++) {
		const struct rule_info *info = ruleset_at(x->rs, i);

		if (!is_meant(x, info))
			continue;
		if (can_explain(info))
			return 0;
		other = info;
	}
	if (other && other->status == RULE_OK)
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			       "%.*s is a %s: only rules that look at single events can be explained",
			       STR_ARG(other->id), rule_kind_name(other->kind));
	if (other)
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "%.*s cannot be executed: %.*s",
			       STR_ARG(other->path), STR_ARG(other->reason));
	return err_set(e, ERR_IO, ERR_NO_OFFSET, "no rule has the id or title \"%s\", nor is it a file", x->rule);
}

static int load(struct explaining *x, const struct cli_args *args, err *e)
{
	buf bundle = { 0 };
	int rc;

	x->is_file = is_file_of_rules(x->rule);
	if (x->is_file)
		rc = rulepack_read_file(args, x->rule, &bundle, e);
	else
		rc = rulepack_read(args, &bundle, NULL, e);
	if (rc == 0)
		rc = rulepack_compile(str_bytes(buf_view(&bundle)), &x->rules, e);
	if (rc == 0)
		rc = rule_hashes_of(&x->hashes, str_bytes(buf_view(&bundle)), e);
	buf_done(&bundle);
	x->rs = rc == 0 ? rulepack_rules(&x->rules, e) : NULL;
	return x->rs ? check_rules(x, e) : -1;
}

int rules_explain(struct cli *cli, const struct cli_args *args)
{
	struct explaining x = { .cli = cli,
				.rule = args->paths.at[0],
				.json = args_get(args, "json") != NULL };
	err e = { .offset = ERR_NO_OFFSET };
	struct record_target t;
	arena paths;
	int code = EXIT_DONE;

	arena_init(&x.mem, LIMIT_SIGMA_BYTES);
	arena_init(&paths, LIMIT_SHOW_MEM);
	if (load(&x, args, &e) < 0 ||
	    record_target(&t, args->paths.at + 1, args->paths.len - 1, &paths, &e) < 0 ||
	    record_read(cli, args, &t, look, &x, &e) < 0 || cli_flush(STDOUT_FILENO, &x.out, &e) < 0)
		code = cli_fail(cli, &e);
	rule_hashes_done(&x.hashes);
	rulepack_done(&x.rules);
	arena_done(&x.mem);
	arena_done(&paths);
	buf_done(&x.out);
	return code;
}
