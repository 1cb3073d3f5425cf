#include "evidence/origin.h"

enum { PARTS_MAX = 64, HOST_MAX = 63 };

struct parts {
	str at[PARTS_MAX];
	size_t n;
};

/* The components of a path, '/' and '\\' alike; the members of an archive lie below it. */
static void split(str path, struct parts *p)
{
	for (size_t i = 0, from = 0; i <= path.len; i++) {
		if (i < path.len && path.ptr[i] != '/' && path.ptr[i] != '\\')
			continue;
		if (i > from && p->n < PARTS_MAX) {
			str one = { path.ptr + from, i - from };

			if (one.len > 1 && one.ptr[one.len - 1] == '!')
				one.len--;
			p->at[p->n++] = one;
		}
		from = i + 1;
	}
}

static bool among(str s, const char *const *words)
{
	for (; *words; words++)
		if (str_eq_ascii_nocase(s, str_of(*words)))
			return true;
	return false;
}

/* Folders that collectors put between the machine and its file system. */
static bool is_collectors(str s)
{
	static const char *const WORDS[] = { "uploads", "auto", "ntfs",   "lazy_ntfs", "file", "fs",
					     "root",    "mft",  "[root]", "rootfs",    NULL };

	return among(s, WORDS);
}

/* What people call folders that stand for no machine. */
static bool is_common(str s)
{
	static const char *const WORDS[] = {
		"evidence", "collection", "collections", "collected", "collect", "data",   "logs",
		"log",      "export",     "exports",     "output",    "out",     "tmp",    "temp",
		"var",      "mnt",        "media",       "home",      "srv",     "opt",    "usr",
		"volume",   "disk",       "image",       "images",    "mount",   "backup", "backups",
		"archive",  "case",       "cases",       "host",      "hosts",   "server", "servers",
		"target",   "targets",    "kape",        "triage",    "windows", "linux",  "samples",
		"test",     "shadow",     "vss",         "work",      "shared",  "users",  "downloads",
		"desktop",  "documents",  "incident",    "dfir",      "results", "input",  "files",
		"upload",   "live",       NULL,
	};

	return among(s, WORDS);
}

static bool is_drive(str s)
{
	bool letter = s.len && (unsigned)((s.ptr[0] | 0x20) - 'a') <= 25;

	if (s.len == 2 && (s.ptr[1] == ':' || s.ptr[1] == '$'))
		return letter;
	return s.len == 1 && letter;
}

static bool is_hostname(str s)
{
	bool letter = false;

	if (!s.len || s.len > HOST_MAX || is_common(s) || is_collectors(s) || is_drive(s) ||
	    s.ptr[0] == '.' || s.ptr[0] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		letter |= (unsigned)((c | 0x20) - 'a') <= 25;
		if ((unsigned)((c | 0x20) - 'a') > 25 && (unsigned)(c - '0') > 9 && c != '-' && c != '_' &&
		    c != '.')
			return false;
	}
	return letter;
}

/* "Collection-WIN-E5K9RC5GU23-2021-11-21T18_05_56-08_00.zip", with or without its end. */
static str velociraptor(str s)
{
	static const char DATE[] = "-0000-00-00T00_00_00";

	if (!str_starts(s, STR("Collection-")))
		return (str){ 0 };
	s = (str){ s.ptr + 11, s.len - 11 };
	for (size_t i = 1; i + sizeof DATE - 1 <= s.len; i++) {
		size_t k = 0;

		while (k < sizeof DATE - 1 &&
		       (DATE[k] == '0' ? (unsigned)(s.ptr[i + k] - '0') <= 9 : s.ptr[i + k] == DATE[k]))
			k++;
		if (k == sizeof DATE - 1)
			return (str){ s.ptr, i };
	}
	return (str){ 0 };
}

/* Does a file system begin at component i? */
static bool is_top(const struct parts *p, size_t i)
{
	static const struct {
		const char *first, *second; /* second NULL: the first is enough */
	} TOPS[] = {
		{ "var", "log" },        { "windows", "system32" }, { "inetpub", "logs" },
		{ "etc", NULL },         { "program files", NULL }, { "program files (x86)", NULL },
		{ "programdata", NULL }, { "winnt", "system32" },
	};

	for (size_t k = 0; k < COUNT(TOPS); k++)
		if (str_eq_ascii_nocase(p->at[i], str_of(TOPS[k].first)) &&
		    (!TOPS[k].second ||
		     (i + 1 < p->n && str_eq_ascii_nocase(p->at[i + 1], str_of(TOPS[k].second)))))
			return true;
	return false;
}

/* The nearest component above i that is a machine's name: behind drives and the collector's own folders. */
static str above(const struct parts *p, size_t i)
{
	while (i > 0) {
		str s = p->at[--i];

		if (is_hostname(s))
			return s;
		if (!is_drive(s) && !is_collectors(s))
			break;
	}
	return (str){ 0 };
}

/* A folder called like a machine, "mx01" or "ws-0147": letters, then a number of few digits at the end. Programs and
 * sites are numbered, too. */
static bool is_numbered(str s)
{
	static const char *const OTHERS[] = {
		"w3svc", "smtpsvc", "ftpsvc",  "v",       "apache",   "tomcat", "python", "php",  "jdk",
		"jre",   "java",    "system",  "case",    "incident", "ticket", "volume", "vol",  "disk",
		"day",   "week",    "part",    "batch",   "run",      "seed",   "log",    "logs", "exchange",
		"mssql", "sql",     "version", "release", "inst",     "node",   "site",   "test", NULL
	};
	size_t end = s.len, letters = 0;

	while (end > 0 && (unsigned)(s.ptr[end - 1] - '0') <= 9)
		end--;
	for (size_t i = 0; i < end; i++)
		letters += (unsigned)((s.ptr[i] | 0x20) - 'a') <= 25;
	if (s.len - end == 0 || s.len - end > 4 || letters == 0 || !is_hostname(s) ||
	    (unsigned)((s.ptr[0] | 0x20) - 'a') > 25)
		return false;
	while (end > 0 && (s.ptr[end - 1] == '-' || s.ptr[end - 1] == '_' || s.ptr[end - 1] == '.'))
		end--;
	return !among((str){ s.ptr, end }, OTHERS);
}

/* The machine above the first component at which a file system begins. */
static str above_top(const struct parts *p)
{
	str host = { 0 };

	for (size_t i = 0; i + 1 < p->n && !host.len; i++)
		if (is_top(p, i) || (i > 0 && p->at[i].len == 2 && is_drive(p->at[i])))
			host = above(p, i);
	return host;
}

str origin_folder(str path)
{
	struct parts p = { .n = 0 };
	str host;

	split(path, &p);
	host = above_top(&p);
	return (str){ path.ptr, host.len ? (size_t)(host.ptr + host.len - path.ptr) : 0 };
}

str origin_host(str path)
{
	struct parts p = { .n = 0 };
	str host = { 0 };

	split(path, &p);
	for (size_t i = p.n; i-- > 0;) {
		host = velociraptor(p.at[i]);
		if (host.len)
			return host;
	}
	host = above_top(&p);
	/* the last folder that is called like a machine; the last component is the file */
	for (size_t i = p.n; i-- > 1 && !host.len;)
		if (is_numbered(p.at[i - 1]))
			host = p.at[i - 1];
	if (!host.len)
		host.ptr = "";
	return host;
}
