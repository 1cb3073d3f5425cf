#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

static void observation_key(buf *out, enum observation_kind kind, uint32_t host, bool recovered, str key)
{
	buf_byte(out, (char)kind);
	buf_byte(out, recovered);
	buf_add(out, &host, sizeof host);
	buf_str(out, key);
}

struct story_observation *observation_find(struct builder *b, enum observation_kind kind, uint32_t host,
					   bool recovered, str key)
{
	struct map_entry *m;
	buf k = { 0 };

	observation_key(&k, kind, host, recovered, key);
	m = map_get(&b->observation_keys, buf_view(&k));
	buf_done(&k);
	return m ? &b->obs.at[m->value] : NULL;
}

struct story_observation *observation_at(struct builder *b, enum observation_kind kind, uint32_t host,
					 str key, const struct fact *f, uint8_t weight, bool *ret_new)
{
	struct story_observation *o;
	struct map_entry *m;
	buf k = { 0 };
	bool fresh;

	observation_key(&k, kind, host, fact_is_recovered(f), key);
	m = map_put(&b->observation_keys, buf_view(&k), b->obs.len, &fresh);
	buf_done(&k);
	if (!m || (fresh && !VEC_PUSH(&b->obs, LIMIT_STORY_OBSERVATIONS))) {
		b->st->dropped++;
		return NULL;
	}
	o = &b->obs.at[m->value];
	if (fresh) {
		*o = (struct story_observation){ .kind = kind,
						 .host = host,
						 .weight = weight,
						 .recovered = fact_is_recovered(f),
						 .first_ns = TIME_NONE,
						 .last_ns = TIME_NONE };
		o->sentence.key = "word.none";
	}
	o->count += f->count;
	span_add(&o->first_ns, &o->last_ns, f->first_ns, f->last_ns);
	refs_add_all(&o->refs, f->refs, f->nrefs);
	if (ret_new)
		*ret_new = fresh;
	return o;
}

/* An observation per object of a fact's kind, keyed by up to three attributes. */
static struct story_observation *observe(struct builder *b, enum observation_kind kind, const struct fact *f,
					 uint8_t weight, enum fact_attr k1, enum fact_attr k2,
					 enum fact_attr k3)
{
	struct story_observation *o;
	const enum fact_attr keys[] = { k1, k2, k3 };
	buf key = { 0 };
	bool fresh;

	for (size_t i = 0; i < COUNT(keys); i++) {
		buf_str(&key, f->attr[keys[i]]);
		buf_byte(&key, 0);
	}
	o = observation_at(b, kind, host_named(b, f->attr[FA_HOST]), buf_view(&key), f, weight, &fresh);
	buf_done(&key);
	if (!o || !fresh)
		return NULL;
	o->object = keep(b, f->attr[FA_OBJECT]);
	o->process = keep(b, f->attr[FA_PROCESS]);
	o->command = keep(b, f->attr[FA_COMMAND]);
	o->account = keep(b, f->attr[FA_ACCOUNT].len ? f->attr[FA_ACCOUNT] : f->attr[FA_ACCOUNT_SID]);
	return o;
}

static int on_cleared(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o = observe(b, OBS_LOG_CLEARED, f, 75, FA_OBJECT, FA_ACCOUNT, FA_ORIGIN);

	(void)e;
	if (o)
		o->sentence =
			sentence_of(b, "obs.log_cleared", "object", o->object, "account", o->account, NULL);
	return 0;
}

/* Places and ways from which services do not usually run. */
static bool is_unusual(str command)
{
	static const char *const PARTS[] = {
		"\\temp\\",        "\\appdata\\",     "\\users\\public\\",
		"\\programdata\\", "%comspec%",       "cmd.exe /c",
		"cmd /c",          "cmd.exe /q",      "powershell",
		"\\\\127.0.0.1\\", "\\\\localhost\\", "rundll32",
		"mshta",           "regsvr32",        "wscript",
		"cscript",         "\\perflogs\\",    "\\$recycle",
		"\\admin$\\",      "%tmp%",           "%temp%",
		"frombase64",
	};
	size_t slashes = 0;

	for (size_t i = 0; i < COUNT(PARTS); i++)
		if (has_nocase(command, PARTS[i]))
			return true;
	/* an image directly below the Windows folder: "%SystemRoot%\x.exe" */
	if (!starts_nocase(command, "%systemroot%\\") && !starts_nocase(command, "c:\\windows\\"))
		return false;
	for (size_t i = 0; i < command.len; i++)
		slashes += command.ptr[i] == '\\';
	return slashes == (starts_nocase(command, "c:") ? 2 : 1);
}

static int on_service(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	bool unusual = is_unusual(f->attr[FA_COMMAND]);
	struct story_observation *o =
		observe(b, OBS_SERVICE, f, unusual ? 70 : 40, FA_OBJECT, FA_COMMAND, FA_ORIGIN);

	(void)e;
	if (o)
		o->sentence = sentence_of(b, unusual ? "obs.service_unusual" : "obs.service", "object",
					  o->object, "command", o->command, NULL);
	return 0;
}

/* Two logs may record the same: what is of the same kind, host and object within seconds. Facts come in
 * the order of time, so it is near the end. */
static struct story_observation *twin_of(struct builder *b, enum observation_kind kind, const struct fact *f)
{
	const int64_t NEAR = 10 * NS_PER_S;
	uint32_t host = host_named(b, f->attr[FA_HOST]);

	for (size_t i = b->obs.len, tried = 0; i > 0 && tried < 64; i--, tried++) {
		struct story_observation *o = &b->obs.at[i - 1];

		if (o->kind == kind && o->host == host && o->recovered == fact_is_recovered(f) &&
		    f->first_ns != TIME_NONE && o->last_ns != TIME_NONE && f->first_ns - o->last_ns <= NEAR &&
		    str_eq(o->object, f->attr[FA_OBJECT]))
			return o;
	}
	return NULL;
}

static int on_task(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	bool own = starts_nocase(f->attr[FA_OBJECT], "\\Microsoft\\"),
	     unusual = is_unusual(f->attr[FA_COMMAND]);
	struct story_observation *o = twin_of(b, OBS_TASK, f);
	uint8_t weight = unusual ? 65 : own ? 15 : 40;

	(void)e;
	if (o && (f->attr[FA_COMMAND].len == 0 || o->command.len == 0)) {
		refs_add_all(&o->refs, f->refs, f->nrefs);
		if (o->command.len == 0)
			o->command = keep(b, f->attr[FA_COMMAND]);
		if (weight > o->weight)
			o->weight = weight;
	} else {
		o = observe(b, OBS_TASK, f, weight, FA_OBJECT, FA_COMMAND, FA_ORIGIN);
	}
	if (!o)
		return 0;
	if (o->object.len == 0)
		o->weight = 5; /* a damaged record: nothing to tell but that it was there */
	o->sentence = sentence_of(b, o->command.len ? "obs.task" : "obs.task_bare", "object", o->object,
				  "account", o->account, "command", o->command, NULL);
	return 0;
}

static int on_task_removed(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	bool own = starts_nocase(f->attr[FA_OBJECT], "\\Microsoft\\");
	struct story_observation *o = twin_of(b, OBS_TASK_REMOVED, f);

	(void)e;
	if (o) {
		refs_add_all(&o->refs, f->refs, f->nrefs);
		return 0;
	}
	o = observe(b, OBS_TASK_REMOVED, f, own ? 10 : 30, FA_OBJECT, FA_ACCOUNT, FA_ORIGIN);
	if (!o)
		return 0;
	if (o->object.len == 0)
		o->weight = 5;
	o->sentence = sentence_of(b, "obs.task_removed", "object", o->object, "account", o->account, NULL);
	return 0;
}

static int on_module(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o = observe(b, OBS_MODULE, f, 55, FA_OBJECT, FA_COMMAND, FA_DETAIL);

	(void)e;
	if (o)
		o->sentence = sentence_of(b, "obs.module", "detail", keep(b, f->attr[FA_DETAIL]), "object",
					  o->object, "command", o->command, NULL);
	return 0;
}

static int on_explicit(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t here = host_named(b, f->attr[FA_HOST]), to = host_named(b, f->attr[FA_TARGET_HOST]);
	struct story_observation *o;

	(void)e;
	if (to == STORY_NOBODY || to == here || str_ends(f->attr[FA_TARGET_ACCOUNT], STR("$")))
		return 0;
	o = observe(b, OBS_EXPLICIT_CREDENTIALS, f, 45, FA_TARGET_HOST, FA_TARGET_ACCOUNT, FA_ACCOUNT);
	if (o)
		o->sentence = sentence_of(b, "obs.explicit", "account", o->account, "target",
					  keep(b, f->attr[FA_TARGET_ACCOUNT]), "to",
					  keep(b, f->attr[FA_TARGET_HOST]), "process",
					  str_basename(o->process), NULL);
	return 0;
}

/* Commands with which mail, permissions and pages of an Exchange server are changed. */
static uint8_t cmdlet_weight(const struct fact *f)
{
	static const char *const NAMES[] = {
		"New-MailboxExportRequest",
		"New-ManagementRoleAssignment",
		"Install-TransportAgent",
		"Enable-TransportAgent",
		"Set-OabVirtualDirectory",
		"New-ExchangeCertificate",
		"Add-MailboxPermission",
		"Add-RoleGroupMember",
		"New-InboxRule",
		"Set-InboxRule",
		"New-TransportRule",
		"Set-Mailbox",
	};
	static const char *const SCRIPT[] = { "<script", "runat=", "eval(", ".aspx", ".ashx" };

	for (size_t i = 0; i < COUNT(SCRIPT); i++)
		if (has_nocase(f->attr[FA_COMMAND], SCRIPT[i]))
			return 90;
	if (has_nocase(f->attr[FA_COMMAND], "ForwardingSmtpAddress"))
		return 65;
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq_ascii_nocase(f->attr[FA_OBJECT], str_of(NAMES[i])))
			return 50;
	return 20;
}

/* What a fact says, as a word of ours if it is one; else a copy. */
static str said_by(struct builder *b, str text)
{
	str word = wording_word("did.", text);

	return word.ptr == text.ptr ? keep(b, text) : word;
}

static int on_cmdlet(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o =
		observe(b, OBS_ADMIN_CMDLET, f, cmdlet_weight(f), FA_OBJECT, FA_COMMAND, FA_DETAIL);

	(void)e;
	if (o)
		o->sentence = sentence_of(b, "obs.cmdlet", "object", o->object, "detail",
					  said_by(b, f->attr[FA_DETAIL]), "command", o->command, NULL);
	return 0;
}

static int on_alert(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o = observe(b, OBS_ALERT, f, 70, FA_OBJECT, FA_DETAIL, FA_ORIGIN);

	(void)e;
	if (o)
		o->sentence = sentence_of(b, "obs.alert", "detail", keep(b, f->attr[FA_DETAIL]), "object",
					  o->object, NULL);
	return 0;
}

/* "%%8448, %%8451" of an audit policy in words. */
static void audit_words(struct builder *b, str detail, enum story_language lang, str *ret)
{
	static const struct {
		const char *code, *key;
	} CODES[] = { { "%%8448", "audit.success_off" },
		      { "%%8449", "audit.success_on" },
		      { "%%8450", "audit.failure_off" },
		      { "%%8451", "audit.failure_on" } };
	buf words = { 0 };

	for (size_t i = 0; i < COUNT(CODES); i++) {
		if (!has_nocase(detail, CODES[i].code))
			continue;
		buf_z(&words, words.len ? ", " : "");
		buf_z(&words, wording(CODES[i].key, lang));
	}
	*ret = keep(b, words.len ? buf_view(&words) : detail);
	buf_done(&words);
}

/* One change of the audit policy is an event per subcategory: they are one sight. */
static void on_audit_policy(struct builder *b, const struct fact *f)
{
	bool off = has_nocase(f->attr[FA_DETAIL], "%%8448") || has_nocase(f->attr[FA_DETAIL], "%%8450");
	struct story_observation *o =
		observe(b, OBS_DEFENSE, f, off ? 55 : 20, FA_DETAIL, FA_ACCOUNT, FA_DAY);
	str in[LANGUAGES];

	if (!o)
		return;
	o->object = STR("audit policy");
	o->sentence = sentence_of(b, "obs.audit_policy", "account", o->account, "detail", STR(""), NULL);
	for (int lang = 0; lang < LANGUAGES; lang++)
		audit_words(b, f->attr[FA_DETAIL], (enum story_language)lang, &in[lang]);
	sentence_put(b, &o->sentence, "detail", in);
}

static int on_defense(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	bool off = has_nocase(f->attr[FA_DETAIL], "disabled") || has_nocase(f->attr[FA_DETAIL], "Exclusions");
	struct story_observation *o;

	(void)e;
	if (str_starts(f->attr[FA_OBJECT], STR("audit policy"))) {
		on_audit_policy(b, f);
		return 0;
	}
	o = observe(b, OBS_DEFENSE, f, off ? 55 : 25, FA_OBJECT, FA_DETAIL, FA_ORIGIN);
	if (o)
		o->sentence = sentence_of(b, "obs.defense", "object", said_by(b, o->object), "detail",
					  said_by(b, f->attr[FA_DETAIL]), NULL);
	return 0;
}

/* Every clock is corrected now and then: a minute or more is told. */
static int on_clock(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o;
	str detail = f->attr[FA_DETAIL], rest, number;
	uint64_t seconds;

	(void)e;
	number = str_cut((str){ detail.ptr + (detail.len != 0), detail.len - (detail.len != 0) }, ' ', &rest);
	if (!str_to_u64(number, &seconds) || seconds < 60)
		return 0;
	o = observe(b, OBS_CLOCK, f, 35, FA_DETAIL, FA_PROCESS, FA_DAY);
	if (o)
		o->sentence = sentence_of(b, "obs.clock", "detail", keep(b, detail), "process",
					  str_basename(o->process), NULL);
	return 0;
}

static int on_account(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str detail = f->attr[FA_DETAIL];
	uint8_t weight = str_eq(detail, STR("created")) || str_eq(detail, STR("added to group")) ? 50 : 25;
	struct story_observation *o =
		observe(b, OBS_ACCOUNT, f, weight, FA_TARGET_ACCOUNT, FA_DETAIL, FA_OBJECT);

	(void)e;
	if (!o)
		return 0;
	o->sentence = sentence_of(b, o->object.len ? "obs.account_object" : "obs.account", "target",
				  keep(b, f->attr[FA_TARGET_ACCOUNT]), "detail", said_by(b, detail),
				  "account", o->account, "object", o->object, NULL);
	return 0;
}

static int on_share(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o = observe(b, OBS_SHARE, f, 40, FA_OBJECT, FA_DETAIL, FA_ACCOUNT);

	(void)e;
	if (o)
		o->sentence = sentence_of(b, "obs.share", "object", o->object, "detail",
					  said_by(b, f->attr[FA_DETAIL]), "account", o->account, NULL);
	return 0;
}

/* Installers and browsers set creation times all day: pages and programs in odd places are told. */
static int on_timestomp(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o;
	str path = f->attr[FA_OBJECT];
	bool page = role_is(ROLE_PAGE, path) && role_is(ROLE_ROOT, path);

	(void)e;
	if (!page && !str_ends(path, STR(".exe")) && !str_ends(path, STR(".dll")))
		return 0;
	o = observe(b, OBS_TIMESTOMP, f, page ? 65 : 30, FA_OBJECT, FA_PROCESS, FA_ORIGIN);
	if (o)
		o->sentence =
			sentence_of(b, "obs.timestomp", "object", o->object, "process",
				    str_basename(o->process), "detail", keep(b, f->attr[FA_DETAIL]), NULL);
	return 0;
}

/* Reading the memory (0x10), by a program that is not below the system's or the programs' folder. */
static int on_credential_store(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct story_observation *o;
	str image = f->attr[FA_PROCESS], access = f->attr[FA_DETAIL];
	value v = value_utf8(access);
	uint64_t bits;

	(void)e;
	if (!value_u64(v, &bits) || !(bits & 0x10) || starts_nocase(image, "C:\\Windows\\System32\\") ||
	    starts_nocase(image, "C:\\Program Files") ||
	    starts_nocase(image, "C:\\ProgramData\\Microsoft\\Windows Defender\\"))
		return 0;
	o = observe(b, OBS_CREDENTIAL_STORE, f, 65, FA_PROCESS, FA_DETAIL, FA_ORIGIN);
	if (o)
		o->sentence = sentence_of(b, "obs.credential_store", "process", o->process, "detail",
					  keep(b, access), NULL);
	return 0;
}

static int on_failed(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str from = f->attr[FA_SOURCE_IP].len ? f->attr[FA_SOURCE_IP] : f->attr[FA_SOURCE_HOST];
	struct story_observation *o;
	bool fresh;

	(void)e;
	if (from.len == 0)
		return 0;
	o = observation_at(b, OBS_FAILED_LOGONS, host_named(b, f->attr[FA_HOST]), from, f, 0, &fresh);
	if (!o)
		return 0;
	if (fresh) {
		o->object = keep(b, from);
		o->account = keep(b, f->attr[FA_ACCOUNT]);
	} else if (o->account.len < 100 && f->attr[FA_ACCOUNT].len &&
		   str_find(o->account, f->attr[FA_ACCOUNT]) == SIZE_MAX) {
		o->account = keep_printf(b, "%.*s, %.*s", STR_ARG(o->account), STR_ARG(f->attr[FA_ACCOUNT]));
	}
	return 0;
}

/* Only known when all are counted: few failures are nobody's business. */
static void tell_failed(struct builder *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->obs.len; i++) {
		struct story_observation *o = &b->obs.at[i];

		if (o->kind == OBS_FAILED_LOGONS) {
			if (o->count < 20)
				continue;
			o->weight = o->count >= 200 ? 55 : 40;
			o->sentence = sentence_of(b, "obs.failed_logons", "count", keep_u64(b, o->count),
						  "from", o->object, "account", o->account, NULL);
		}
		b->obs.at[kept++] = *o;
	}
	b->obs.len = kept;
}

static int on_session(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str from = f->attr[FA_SOURCE_IP].len ? f->attr[FA_SOURCE_IP] : f->attr[FA_SOURCE_HOST];
	struct story_observation *o;

	(void)e;
	if (from.len == 0 || address_is_local(from) || f->attr[FA_ACCOUNT].len == 0)
		return 0;
	o = observe(b, OBS_REMOTE_DESKTOP, f, 40, FA_SOURCE_IP, FA_ACCOUNT, FA_SOURCE_HOST);
	if (o)
		o->sentence = sentence_of(b, "obs.remote_desktop", "account", o->account, "from",
					  keep(b, from), "detail", said_by(b, f->attr[FA_DETAIL]), NULL);
	return 0;
}

static void tell_hits(struct builder *b)
{
	for (size_t i = 0; i < b->hit.len; i++) {
		const struct rule_info_hit *h = &b->hit.at[i];
		const struct story_rule *r = &b->rule.at[h->rule];
		struct fact f = {
			.first_ns = h->first_ns, .last_ns = h->last_ns, .count = h->count, .nrefs = h->refs.n
		};
		const char *level = r->level == LEVEL_CRITICAL ? "critical" : "high";
		struct story_observation *o;
		bool fresh;

		if (r->level < LEVEL_HIGH)
			continue;
		memcpy(f.refs, h->refs.at, sizeof f.refs);
		o = observation_at(b, OBS_FINDING, b->name.at[h->name].host, keep_printf(b, "%u", h->rule),
				   &f, r->level == LEVEL_CRITICAL ? 80 : 60, &fresh);
		if (!o)
			continue;
		o->object = r->title;
		o->sentence = sentence_of(b, h->count > 1 ? "obs.finding" : "obs.finding_one", "title",
					  r->title, "level", wording_word("level.", str_of(level)), "count",
					  keep_u64(b, o->count), NULL);
	}
}

static int observation_order(const void *pa, const void *pb)
{
	const struct story_observation *a = pa, *b = pb;
	int c;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	c = str_cmp(a->object, b->object);
	if (c)
		return c;
	c = str_cmp(a->command, b->command);
	return c ? c : str_cmp(a->process_id, b->process_id);
}

void observations_collect(struct builder *b)
{
	each_fact(b, FACT_LOG_CLEARED, on_cleared);
	each_fact(b, FACT_SERVICE_INSTALL, on_service);
	each_fact(b, FACT_TASK_INSTALL, on_task);
	each_fact(b, FACT_TASK_REMOVE, on_task_removed);
	each_fact(b, FACT_MODULE_INSTALL, on_module);
	each_fact(b, FACT_EXPLICIT_CREDENTIALS, on_explicit);
	each_fact(b, FACT_ADMIN_CMDLET, on_cmdlet);
	each_fact(b, FACT_ALERT, on_alert);
	each_fact(b, FACT_DEFENSE_CHANGE, on_defense);
	each_fact(b, FACT_CLOCK_CHANGE, on_clock);
	each_fact(b, FACT_ACCOUNT_CHANGE, on_account);
	each_fact(b, FACT_SHARE_CHANGE, on_share);
	each_fact(b, FACT_TIMESTOMP, on_timestomp);
	each_fact(b, FACT_PROCESS_ACCESS, on_credential_store);
	each_fact(b, FACT_LOGON_FAILED, on_failed);
	each_fact(b, FACT_REMOTE_SESSION, on_session);
	tell_hits(b);
	tell_failed(b);
	if (b->obs.len)
		qsort(b->obs.at, b->obs.len, sizeof *b->obs.at, observation_order);
	for (size_t i = 0; i < b->obs.len; i++)
		if (b->obs.at[i].host != STORY_NOBODY)
			b->host.at[b->obs.at[i].host].observations++;
}
