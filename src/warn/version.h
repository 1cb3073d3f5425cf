/* version.h - which of two versions is the newer one, as the maker's own rules have it.
 *
 * The answer has a fourth value: what cannot be compared is VER_UNDECIDED, never a guess. Decided answers never contradict
 * each other: the order is antisymmetric, and a <= b <= c never gives a > c. Texts are any bytes; one longer than
 * LIMIT_VERSION_TEXT compares with itself only. Case of ASCII letters does not matter. Thread rule: pure functions. */
#ifndef SPOOR_WARN_VERSION_H
#define SPOOR_WARN_VERSION_H

#include "util/str.h"

enum ver_scheme {
	VER_GENERIC, /* numbers and words as people write them: 12.2.0.1, 15.2(4)M3, 9.0 SP2 HF1, 1.8.0_292 */
	VER_SEMVER,  /* semver.org 2.0, also with fewer or more numbers */
	VER_MAVEN,   /* Maven POM reference, "Version Order Specification" */
	VER_RPM,     /* epoch:version-release, rpmvercmp with ~ and ^ */
	VER_DEB,     /* epoch:upstream-revision, deb-version(7) */
	VER_PYTHON,  /* PEP 440 */
	VER_GIT,     /* commits have no order that a text could tell */
	VER_SCHEMES
};

enum ver_order { VER_LESS = -1, VER_EQUAL = 0, VER_GREATER = 1, VER_UNDECIDED = 2 };

/* Three values: what is not known stays so. */
enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

/* "semver", "deb", "pypi", ... as feeds name schemes, also the types of purl and vers. False (*ret is VER_GENERIC): a name
 * that we do not know. */
bool ver_scheme_named(str type, enum ver_scheme *ret);
const char *ver_scheme_name(enum ver_scheme s);

enum ver_order ver_compare(enum ver_scheme scheme, str a, str b);

/* "", "*", "-", "n/a", "unknown", ...: the text names no version. */
bool ver_is_open(str s);
/* "*", "all", "any version": it means every one. */
bool ver_is_all(str s);
/* "0", "0.0.0": the first of all versions, as feeds write "from the beginning". */
bool ver_is_zero(str s);

/* "5.10.*", "3.x": all versions of a branch; *ret_branch is what stands before. */
bool ver_is_branch(str s, str *ret_branch);
/* Is v of the branch "5.10"? */
enum tri ver_in_branch(enum ver_scheme scheme, str v, str branch);
/* v against the end of a branch: VER_LESS in it or before it, VER_GREATER behind it. */
enum ver_order ver_compare_branch_end(enum ver_scheme scheme, str v, str branch);

#endif
