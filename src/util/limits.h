/* limits.h - every ceiling in one place, each with its reason.
 *
 * A ceiling that is reached is a gap in the case (gap_kind GAP_LIMIT), never silence. Each module adds
 * its own lines under its heading. */
#ifndef SPOOR_UTIL_LIMITS_H
#define SPOOR_UTIL_LIMITS_H

/* --- event ---------------------------------------------------------------------------------- */
#define LIMIT_SCHEMAS 65536u              /* per worker; a hostile file could make one per record */
#define LIMIT_COLUMNS 4096u               /* per schema; formats.md: fields <= 4096 */
#define LIMIT_SCHEMA_BYTES (64u << 20)    /* names and constants of all schemas of a worker */
#define LIMIT_VALUE_TEXT (1u << 20)       /* one converted value; longer is cut and marked */

/* --- readers: EVTX -------------------------------------------------------------------------- */
#define LIMIT_BINXML_DEPTH 64u            /* elements inside elements, fragments inside values */
#define LIMIT_EVTX_VALUES 4096u           /* substitutions of one template instance */
#define LIMIT_EVTX_PLANS 16384u           /* compiled templates kept per worker */
#define LIMIT_EVTX_PLAN_BYTES (32u << 20) /* their memory */

/* --- readers: JSON lines -------------------------------------------------------------------- */
#define LIMIT_LINE_BYTES (1u << 20)       /* formats.md: a longer line is cut and flagged */
#define LIMIT_JSON_DEPTH 64u              /* formats.md */

#endif
