/* rules_update.c - take a release of rules over into the user's store: read it, see that it parses, say
 * what is new, pin it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/fetch.h"
#include "cli/release.h"
#include "cli/rules_verbs.h"
#include "cli/rulestore.h"
#include "detect/detect.h"
#include "util/limits.h"
#include "util/tempfile.h"

struct update {
	struct cli *cli;
	const char *source;
	buf store;
	buf all, kept;           /* bundles: what the release holds, what of it is taken over */
	struct ruleset *rs;      /* of the rules in `all` */
	struct rule_hashes rules; /* of the rules in `kept` */
	char archive_hex[SHA256_HEX_LEN + 1]; /* of the archive itself; empty: it is a folder */
	struct pin before, after;
	arena mem;
	uint64_t ok, rejected, left_out;
	buf out;
};

/* --- the source ----------------------------------------------------------------------------- */

static int hash_file(int fd, char hex[SHA256_HEX_LEN + 1], err *e)
{
	struct sha256 *sha = sha256_new(e);
	uint8_t digest[SHA256_LEN], block[65536];
	ssize_t n;
	off_t at = 0;
	int rc = sha ? 0 : -1;

	while (rc == 0 && (n = pread(fd, block, sizeof block, at)) != 0) {
		if (n < 0)
			rc = err_errno(e, errno, "cannot read the release");
		else
			rc = sha256_add(sha, (bytes){ block, (size_t)n }, e);
		at += n > 0 ? n : 0;
	}
	if (rc == 0)
		rc = sha256_end(sha, digest, e);
	if (rc == 0)
		sha256_hex(digest, hex);
	sha256_free(sha);
	return rc;
}

static int read_archive(struct update *u, int fd, err *e)
{
	if (hash_file(fd, u->archive_hex, e) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_errno(e, errno, "cannot read %s", u->source);
	return release_of_archive(fd, u->source, &u->all, e);
}

static int read_source(struct update *u, const struct cli_args *args, err *e)
{
	struct stat st;
	int fd, rc;

	if (fetch_is_url(u->source)) {
		fd = tempfile_open(e);
		rc = fd < 0 ? -1 : fetch_url(u->source, args_get(args, "ca"), fd, e);
	} else if (stat(u->source, &st) == 0 && S_ISDIR(st.st_mode)) {
		return release_of_dir(u->source, &u->all, e);
	} else {
		fd = open(u->source, O_RDONLY | O_CLOEXEC);
		rc = fd < 0 ? err_errno(e, errno, "%s", u->source) : 0;
	}
	if (rc == 0)
		rc = read_archive(u, fd, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* --- what of it is taken over --------------------------------------------------------------- */

/* Retired rules and files that hold no rules stay out. */
static bool is_wanted(const struct rule_info *info)
{
	static const char *const RETIRED[] = { "deprecated", "unsupported" };

	for (size_t i = 0; i < COUNT(RETIRED); i++)
		if (str_eq_ascii_nocase(info->status_text, str_of(RETIRED[i])))
			return false;
	return info->status != RULE_OTHER;
}

/* Documents of one file follow each other, files as in the bundle. */
static bool is_wanted_file(const struct update *u, str path, size_t *at)
{
	bool wanted = false;

	for (; *at < ruleset_len(u->rs) && str_eq(ruleset_at(u->rs, *at)->path, path); ++*at)
		wanted |= is_wanted(ruleset_at(u->rs, *at));
	return wanted;
}

/* The rules of a bundle, and of these only what is wanted where rs (compiled from it) says so. */
static int split(struct update *u, buf *rules, err *e)
{
	bytes all = str_bytes(buf_view(&u->all));
	struct bundle_file f;
	size_t pos, at = 0;

	buf_clear(rules);
	bundle_begin(rules);
	if (u->rs)
		bundle_begin(&u->kept);
	(void)bundle_open(all, &pos);
	while (bundle_next(all, &pos, &f) > 0) {
		bool is_rules = release_is_rules(f.name);

		if (is_rules && u->rs && !is_wanted_file(u, f.path, &at)) {
			u->left_out++;
			continue;
		}
		if (u->rs)
			bundle_add(&u->kept, &f);
		if (is_rules)
			bundle_add(rules, &f);
	}
	return rules->failed || u->kept.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules") : 0;
}

/* Compiled twice: a retired rule must not stand in the way of one that has its id. */
static int choose(struct update *u, err *e)
{
	buf rules = { 0 };
	int rc = split(u, &rules, e);

	if (rc == 0)
		rc = ruleset_new(&u->rs, str_bytes(buf_view(&rules)), e);
	if (rc == 0)
		rc = split(u, &rules, e);
	ruleset_free(u->rs);
	u->rs = NULL;
	if (rc == 0)
		rc = ruleset_new(&u->rs, str_bytes(buf_view(&rules)), e);
	if (rc == 0)
		rc = rule_hashes_of(&u->rules, str_bytes(buf_view(&rules)), e);
	for (size_t i = 0; rc == 0 && i < ruleset_len(u->rs); i++) {
		u->ok += ruleset_at(u->rs, i)->status == RULE_OK;
		u->rejected += ruleset_at(u->rs, i)->status == RULE_REJECTED;
	}
	buf_done(&rules);
	if (rc == 0 && !u->ok)
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s holds no rule that can be executed", u->source);
	return rc;
}

/* --- the pin -------------------------------------------------------------------------------- */

/* "sigma_core.zip" is called sigma_core, unless the user says otherwise. */
static str name_of(struct update *u, const struct cli_args *args)
{
	const char *given = args_get(args, "name");
	str name = str_of(given ? given : u->source);
	buf b = { 0 };
	str kept;

	while (!given && name.len > 1 && name.ptr[name.len - 1] == '/')
		name.len--;
	if (!given) {
		name = str_basename(name);
		if (str_ends(name, STR(".zip")))
			name.len -= 4;
	}
	for (size_t i = 0; i < name.len; i++)
		buf_byte(&b, (unsigned char)name.ptr[i] < 0x20 ? '?' : name.ptr[i]);
	kept = arena_str(&u->mem, buf_view(&b));
	buf_done(&b);
	return kept;
}

static int make_pin(struct update *u, const struct cli_args *args, err *e)
{
	struct sha256 *sha = sha256_new(e);
	struct bundle_file f;
	uint8_t digest[SHA256_LEN];
	size_t pos;
	int rc = sha ? 0 : -1;

	u->after.name = name_of(u, args);
	u->after.source = arena_str(&u->mem, str_of(u->source));
	u->after.sha256 = str_of(u->rules.rules.hex);
	(void)bundle_open(str_bytes(buf_view(&u->kept)), &pos);
	while (rc == 0 && bundle_next(str_bytes(buf_view(&u->kept)), &pos, &f) > 0) {
		struct pin_file *at = VEC_PUSH(&u->after.files, LIMIT_RULE_FILES);

		if (!at)
			rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
		else if (sha256_add(sha, str_bytes(f.text), e) < 0 || sha256_end(sha, digest, e) < 0)
			rc = -1;
		else
			sha256_hex(digest, at->hash.hex);
		if (rc == 0)
			at->name = f.name;
	}
	sha256_free(sha);
	if (rc == 0 && (!u->after.name.ptr || !u->after.source.ptr))
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a pin");
	return rc;
}

static int check_hash(const struct update *u, const char *want, err *e)
{
	if (!want || str_eq_ascii_nocase(u->after.sha256, str_of(want)) ||
	    (u->archive_hex[0] && str_eq_ascii_nocase(str_of(u->archive_hex), str_of(want))))
		return 0;
	return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
		       "not the rules that were asked for: their SHA-256 is %.*s%s%s; nothing was changed",
		       STR_ARG(u->after.sha256), u->archive_hex[0] ? ", that of the archive " : "", u->archive_hex);
}

/* --- saying --------------------------------------------------------------------------------- */

static void say_change(struct update *u, char mark, enum term_style style, str name)
{
	term_begin(&u->out, &u->cli->out, style);
	buf_byte(&u->out, mark);
	term_end(&u->out, &u->cli->out, style);
	buf_byte(&u->out, ' ');
	term_str(&u->out, name);
	buf_byte(&u->out, '\n');
}

/* Both lists are in the order of names. */
static void say_difference(struct update *u)
{
	size_t i = 0, k = 0, added = 0, removed = 0, changed = 0;

	while (i < u->before.files.len || k < u->after.files.len) {
		const struct pin_file *a = i < u->before.files.len ? &u->before.files.at[i] : NULL;
		const struct pin_file *b = k < u->after.files.len ? &u->after.files.at[k] : NULL;
		int c = !a ? 1 : !b ? -1 : str_cmp(a->name, b->name);

		if (c < 0) {
			say_change(u, '-', TERM_RED, a->name);
			removed++;
		} else if (c > 0 && u->before.files.len) {
			say_change(u, '+', TERM_CYAN, b->name);
			added++;
		} else if (c == 0 && strcmp(a->hash.hex, b->hash.hex) != 0) {
			say_change(u, '~', TERM_YELLOW, b->name);
			changed++;
		}
		i += c <= 0;
		k += c >= 0;
	}
	if (u->before.files.len)
		buf_printf(&u->out, "%zu added, %zu changed, %zu removed since %.*s\n", added, changed, removed,
			   STR_ARG(u->before.name));
}

static void say_rejected(struct update *u)
{
	for (size_t i = 0; i < ruleset_len(u->rs); i++) {
		const struct rule_info *info = ruleset_at(u->rs, i);

		if (info->status != RULE_REJECTED)
			continue;
		buf_z(&u->out, "rejected  ");
		term_str(&u->out, info->path);
		buf_z(&u->out, ": ");
		term_str(&u->out, info->reason);
		buf_byte(&u->out, '\n');
	}
}

/* --- all of it ------------------------------------------------------------------------------ */

static int update(struct update *u, const struct cli_args *args, err *e)
{
	buf dir = { 0 };
	err ignored = { 0 };

	if (read_source(u, args, e) < 0 || choose(u, e) < 0 || make_pin(u, args, e) < 0 ||
	    check_hash(u, args_get(args, "sha256"), e) < 0)
		return -1;
	if (rulestore_pin(u->store.ptr, &u->before, &dir, &u->mem, &ignored) <= 0)
		u->before = (struct pin){ 0 }; /* what is broken is replaced */
	buf_done(&dir);
	if (rulestore_write(u->store.ptr, &u->after, str_bytes(buf_view(&u->kept)), e) < 0)
		return -1;
	say_rejected(u);
	say_difference(u);
	buf_printf(&u->out, "%.*s: %llu rules can be executed, %llu are rejected; %llu files left out\n",
		   STR_ARG(u->after.name), (unsigned long long)u->ok, (unsigned long long)u->rejected,
		   (unsigned long long)u->left_out);
	buf_printf(&u->out, "pinned in %s with SHA-256 %.*s\n", u->store.ptr, STR_ARG(u->after.sha256));
	return cli_flush(STDOUT_FILENO, &u->out, e);
}

int rules_update(struct cli *cli, const struct cli_args *args)
{
	struct update u = { .cli = cli, .source = args->paths.at[0] };
	err e = { .offset = ERR_NO_OFFSET };
	int code = EXIT_DONE;

	arena_init(&u.mem, LIMIT_RULES_BYTES);
	if (!rulestore_place(args, &u.store)) {
		cli_say(cli, "no home for the rules: name one with --store");
		code = EXIT_USAGE;
	} else if (update(&u, args, &e) < 0) {
		code = cli_fail(cli, &e);
	} else if (u.rejected) {
		code = EXIT_GAPS;
	}
	ruleset_free(u.rs);
	rule_hashes_done(&u.rules);
	pin_done(&u.before);
	pin_done(&u.after);
	arena_done(&u.mem);
	buf_done(&u.store);
	buf_done(&u.all);
	buf_done(&u.kept);
	buf_done(&u.out);
	return code;
}
