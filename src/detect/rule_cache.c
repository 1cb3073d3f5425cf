#include "detect/rule_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "detect/image.h"
#include "util/limits.h"
#include "util/sha256.h"

#define KEY_NAME "rules.key"
#define SUFFIX ".rules"
#define STAMP_SUFFIX ".stamp" /* as long as the other one */
#define SETTLED_NS INT64_C(2000000000)

struct kept {
	int dir;                           /* of images */
	uint8_t key[SHA256_LEN];           /* of the user */
	char name[SHA256_HEX_LEN + sizeof SUFFIX];
};

/* --- files ----------------------------------------------------------------------------------- */

/* Open a directory of ours, made with its parents where it is missing. -1: not to be had. */
static int own_dir(const char *path)
{
	char *copy = strdup(path);
	struct stat st;
	int fd = -1;

	for (char *p = copy; p && *p; p++) {
		char *slash = strchr(p + 1, '/');

		if (slash)
			*slash = 0;
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			break;
		if (!slash)
			break;
		*slash = '/';
		p = slash - 1;
	}
	if (copy)
		fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* A file that nobody else can have written, nor read if it is secret. */
static int own_file(int dir, const char *name, bool secret)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	mode_t forbidden = S_IWGRP | S_IWOTH | (secret ? S_IRGRP | S_IROTH : 0);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
			st.st_mode & forbidden)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool read_all(int fd, void *to, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = read(fd, (char *)to + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static bool write_all(int fd, const void *from, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t put = write(fd, (const char *)from + done, n - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		done += (size_t)put;
	}
	return true;
}

/* Write a file under a name of its own, then give it its name: readers see all of it or nothing. */
static bool write_file(int dir, const char *name, const bytes *parts, size_t n, bool replace)
{
	char temporary[64];
	bool ok;
	int fd;

	snprintf(temporary, sizeof temporary, "new-%ld", (long)getpid());
	(void)unlinkat(dir, temporary, 0); /* of a process of this number that died */
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ok = fd >= 0;
	for (size_t i = 0; ok && i < n; i++)
		ok = write_all(fd, parts[i].ptr, parts[i].len);
	if (fd >= 0)
		close(fd);
	if (ok)
		ok = replace ? renameat(dir, temporary, dir, name) == 0
			     : linkat(dir, temporary, dir, name, 0) == 0;
	(void)unlinkat(dir, temporary, 0);
	return ok;
}

/* --- key ------------------------------------------------------------------------------------- */

static bool read_key(int dir, uint8_t key[SHA256_LEN])
{
	int fd = own_file(dir, KEY_NAME, true);
	bool ok = fd >= 0 && read_all(fd, key, SHA256_LEN);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool user_key(const char *state_dir, uint8_t key[SHA256_LEN])
{
	int dir = own_dir(state_dir);
	bool ok = dir >= 0 && read_key(dir, key);

	if (dir >= 0 && !ok) {
		bytes fresh = { key, SHA256_LEN };

		if (getrandom(key, SHA256_LEN, 0) == SHA256_LEN)
			(void)write_file(dir, KEY_NAME, &fresh, 1, false);
		ok = read_key(dir, key); /* another process may have been first */
	}
	if (dir >= 0)
		close(dir);
	return ok;
}

/* --- images ---------------------------------------------------------------------------------- */

static bool image_name(struct kept *k, bytes bundle, const char *suffix)
{
	buf origin = { 0 };
	uint8_t digest[SHA256_LEN];
	char hex[SHA256_HEX_LEN + 1];
	struct sha256 *h = sha256_new(NULL);
	bool ok = h && image_origin(&origin) && sha256_add(h, str_bytes(buf_view(&origin)), NULL) == 0 &&
		  sha256_add(h, bundle, NULL) == 0 && sha256_end(h, digest, NULL) == 0;

	if (ok) {
		sha256_hex(digest, hex);
		snprintf(k->name, sizeof k->name, "%s%s", hex, suffix);
	}
	sha256_free(h);
	buf_done(&origin);
	return ok;
}

/* Open the cache for this bundle, or this stamp; false: there is none to be used. */
static bool kept_open(struct kept *k, const struct rule_cache_place *place, bytes bundle, const char *suffix)
{
	k->dir = -1;
	if (!place->cache_dir || !place->state_dir || !image_name(k, bundle, suffix) ||
	    !user_key(place->state_dir, k->key))
		return false;
	k->dir = own_dir(place->cache_dir);
	return k->dir >= 0;
}

static bool kept_read(const struct kept *k, buf *image)
{
	int fd = own_file(k->dir, k->name, false);
	uint8_t stored[SHA256_LEN], computed[SHA256_LEN];
	struct stat st;
	size_t len;
	bool ok = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > SHA256_LEN && (uint64_t)st.st_size <= LIMIT_RULE_IMAGE) {
		len = (size_t)st.st_size - SHA256_LEN;
		buf_clear(image);
		ok = buf_reserve(image, len) && read_all(fd, stored, sizeof stored) &&
		     read_all(fd, image->ptr, len) &&
		     sha256_mac((bytes){ k->key, SHA256_LEN }, (bytes){ (uint8_t *)image->ptr, len },
				computed) &&
		     sha256_same(stored, computed);
		image->len = ok ? len : 0;
	}
	if (ok)
		(void)futimens(fd, NULL); /* what is used is kept longest */
	close(fd);
	return ok;
}

struct aged {
	char name[SHA256_HEX_LEN + sizeof SUFFIX];
	int64_t mtime_ns;
};

static int newer_first(const void *x, const void *y)
{
	const struct aged *a = x, *b = y;

	return (b->mtime_ns > a->mtime_ns) - (b->mtime_ns < a->mtime_ns);
}

/* Keep the images that were used last. */
static void prune(int dir, const char *suffix)
{
	struct aged all[LIMIT_RULE_IMAGES * 4];
	size_t n = 0;
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	while (d && n < COUNT(all) && (entry = readdir(d)) != NULL) {
		struct stat st;

		if (strlen(entry->d_name) != sizeof all[n].name - 1 ||
		    !str_ends(str_of(entry->d_name), str_of(suffix)) ||
		    fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		memcpy(all[n].name, entry->d_name, sizeof all[n].name);
		all[n++].mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	}
	if (n)
		qsort(all, n, sizeof *all, newer_first);
	for (size_t i = LIMIT_RULE_IMAGES; i < n; i++)
		(void)unlinkat(dir, all[i].name, 0);
	if (d)
		closedir(d);
	else if (copy >= 0)
		close(copy);
}

static void kept_write(const struct kept *k, bytes image, const char *suffix)
{
	uint8_t mac[SHA256_LEN];
	bytes parts[2] = { { mac, sizeof mac }, image };

	if (sha256_mac((bytes){ k->key, SHA256_LEN }, image, mac) && write_file(k->dir, k->name, parts, 2, true))
		prune(k->dir, suffix);
}

static int compile(bytes bundle, buf *ret_image, err *e)
{
	struct ruleset *rs;
	int r;

	if (ruleset_new(&rs, bundle, e) < 0)
		return -1;
	r = ruleset_freeze(rs, ret_image, e);
	ruleset_free(rs);
	return r;
}

int rule_cache_image(const struct rule_cache_place *place, bytes bundle, buf *ret_image, bool *ret_hit, err *e)
{
	struct kept k;
	bool usable = kept_open(&k, place, bundle, SUFFIX), hit = usable && kept_read(&k, ret_image);
	int r = hit ? 0 : compile(bundle, ret_image, e);

	if (r == 0 && usable && !hit)
		kept_write(&k, str_bytes(buf_view(ret_image)), SUFFIX);
	if (k.dir >= 0)
		close(k.dir);
	if (ret_hit)
		*ret_hit = hit;
	return r;
}

bool rule_cache_stamped(const struct rule_cache_place *place, bytes stamp, buf *ret_image)
{
	struct kept k;
	buf name = { 0 };
	bool ok = kept_open(&k, place, stamp, STAMP_SUFFIX) && kept_read(&k, &name) && name.len + 1 == sizeof k.name;

	if (ok) {
		memcpy(k.name, name.ptr, name.len); /* as authentic as the image has to be */
		ok = kept_read(&k, ret_image);
	}
	if (k.dir >= 0)
		close(k.dir);
	buf_done(&name);
	return ok;
}

void rule_cache_stamp(const struct rule_cache_place *place, bytes stamp, int64_t newest_ns, bytes bundle)
{
	struct kept k, image;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (newest_ns > (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - SETTLED_NS)
		return;
	if (kept_open(&k, place, stamp, STAMP_SUFFIX) && image_name(&image, bundle, SUFFIX))
		kept_write(&k, (bytes){ (const uint8_t *)image.name, strlen(image.name) }, STAMP_SUFFIX);
	if (k.dir >= 0)
		close(k.dir);
}
