#include "cli/rulepack.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/rulestore.h"
#include "cli/userdir.h"
#include "detect/image.h"
#include "detect/rule_cache.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool rulepack_find(buf *to)
{
	static const char *const BESIDE[] = { "/rules", "/../rules", "/../share/spoor/rules" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	size_t start = to->len;

	while (n > 0 && self[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < COUNT(BESIDE); i++) {
		to->len = start;
		buf_add(to, self, (size_t)n - 1);
		buf_z(to, BESIDE[i]);
		buf_byte(to, '\0');
		if (!to->failed && is_folder(to->ptr + start)) {
			to->len--;
			return true;
		}
	}
	to->len = start;
	if (!is_folder(SPOOR_DATADIR "/rules"))
		return false;
	buf_z(to, SPOOR_DATADIR "/rules");
	return true;
}

typedef VEC(const char *) path_list;

static int paths_of(const struct cli_args *args, const char *option, path_list *ret, err *e)
{
	for (const char *p; (p = args_nth(args, option, ret->len)) != NULL;) {
		const char **slot = VEC_PUSH(ret, 10000);

		if (!slot)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many --%s", option);
		*slot = p;
	}
	return 0;
}

static int read_values(const struct cli_args *args, buf *to, err *e)
{
	path_list paths = { 0 };
	int rc = paths_of(args, "values", &paths, e);

	if (rc == 0 && paths.len)
		rc = rules_read_values(to, paths.at, paths.len, e);
	VEC_DONE(&paths);
	return rc;
}

static int read_profile(const struct cli_args *args, buf *to, err *e)
{
	static const char *const PROFILES[] = { "strict", "extended", NULL };
	int profile = args_word(args, "profile", PROFILES, 0, e);

	if (profile > 0)
		rules_set_extended(to);
	return profile < 0 ? -1 : 0;
}

static int read_shipped(buf *ret, struct rulepack_from *from, err *e)
{
	buf found = { 0 };
	const char *path;
	int rc = -1;

	if (!rulepack_find(&found)) {
		err_set(e, ERR_IO, ERR_NO_OFFSET,
			"no rules found beside the program or in %s/rules: name some with -r", SPOOR_DATADIR);
	} else {
		buf_byte(&found, '\0');
		path = found.ptr;
		rc = rules_read(ret, &path, 1, e);
		buf_z(&from->paths, path);
	}
	buf_done(&found);
	return rc;
}

/* The user's pinned release, else what came with the program. */
static int read_default(const struct cli_args *args, buf *ret, struct rulepack_from *from, err *e)
{
	buf store = { 0 };
	int rc = 0;

	if (rulestore_place(args, &store))
		rc = rulestore_read(store.ptr, ret, &from->pin, e);
	if (rc > 0)
		buf_printf(&from->paths, "%s (%.*s)", store.ptr, (int)from->pin.len, from->pin.ptr);
	buf_done(&store);
	return rc == 0 ? read_shipped(ret, from, e) : rc < 0 ? -1 : 0;
}

int rulepack_read(const struct cli_args *args, buf *ret, struct rulepack_from *from, err *e)
{
	struct rulepack_from unused = { 0 }, *to = from ? from : &unused;
	path_list paths = { 0 };
	int rc = paths_of(args, "rules", &paths, e);

	if (rc == 0)
		rc = paths.len ? rules_read(ret, paths.at, paths.len, e) : read_default(args, ret, to, e);
	for (size_t i = 0; rc == 0 && i < paths.len; i++)
		buf_printf(&to->paths, "%s%s", i ? ", " : "", paths.at[i]);
	VEC_DONE(&paths);
	rulepack_from_done(&unused);
	return rc < 0 || read_values(args, ret, e) < 0 ? -1 : read_profile(args, ret, e);
}

void rulepack_from_done(struct rulepack_from *from)
{
	buf_done(&from->paths);
	buf_done(&from->pin);
}

int rulepack_read_file(const struct cli_args *args, const char *path, buf *ret, err *e)
{
	int rc = rules_read(ret, &path, 1, e);

	return rc < 0 || read_values(args, ret, e) < 0 ? -1 : read_profile(args, ret, e);
}

struct user_place {
	buf cache, state;
	struct rule_cache_place at;
};

static void user_place(struct user_place *p)
{
	bool known;

	*p = (struct user_place){ 0 };
	known = user_dir("XDG_CACHE_HOME", ".cache", &p->cache) &&
		user_dir("XDG_STATE_HOME", ".local/state", &p->state);
	buf_byte(&p->cache, '\0');
	buf_byte(&p->state, '\0');
	if (known && !p->cache.failed && !p->state.failed)
		p->at = (struct rule_cache_place){ p->cache.ptr, p->state.ptr };
}

static void user_place_done(struct user_place *p)
{
	buf_done(&p->cache);
	buf_done(&p->state);
}

int rulepack_compile(bytes bundle, struct rulepack *ret, err *e)
{
	struct user_place place;
	int r;

	*ret = (struct rulepack){ 0 };
	user_place(&place);
	r = rule_cache_image(&place.at, bundle, &ret->image, NULL, e);
	user_place_done(&place);
	return r;
}

/* The stamp of what rulepack_read() would read. False where that must be looked at in any case: a pinned
 * release is held against its pin. */
static bool stamp_of(const struct cli_args *args, buf *to, int64_t *newest_ns)
{
	const char *profile = args_get(args, "profile");
	path_list rules = { 0 }, values = { 0 };
	bool ok = paths_of(args, "rules", &rules, NULL) == 0 && paths_of(args, "values", &values, NULL) == 0 &&
		  rules.len && rules_stamp(to, rules.at, rules.len, newest_ns, NULL) == 0 &&
		  rules_stamp(to, values.at, values.len, newest_ns, NULL) == 0;

	buf_z(to, profile ? profile : "");
	VEC_DONE(&rules);
	VEC_DONE(&values);
	return ok && !to->failed;
}

int rulepack_open(const struct cli_args *args, struct rulepack *ret, err *e)
{
	struct user_place place;
	buf stamp = { 0 }, bundle = { 0 };
	int64_t newest_ns = 0;
	bool stamped = stamp_of(args, &stamp, &newest_ns);
	int r = 0;

	*ret = (struct rulepack){ 0 };
	user_place(&place);
	if (!stamped || !rule_cache_stamped(&place.at, str_bytes(buf_view(&stamp)), &ret->image)) {
		r = rulepack_read(args, &bundle, NULL, e);
		if (r == 0)
			r = rule_cache_image(&place.at, str_bytes(buf_view(&bundle)), &ret->image, NULL, e);
		if (r == 0 && stamped)
			rule_cache_stamp(&place.at, str_bytes(buf_view(&stamp)), newest_ns,
					 str_bytes(buf_view(&bundle)));
	}
	user_place_done(&place);
	buf_done(&stamp);
	buf_done(&bundle);
	return r;
}

const struct ruleset *rulepack_rules(struct rulepack *p, err *e)
{
	if (p->rs)
		return p->rs;
	buf_clear(&p->thawed);
	buf_str(&p->thawed, buf_view(&p->image));
	if (p->thawed.failed)
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
	else
		(void)ruleset_thaw(&p->rs, p->thawed.ptr, p->thawed.len, e);
	return p->rs;
}

int rulepack_correlator(struct rulepack *p, struct correlator **ret, err *e)
{
	const struct ruleset *rs;

	*ret = NULL;
	if (!image_has_correlations(str_bytes(buf_view(&p->image))))
		return 0;
	rs = rulepack_rules(p, e);
	return rs ? correlator_new(ret, rs, e) : -1;
}

void rulepack_done(struct rulepack *p)
{
	ruleset_free(p->rs);
	buf_done(&p->thawed);
	buf_done(&p->image);
}
