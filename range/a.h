/* a.h - scenario A: its parameters. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_A_H
#define SPOOR_RANGE_A_H

#include "acts.h"
#include "scenario.h"

#define A_RELEASES 3
#define A_CONTROL 3

/* Everything about the vendor's product and the intrusion that has a name or a number. */
struct a_plan {
	uint32_t org, dms, update, jump, files;
	bool update_linux, attacked;
	/* the product */
	const char *vendor, *product, *agent_exe, *updater_exe, *service, *folder, *data_folder;
	const char *url_root, *manifest, *package_file, *agent_ua,
		*store;            /* store: folder of packages on the server */
	const char *context, *war; /* of the document system's web application */
	const char *upload_path, *converter;
	uint16_t port;
	uint32_t poll_minutes;
	const char *version[A_RELEASES];
	int64_t released[A_RELEASES];
	uint64_t size[A_RELEASES];
	uint32_t deployer; /* person whose account serves the update server */
	/* the intrusion */
	uint32_t relay[2];
	uint32_t control[A_CONTROL];
	const char *control_name[A_CONTROL];
	uint32_t cloud;
	const char *cloud_name;
	const char *page, *foothold_service, *foothold_image, *foothold_task;
	const char *implant, *implant_service, *implant_image, *archiver, *archive_folder, *archive_suffix,
		*print;
	uint64_t bad_size;
	uint32_t bad_version; /* index of the release that was replaced */
	int64_t probe, entry, move, tamper, pilot, mass, mass_end, theft, clean;
	uint32_t npilot;
	uint32_t *target;  /* per host: 0 no, 1 controlled, 2 blocked, 3 aborted; +16 pilot; +32 done */
	uint32_t artefact; /* the tampered package */
	uint32_t loss_count;
	const char *release_decoy[A_RELEASES];
};

/* Draw the product, build the hosts' share of it; draw the intrusion. */
void a_draw_product(struct world *w, struct a_plan *a);
void a_draw_intrusion(struct world *w, struct a_plan *a);

static inline struct a_plan *a_of(struct world *w)
{
	return w->scenario_a;
}

/* A step of the intrusion on a host. */
uint32_t a_step(struct world *w, const char *phase, const char *what, uint32_t host, uint32_t from,
		enum obs obs, unsigned shows, int64_t t);

/* a_update.c: polls, downloads, installations, releases. */
const char *a_package_path(const struct a_plan *a, uint32_t version, char *out, size_t cap);
void a_release_plan(struct world *w, struct a_plan *a);
void a_fetch(struct world *w, uint32_t host, int64_t t);
void a_force_rest(struct world *w, int64_t t, uint32_t a, uint32_t b);

/* a_server.c: entry, foothold, takeover, cleaning. a_client.c: control, collection, theft. */
void a_server_plan(struct world *w, struct a_plan *a);
void a_installed(struct world *w, uint32_t host, int64_t t, uint32_t outcome);
void a_client_plan(struct world *w, struct a_plan *a);
void a_dms_life(struct world *w, int64_t t, uint32_t a, uint32_t b);

#endif
