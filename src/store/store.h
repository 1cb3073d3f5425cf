/* store.h - the case: what the run found, in one place that can be asked.
 *
 * One interface; SQLite (case.db) today. The schema is documented in docs/case.md. Writing happens in
 * one transaction per evidence item or batch; a case that was not finished says so.
 * Thread rule: one thread per handle. */
#ifndef SPOOR_STORE_STORE_H
#define SPOOR_STORE_STORE_H

#include "detect/finding.h"
#include "event/gap.h"
#include "facts/fact.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/sha256.h"

struct store;

/* Where an address outside is, by files that the analyst had. */
struct store_place {
	str ip, country; /* ISO 3166 code; empty: not known */
	uint32_t asn;    /* 0: not known */
	str network;     /* name of the autonomous system */
	str kind;        /* "hosting", "vpn", "tor", "public proxy", "residential proxy"; empty: not said */
};

struct store_item {
	uint32_t id;     /* order of the manifest, from 0 */
	uint32_t parent; /* containing archive's id, or UINT32_MAX */
	str path;        /* as reported */
	uint64_t size;   /* bytes of content read */
	int64_t mtime_ns;
	uint8_t sha256[SHA256_LEN];
	bool has_sha256;
	bool cited;  /* by findings, also such as are not shown; not stored */
	str format;  /* reader name, container kind, or "" */
	str verdict; /* "ok" "partial" "unreadable" "limit" "unknown" "skipped" */
	str reason;  /* empty when ok */
	uint64_t events, recovered;
	int64_t first_ns, last_ns;
};

struct store_run { /* how the case was made; written first, updated at the end */
	str version, command;
	str rules_sha256;   /* of all rules, wherever they lie: detect/rules_hash.h */
	str rules_name;     /* of the pinned release that they are; empty: they are none */
	str values_sha256;  /* of the files with values for placeholders; empty: none */
	str profile;        /* "strict" or "extended" */
	int64_t started_ns; /* wall clock; the only field that differs between two runs */
	uint64_t rules_ok, rules_rejected, events, bytes;
	bool finished;
};

struct store_rule {
	str id, title, level, status, reason, path, tags;
	str sha256; /* of the file that it is in, hex */
};

/* Make DIR/case.db (DIR too, mode 0700; the file has mode 0600 and is never reached through a link).
 * `replace` takes away an older case, never a file that is none. ERR_ARG if a case is there already and `replace` is false. */
int store_create(struct store **ret, const char *dir, bool replace, err *e);
/* Open an existing case read-only. ERR_UNSUPPORTED if a newer program made it, ERR_CORRUPT if it is
 * no case. A case whose run was not finished opens: store_get_run() tells. */
int store_open(struct store **ret, const char *dir, err *e);
void store_close(struct store *s);

int store_begin(struct store *s, err *e);
int store_commit(struct store *s, err *e);

int store_put_run(struct store *s, const struct store_run *run, err *e);
int store_put_rule(struct store *s, const struct store_rule *rule, err *e);
int store_put_item(struct store *s, const struct store_item *item, err *e);
int store_put_finding(struct store *s, const struct finding *f, err *e);
/* Merges with what is there: a fact may come in parts, in any order. */
int store_put_fact(struct store *s, const struct fact *f, err *e);
int store_put_gap(struct store *s, const struct gap *g, err *e);

/* Read back, each in a fixed order. The callback's strings are valid during the call; -1 stops. */
int store_put_place(struct store *s, const struct store_place *p, err *e);
/* Each address that a fact names as source or target, once, in order. */
int store_each_address(struct store *s, int (*fn)(void *, str, err *), void *ctx, err *e);
/* Each account that a fact names, with the host that the fact is about and its SID (empty: not known), once. */
int store_each_account(struct store *s, int (*fn)(void *, str host, str account, str sid, err *), void *ctx,
		       err *e);
/* Calls fn if the case knows where the address is. */
int store_place_of(struct store *s, str ip, int (*fn)(void *, const struct store_place *, err *), void *ctx,
		   err *e);
int store_each_item(struct store *s, int (*fn)(void *, const struct store_item *, err *), void *ctx, err *e);
int store_each_finding(struct store *s, int (*fn)(void *, const struct finding *, err *), void *ctx,
		       err *e); /* by time, then ref, then rule */
/* An attribute that a fact does not have is an empty text, never a null pointer. */
int store_each_fact(struct store *s, int kind /* -1: all */, int (*fn)(void *, const struct fact *, err *),
		    void *ctx, err *e);
int store_count_facts(struct store *s, uint64_t *ret, err *e);
int store_each_gap(struct store *s, int (*fn)(void *, const struct gap *, err *), void *ctx, err *e);
int store_each_rule(struct store *s, int (*fn)(void *, const struct store_rule *, err *), void *ctx, err *e);
/* The folder of the case, without a slash at its end; empty: a case that has none. Valid as long as s. */
str store_dir(const struct store *s);
/* Append case.yaml of the case's folder. 1: there; 0: none. */
int store_case_yaml(struct store *s, buf *to, err *e);
/* *ret's strings are copied to mem. */
int store_get_run(struct store *s, struct store_run *ret, arena *mem, err *e);

#endif
