#include "cli/rulestore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/release.h"
#include "cli/slurp.h"
#include "cli/userdir.h"
#include "detect/bundle.h"
#include "detect/detect.h"
#include "util/limits.h"

#define PIN_NAME "PIN"
#define PIN_HEAD "# rules pinned by spoor, layout 1"

bool rulestore_place(const struct cli_args *args, buf *to)
{
	const char *given = args_get(args, "store");

	if (given)
		buf_z(to, given);
	else if (!user_dir("XDG_DATA_HOME", ".local/share", to))
		return false;
	else
		buf_z(to, "/rules");
	buf_byte(to, '\0');
	return !to->failed;
}

/* --- the pin -------------------------------------------------------------------------------- */

void pin_done(struct pin *p)
{
	VEC_DONE(&p->files);
	*p = (struct pin){ 0 };
}

static bool is_hash(str s)
{
	if (s.len != SHA256_HEX_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789abcdef", s.ptr[i]) || !s.ptr[i])
			return false;
	return true;
}

static bool take_head(str line, const char *key, str *ret)
{
	str k = str_of(key);

	if (!str_starts(line, k))
		return false;
	*ret = (str){ line.ptr + k.len, line.len - k.len };
	return true;
}

static bool take_line(struct pin *p, str line)
{
	struct pin_file *f;

	if (line.len && line.ptr[0] == '#')
		return take_head(line, "# name: ", &p->name) || take_head(line, "# source: ", &p->source) ||
		       take_head(line, "# sha256: ", &p->sha256) || str_eq(line, STR(PIN_HEAD));
	if (line.len < SHA256_HEX_LEN + 3 || !is_hash((str){ line.ptr, SHA256_HEX_LEN }) ||
	    line.ptr[SHA256_HEX_LEN] != ' ' || line.ptr[SHA256_HEX_LEN + 1] != ' ')
		return false;
	f = VEC_PUSH(&p->files, LIMIT_RULE_FILES);
	if (!f)
		return false;
	memcpy(f->hash.hex, line.ptr, SHA256_HEX_LEN);
	f->hash.hex[SHA256_HEX_LEN] = '\0';
	f->name = (str){ line.ptr + SHA256_HEX_LEN + 2, line.len - SHA256_HEX_LEN - 2 };
	return true;
}

static bool parse_pin(struct pin *p, str text)
{
	uint64_t lines = 0;

	while (text.len) {
		str line = str_cut(text, '\n', &text);

		if (!take_line(p, line) || (lines++ == 0 && !str_eq(line, STR(PIN_HEAD))))
			return false;
	}
	return lines && is_hash(p->sha256) && p->name.ptr && p->source.ptr;
}

static void print_pin(const struct pin *p, buf *b)
{
	buf_printf(b, PIN_HEAD "\n# name: %.*s\n# source: %.*s\n# sha256: %.*s\n", STR_ARG(p->name),
		   STR_ARG(p->source), STR_ARG(p->sha256));
	for (size_t i = 0; i < p->files.len; i++)
		buf_printf(b, "%s  %.*s\n", p->files.at[i].hash.hex, STR_ARG(p->files.at[i].name));
}

/* Folder of the release in use; false if there is none. */
static bool current_dir(const char *store, buf *to)
{
	char target[300];
	buf link = { 0 };
	ssize_t n = -1;

	buf_printf(&link, "%s/current", store);
	buf_byte(&link, '\0');
	if (!link.failed)
		n = readlink(link.ptr, target, sizeof target - 1);
	buf_done(&link);
	if (n <= 0)
		return false;
	target[n] = '\0';
	buf_printf(to, "%s/%s", store, target);
	buf_byte(to, '\0');
	return !to->failed;
}

int rulestore_pin(const char *store, struct pin *ret, buf *ret_dir, arena *mem, err *e)
{
	struct pin p = { 0 };
	buf path = { 0 }, text = { 0 };
	str kept;
	int rc;

	if (!current_dir(store, ret_dir))
		return 0;
	buf_printf(&path, "%s/" PIN_NAME, ret_dir->ptr);
	buf_byte(&path, '\0');
	rc = path.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path")
			 : slurp(path.ptr, LIMIT_PIN_BYTES, &text, e);
	kept = rc > 0 ? arena_str(mem, buf_view(&text)) : (str){ 0 };
	if (rc > 0 && (!kept.ptr || !parse_pin(&p, kept)))
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s is no pin of rules", path.ptr);
	else if (rc == 0)
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s is not there: update the rules again", path.ptr);
	buf_done(&path);
	buf_done(&text);
	if (rc > 0)
		*ret = p;
	else
		pin_done(&p);
	return rc;
}

/* --- reading -------------------------------------------------------------------------------- */

static int not_pinned(const char *dir, str name, const char *what, err *e)
{
	return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
		       "%s/%.*s %s: the rules are not those that were pinned (spoor rules update puts them right)",
		       dir, STR_ARG(name), what);
}

/* Each file of rules is in the pin with its hash, and the other way round. */
static int compare(const struct pin *p, const char *dir, bytes bundle, err *e)
{
	struct rule_hashes hashes;
	struct bundle_file f;
	size_t pos, i = 0;
	int rc = rule_hashes_of(&hashes, bundle, e);

	if (rc < 0)
		return -1;
	(void)bundle_open(bundle, &pos);
	while (rc == 0 && bundle_next(bundle, &pos, &f) > 0) {
		while (i < p->files.len && !release_is_rules(p->files.at[i].name))
			i++;
		if (i == p->files.len || str_cmp(f.name, p->files.at[i].name) < 0)
			rc = not_pinned(dir, f.name, "was added", e);
		else if (str_cmp(f.name, p->files.at[i].name) > 0)
			rc = not_pinned(dir, p->files.at[i].name, "is missing", e);
		else if (!str_eq(rule_hash_of(&hashes, f.path), str_of(p->files.at[i++].hash.hex)))
			rc = not_pinned(dir, f.name, "was changed", e);
	}
	for (; rc == 0 && i < p->files.len; i++)
		if (release_is_rules(p->files.at[i].name))
			rc = not_pinned(dir, p->files.at[i].name, "is missing", e);
	if (rc == 0 && !str_eq(p->sha256, str_of(hashes.rules.hex)))
		rc = not_pinned(dir, STR(PIN_NAME), "was changed", e);
	rule_hashes_done(&hashes);
	return rc;
}

int rulestore_read(const char *store, buf *ret, buf *ret_name, err *e)
{
	struct pin p = { 0 };
	buf dir = { 0 };
	const char *path;
	arena mem;
	int rc;

	arena_init(&mem, LIMIT_PIN_BYTES + 65536u);
	rc = rulestore_pin(store, &p, &dir, &mem, e);
	path = dir.ptr;
	if (rc > 0 && (rules_read(ret, &path, 1, e) < 0 || compare(&p, dir.ptr, str_bytes(buf_view(ret)), e) < 0))
		rc = -1;
	if (rc > 0)
		buf_str(ret_name, p.name);
	pin_done(&p);
	arena_done(&mem);
	buf_done(&dir);
	return rc;
}

/* --- writing -------------------------------------------------------------------------------- */

static int write_file(int dir, const char *name, str text, err *e)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	size_t done = 0;
	int rc = 0;

	if (fd < 0)
		return err_errno(e, errno, "cannot write %s", name);
	while (rc == 0 && done < text.len) {
		ssize_t n = write(fd, text.ptr + done, text.len - done);

		if (n < 0 && errno != EINTR)
			rc = err_errno(e, errno, "cannot write %s", name);
		done += n > 0 ? (size_t)n : 0;
	}
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(e, errno, "cannot write %s", name);
	close(fd);
	return rc;
}

/* Folders of a path below dir. */
static int make_folders(int dir, const char *path, err *e)
{
	char *copy = strdup(path);
	int rc = copy ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");

	for (char *p = copy; rc == 0 && (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (*copy && mkdirat(dir, copy, 0700) < 0 && errno != EEXIST)
			rc = err_errno(e, errno, "cannot make %s", copy);
		*p = '/';
	}
	free(copy);
	return rc;
}

static int write_files(int dir, bytes files, err *e)
{
	struct bundle_file f;
	buf name = { 0 };
	size_t pos;
	int rc = 0;

	(void)bundle_open(files, &pos);
	while (rc == 0 && bundle_next(files, &pos, &f) > 0) {
		buf_clear(&name);
		buf_str(&name, f.name);
		buf_byte(&name, '\0');
		rc = name.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path")
				 : make_folders(dir, name.ptr, e);
		if (rc == 0)
			rc = write_file(dir, name.ptr, f.text, e);
	}
	buf_done(&name);
	return rc;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The release under a name of its own; complete and on disk when this is done. */
static int write_release(const char *path, const struct pin *pin, bytes files, err *e)
{
	buf text = { 0 };
	int dir, rc;

	remove_tree(path); /* of a process that died */
	if (mkdir(path, 0700) < 0)
		return err_errno(e, errno, "cannot make %s", path);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, errno, "%s", path);
	print_pin(pin, &text);
	rc = text.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a pin") : write_files(dir, files, e);
	if (rc == 0)
		rc = write_file(dir, PIN_NAME, buf_view(&text), e);
	if (rc == 0 && syncfs(dir) < 0)
		rc = err_errno(e, errno, "%s", path);
	close(dir);
	buf_done(&text);
	return rc;
}

/* All releases but the one in use and the one before. */
static void prune(const char *releases, const char *keep, const char *before)
{
	DIR *d = opendir(releases);
	struct dirent *entry;
	buf path = { 0 };

	while (d && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.' && entry->d_name[1] != 'n')
			continue;
		if (strcmp(entry->d_name, keep) == 0 || strcmp(entry->d_name, before) == 0)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", releases, entry->d_name);
		buf_byte(&path, '\0');
		if (!path.failed)
			remove_tree(path.ptr);
	}
	if (d)
		closedir(d);
	buf_done(&path);
}

static int switch_to(const char *store, const char *release, err *e)
{
	int dir = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char target[300];
	int rc = 0;

	snprintf(target, sizeof target, "releases/%s", release);
	if (dir < 0)
		return err_errno(e, errno, "%s", store);
	(void)unlinkat(dir, ".current", 0);
	if (symlinkat(target, dir, ".current") < 0 || renameat(dir, ".current", dir, "current") < 0 ||
	    fsync(dir) < 0)
		rc = err_errno(e, errno, "cannot put the release in use in %s", store);
	close(dir);
	return rc;
}

/* The same rules may lie there already, and may have been tampered with: the new ones take their place in
 * one step, the old ones go. */
static int give_name(const char *fresh, const char *final, err *e)
{
	if (rename(fresh, final) == 0)
		return 0;
	if ((errno != ENOTEMPTY && errno != EEXIST) ||
	    renameat2(AT_FDCWD, fresh, AT_FDCWD, final, RENAME_EXCHANGE) < 0)
		return err_errno(e, errno, "cannot rename %s", fresh);
	remove_tree(fresh);
	return 0;
}

static int write_locked(const char *store, const struct pin *pin, bytes files, err *e)
{
	buf fresh = { 0 }, final = { 0 }, releases = { 0 }, before = { 0 };
	char name[33];
	int rc;

	snprintf(name, sizeof name, "%.32s", pin->sha256.ptr);
	buf_printf(&releases, "%s/releases", store);
	buf_printf(&fresh, "%s/releases/.new", store);
	buf_printf(&final, "%s/releases/%s", store, name);
	buf_byte(&releases, '\0');
	buf_byte(&fresh, '\0');
	buf_byte(&final, '\0');
	(void)current_dir(store, &before);
	if (releases.failed || fresh.failed || final.failed || before.failed)
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");
	else if (mkdir(releases.ptr, 0700) < 0 && errno != EEXIST)
		rc = err_errno(e, errno, "cannot make %s", releases.ptr);
	else
		rc = write_release(fresh.ptr, pin, files, e);
	if (rc == 0)
		rc = give_name(fresh.ptr, final.ptr, e);
	if (rc == 0)
		rc = switch_to(store, name, e);
	if (rc == 0)
		prune(releases.ptr, name, before.len ? strrchr(before.ptr, '/') + 1 : "");
	buf_done(&fresh);
	buf_done(&final);
	buf_done(&releases);
	buf_done(&before);
	return rc;
}

int rulestore_write(const char *store, const struct pin *pin, bytes files, err *e)
{
	buf path = { 0 };
	int lock, rc;

	buf_printf(&path, "%s/.lock", store);
	buf_byte(&path, '\0');
	rc = path.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path")
			 : make_folders(AT_FDCWD, path.ptr, e);
	lock = rc < 0 ? -1 : open(path.ptr, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (rc == 0 && lock < 0)
		rc = err_errno(e, errno, "cannot write in %s", store);
	else if (rc == 0 && flock(lock, LOCK_EX | LOCK_NB) < 0)
		rc = err_set(e, ERR_IO, ERR_NO_OFFSET, "another run updates the rules in %s", store);
	else if (rc == 0)
		rc = write_locked(store, pin, files, e);
	if (lock >= 0)
		close(lock);
	buf_done(&path);
	return rc;
}
