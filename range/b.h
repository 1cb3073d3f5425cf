/* b.h - scenario B: its parameters. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_B_H
#define SPOOR_RANGE_B_H

#include "acts.h"
#include "scenario.h"

#define B_SUBSIDIARIES 3
#define B_RELAYS 7
#define B_SPANS 64
#define B_TARGETS 64

enum b_entry { B_SSRF, B_PATH };                 /* how the server was entered */
enum b_drop { B_VDIR, B_EXPORT, B_CERTIFICATE }; /* how the page came to be */
enum b_keep { B_MODULE, B_AGENT };               /* how they stayed */
enum b_method { B_SERVICE, B_WMI, B_WINRM, B_DESKTOP, B_TASK, B_SSH, B_DEVICE };

struct b_target {
	uint32_t host, from;
	enum b_method method;
	uint32_t wave;
	bool direct; /* calls out by itself */
};

struct b_plan {
	uint32_t org[1 + B_SUBSIDIARIES], mx[4], nmx, jump, vpn, journal_ip;
	const char *monitor_ua, *journal_user;
	bool attacked;
	enum b_entry entry_by;
	enum b_drop drop_by;
	enum b_keep keep_by;
	uint32_t relay[B_RELAYS], control, mail_drop;
	const char *control_name, *page, *ua, *print, *canary, *letter;
	const char *module, *agent_name, *agent_path;
	const char *implant, *service, *task, *archive_folder, *archive_suffix, *stage_name, *pst_folder;
	const char *forward_to, *ews_ua;
	uint32_t service_account, stolen, vpn_user; /* people */
	struct {
		int64_t from, to;
		uint32_t relay;
	} spans[B_SPANS];
	uint32_t nspans;
	int64_t entry, drop, keep, credentials, mail, end, wave[5];
	uint32_t *mailbox; /* people whose mail is taken */
	uint32_t nmailbox;
	struct b_target target[B_TARGETS];
	uint32_t ntarget, second_hop; /* the subsidiary's jump host */
};

static inline struct b_plan *b_of(struct world *w)
{
	return w->scenario_b;
}

uint32_t b_step(struct world *w, const char *phase, const char *what, uint32_t host, uint32_t from,
		enum obs obs, unsigned shows, int64_t t);
/* The relay that is used at a time. */
uint32_t b_relay(const struct b_plan *b, int64_t t);
struct process b_pool(struct world *w, uint32_t host, const char *pool);
const char *b_address(struct world *w, uint32_t person);

void b_mail_plan(struct world *w, struct b_plan *b);
void b_move_plan(struct world *w, struct b_plan *b);
void b_wipe(struct world *w, uint32_t host, const char *source, int64_t from, int64_t to, const char *cause);

#endif
