/* world.h - the synthetic organisations: hosts, people, addresses, clocks, and what is true of them.
 *
 * Everything that has a name draws it from the seed. Acts (acts.h) turn what hosts and people do into rows
 * of logs (sink.h). While a truth step is set, rows belong to it. After a failure `failed` is set and
 * everything else does nothing. Texts live as long as the world. Thread rule: one owner. */
#ifndef SPOOR_RANGE_WORLD_H
#define SPOOR_RANGE_WORLD_H

#include "defs.h"
#include "rng.h"
#include "sink.h"
#include "util/arena.h"
#include "util/times.h"

#define LIMIT_WORLD_BYTES ((size_t)4 << 30) /* texts and tables; 60 MB at full size */
#define LIMIT_HOSTS 65536u
#define LIMIT_STEPS (1u << 24)
#define NOWHERE UINT32_MAX
#define STEP_REFS 6u

enum role {
	ROLE_DC,
	ROLE_MAIL,
	ROLE_FILES,
	ROLE_DMS,
	ROLE_UPDATE,
	ROLE_WSUS,
	ROLE_JUMP,
	ROLE_BACKUP,
	ROLE_SCANNER,
	ROLE_MONITOR,
	ROLE_BUILD,
	ROLE_LINUX,
	ROLE_PROXY,
	ROLE_FIREWALL,
	ROLE_VPN,
	ROLE_SENSOR,
	ROLE_DESK,
	ROLE_COUNT
};
extern const char *const ROLE_NAMES[ROLE_COUNT];

enum shape {
	SHAPE_EVTX,
	SHAPE_ZIP,
	SHAPE_EXPORT,
	SHAPE_MIX
}; /* MIX: EVTX at first, the collector's export later */
enum collector { EXPORT_BEAT, EXPORT_WAZUH, EXPORT_SPLUNK, EXPORT_SPLUNK_CSV, EXPORT_EVTXECMD };
enum locale { LOCALE_EN, LOCALE_ZH, LOCALE_FR, LOCALE_DE, LOCALE_RU, LOCALE_COUNT };

/* Strength of what a row tells of its host: bits, from which ceilings follow. */
enum evidence {
	SHOWS_CONTROL = 1, /* execution or control, seen on the host itself */
	SHOWS_FETCH = 2,   /* the artefact was served to it in full */
	SHOWS_PART = 4,    /* in part */
	SHOWS_CONTACT = 8, /* it spoke to the control servers */
	SHOWS_LOGON = 16,  /* a remote logon from a controlled host */
	SHOWS_BLOCK = 32,  /* protection stopped it */
};

enum state { STATE_CLEAN, STATE_EXPOSED, STATE_BLOCKED, STATE_COMPROMISED };
enum label { LABEL_TWIN, LABEL_MALICIOUS };

struct sid {
	uint8_t len, b[28];
};

struct person {
	const char *user, *given;
	struct sid sid;
	uint32_t org;
	bool admin, night, service; /* service: an account that only its purpose uses */
};

struct session {
	const char *user, *domain;
	const struct sid *sid;
	uint64_t id;
	uint32_t type;
	bool admin;
};

struct process {
	uint32_t pid;
	uint8_t guid[16];
	const char *image, *command;
	const char *content;  /* whose hash it has; NULL: the image's name */
	const char *original; /* file name in its resources; NULL: the image's own */
	struct session who;
};

#define CHANNELS_MAX 24u
#define TEXT_LOGS_MAX 56u

struct host {
	const char *name, *fqdn, *site;         /* as it is called now */
	const char *folder;                     /* name at the end: of its folder, and in the truth */
	const char *old_name, *old_fqdn;        /* before it was renamed, or NULL */
	uint32_t org, index, ip, owner, number; /* ip 0: by lease; number: which of its role */
	enum role role;
	uint8_t mac[6];
	bool windows, wifi, sysmon, audits, commands, agent, natted, public_facing;
	bool collected; /* its own logs are in the evidence */
	enum shape shape;
	enum locale locale;
	uint8_t web, variant; /* how it logs requests; which make of device it is */
	bool web_bytes;
	int64_t web_change_at; /* IIS logs one field more from then on */
	uint16_t port;
	int64_t clock_offset, clock_drift; /* ns; ns per day */
	int64_t clock_step_at, clock_step; /* a wrong zone or hour from a moment on */
	int64_t mix_at;                    /* SHAPE_MIX: when the shape changes */
	uint32_t next_pid;
	uint64_t next_logon;
	struct rng rng;
	struct session local, user;
	struct process services, explorer;
	struct sink *channels[CHANNELS_MAX], *exported, *text[TEXT_LOGS_MAX];
	uint64_t ids[CHANNELS_MAX];
	/* truth */
	enum state state;
	unsigned shown;                  /* enum evidence that survived */
	int64_t compromised, observable; /* first compromise: true, and as evidence shows it */
	uint32_t artefact;               /* index + 1 into world.artefacts, how it came */
	uint64_t served;                 /* bytes */
	int64_t timers[4];               /* when its periodic habits are due next */
	uint32_t calls[2];               /* steps of its beacons and their lookups, + 1 */
	uint32_t version, patched;       /* release of the agent it has; patch rounds done */
	uint32_t parent;                 /* host it was reached from, NOWHERE */
	const char *via;
};

enum leases { LEASES_WINDOWS, LEASES_ISC, LEASES_KEA };

struct org {
	const char *name, *domain, *dns; /* CORP, corp.example */
	uint32_t sid[3], net;            /* net: 10.x.0.0 */
	int64_t utc_offset;
	bool dst; /* central European summer time */
	uint32_t dc, proxy, firewall, jump, files, backup_user;
	uint32_t egress[4], negress, wifi_nat;
	uint32_t bind; /* host whose BIND resolves names; NOWHERE: the domain controllers do */
	enum leases leases;
	uint32_t lease_server; /* unless Windows leases */
	bool managed;          /* desks have a Configuration Manager client */
	const char *directory; /* how computers were exported: csvde, ldifde, Get-ADComputer; NULL: not */
};

enum obs { /* observables that have benign twins */
	   OBS_WEB_PROBE,
	   OBS_WEB_POST_NEW,
	   OBS_WEB_PAGE,
	   OBS_SERVER_CHILD,
	   OBS_DISCOVERY,
	   OBS_SERVICE,
	   OBS_TASK,
	   OBS_FILE_DROP,
	   OBS_PAGE_FILE,
	   OBS_DEFENDER,
	   OBS_ALERT,
	   OBS_FIRST_OUT,
	   OBS_BEACON,
	   OBS_LOOKUP,
	   OBS_EXPLICIT,
	   OBS_REMOTE_LOGON,
	   OBS_SHARE_WRITE,
	   OBS_REMOTE_DESKTOP,
	   OBS_REMOTE_EXEC,
	   OBS_PACKAGE_WRITE,
	   OBS_DOWNLOAD,
	   OBS_UPDATE_EXEC,
	   OBS_LSASS,
	   OBS_ARCHIVE,
	   OBS_UPLOAD,
	   OBS_APP_EXPORT,
	   OBS_CLEAR,
	   OBS_TIMESTOMP,
	   OBS_CMDLET,
	   OBS_MAIL_ACCESS,
	   OBS_MAIL_FORWARD,
	   OBS_MODULE,
	   OBS_REPLICATION,
	   OBS_VPN,
	   OBS_DEVICE_ADMIN,
	   OBS_SSH,
	   OBS_TASK_GONE,
	   OBS_CONFIG,
	   OBS_COUNT
};
extern const char *const OBS_NAMES[OBS_COUNT];

/* Part of the truth: one thing that was done on a host. */
struct step {
	const char *phase, *what, *campaign;
	uint32_t host, from;
	uint32_t edge; /* index + 1 into world.edges */
	uint8_t label, obs;
	uint8_t shows;      /* enum evidence of its rows about `host` */
	bool key;           /* belongs into a timeline */
	int64_t time, seen; /* true time; first row that is there */
	uint64_t rows, lost;
	uint64_t refs[STEP_REFS];
	uint32_t nrefs;
};

struct edge {
	uint32_t from, to;
	const char *kind, *account, *campaign;
	int64_t time;
	bool first;
};

struct external {
	uint32_t ip;
	const char *domain, *cluster, *role, *campaign;
	int64_t from, to;
	uint64_t rows, lost; /* of the incident that name it: in the evidence, and gone */
};

struct artefact {
	const char *kind, *path, *name, *sha256, *original_sha256;
	uint32_t host;
	uint64_t size, original_size;
	int64_t from, to;
};

struct loss { /* data that left */
	uint32_t host, ip;
	const char *channel, *campaign, *mailbox;
	int64_t from, to;
	uint64_t bytes;
	uint32_t step; /* index of the step whose rows show it */
};

struct decoy {
	const char *id, *kind;
	uint32_t hosts;
	int64_t from, to;
};

struct gap {
	uint32_t host;
	const char *source, *cause;
	int64_t from, to;
	const char *file; /* or NULL */
};

/* A file whose rows are the first rows of another. */
struct copy {
	const char *file, *of;
};

/* Something that will be done: agenda. */
struct world;
typedef void deed_fn(struct world *w, int64_t t, uint32_t a, uint32_t b);
struct deed {
	int64_t time;
	uint64_t order;
	deed_fn *fn;
	uint32_t a, b;
};

struct range_size {
	uint32_t hosts, days, scale;
};

struct bundle; /* degrade.h */

struct world {
	uint64_t seed;
	arena mem;
	struct defs defs;
	struct sinks sinks;
	struct range_size size;
	uint32_t density; /* of rare benign work: more in a short window */
	enum collector collector;
	const struct bundle *bundle;
	void *scenario_a, *scenario_b, *commodity; /* parameters of those that run, or NULL */
	bool short_leases;
	bool forwarded, balanced; /* IIS logs X-Forwarded-For; a load balancer hides clients */
	uint32_t balancer, sampling;
	const char *vendor_folder; /* of the updater, below ProgramData */
	const char *scenario, *variant;
	VEC(struct org) orgs;
	VEC(struct host) hosts;
	VEC(struct person) people;
	VEC(struct step) steps;
	VEC(struct edge) edges;
	VEC(struct external) externals;
	VEC(uint32_t) drawn; /* addresses outside, each once */
	VEC(struct artefact) artefacts;
	VEC(struct loss) losses;
	VEC(struct decoy) decoys;
	VEC(struct gap) gaps;
	VEC(struct copy) copies;
	VEC(struct deed) agenda; /* a heap, earliest first */
	uint64_t deeds;
	VEC(struct gap) wipes;      /* planned: what the intruder removes (source: a kind's, or a channel) */
	int64_t sensor_from;        /* of its thirty days */
	VEC(const char *) literals; /* names that only the attack uses */
	VEC(const char *) accounts; /* abused */
	int64_t from, to;           /* the window; whole days UTC of the first organisation's midnights */
	uint32_t step;              /* rows belong to it */
	uint64_t obs[OBS_COUNT][2]; /* rows by label */
	uint64_t events;            /* of the sidecar */
	FILE *sidecar;
	uint32_t sensor, netflow; /* hosts that watch the network, NOWHERE: none */
	uint64_t connections;     /* serial of network connections */
	struct sink *now_sink;    /* of the event being built, winev.h */
	size_t now_desc, now_start;
	uint32_t now_field;
	const struct evtx_def *now_def;
	int64_t now_time;
	bool failed;
	err error;
};

int world_init(struct world *w, uint64_t seed, const struct range_size *size, const char *dir, err *e);
void world_done(struct world *w);

/* An organisation on 10.<net>.0.0; a host of it. Answer their index. */
uint32_t world_org(struct world *w, uint32_t net, int64_t utc_offset, const char *suffix);
uint32_t world_host(struct world *w, uint32_t org, enum role role, const char *site);
/* That host runs Linux: its name is written small. */
void world_linux(struct world *w, uint32_t host);
uint32_t world_person(struct world *w, uint32_t org, bool admin);

/* Number `n` of a role in an organisation (any: NOWHERE), or NOWHERE. */
uint32_t world_find(const struct world *w, uint32_t org, enum role role, uint32_t n);
uint32_t world_count(const struct world *w, uint32_t org, enum role role);

/* Address of a host at a time, and as servers behind the Wi-Fi's translation see it. */
uint32_t host_ip(const struct world *w, uint32_t host, int64_t t);
uint32_t host_seen_ip(const struct world *w, uint32_t host, int64_t t);
/* What the host's clock shows; local time of its organisation. */
int64_t host_clock(const struct host *h, int64_t t);
int64_t org_offset(const struct org *o, int64_t t);
int64_t host_local(const struct world *w, uint32_t host, int64_t t);

/* Text in the world's arena; "" after a failure. */
const char *world_text(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* `pattern` with its one %s replaced. */
const char *world_fill(struct world *w, const char *pattern, const char *word);
const char *world_keep(struct world *w, const char *text);
const char *world_word(struct world *w, struct rng *r, int syllables);
const char *world_capital(struct world *w, const char *word);
const char *world_upper(struct world *w, const char *word);
/* A word that is remembered as a name of the attack. */
const char *world_literal(struct world *w, const char *text);
/* A made-up SHA-256 of a content that exists by name only. */
const char *world_hash(struct world *w, const char *content);
void hash_hex(uint64_t seed, const char *content, char out[65]);
/* A fresh address of an outside block: 0 192.0.2, 1 198.51.100, 2 203.0.113. */
uint32_t world_outside(struct world *w, struct rng *r, unsigned block);

/* A log of a host, with the scenario's degradations (degrade.h) as its drops. */
struct sink *world_sink(struct world *w, const struct log_kind *kind, uint32_t host, const void *about);

bool sid_of(const char *text, struct sid *ret);
extern const struct sid SID_SYSTEM, SID_NULL, SID_NETWORK_SERVICE;

/* Rows from now on belong to a new step, until step_end(). Answers its index. */
uint32_t step_begin(struct world *w, const struct step *s);
/* The current step belongs to an edge (what world_edge() answered). */
void step_edge(struct world *w, uint32_t edge);
void step_end(struct world *w);

/* Rows from now on are benign but look like `obs`: counted, not listed. Until step_end(). */
void twin(struct world *w, enum obs obs);

/* Do fn(t, a, b) when time comes. */
void agenda_add(struct world *w, int64_t t, deed_fn *fn, uint32_t a, uint32_t b);
void agenda_run(struct world *w, int64_t upto);

uint32_t world_edge(struct world *w, const struct edge *e);
void world_external(struct world *w, const struct external *x);
uint32_t world_artefact(struct world *w, const struct artefact *a);
void world_loss(struct world *w, const struct loss *l);
void world_copy(struct world *w, const char *file, const char *of);
void world_gap(struct world *w, const struct gap *g);

void world_fail(struct world *w, const char *what);

/* --- time ----------------------------------------------------------------------------------- */

/* Midnight of day n of the window at the first organisation, as UTC. */
int64_t day_start(const struct world *w, int64_t n);
/* Hours of the local day as a time of it. */
static inline int64_t at_hour(const struct world *w, int64_t day, unsigned hour, unsigned minute)
{
	return day_start(w, day) + hour * HOUR + minute * MINUTE;
}
unsigned weekday_of(const struct world *w, uint32_t org, int64_t t); /* 0 Sunday */
bool is_holiday(const struct world *w, uint32_t org, int64_t t);     /* weekends too */

#endif
