/* limits.h - every ceiling in one place, each with its reason.
 *
 * A ceiling that is reached is a gap in the case (gap_kind GAP_LIMIT), never silence. Each module adds
 * its own lines under its heading. */
#ifndef SPOOR_UTIL_LIMITS_H
#define SPOOR_UTIL_LIMITS_H

/* Reasons stand in one column. */
/* clang-format off */

/* --- event ---------------------------------------------------------------------------------- */
#define LIMIT_SCHEMAS 65536u              /* per worker; a hostile file could make one per record */
#define LIMIT_ITEM_SCHEMAS 16384u          /* of these, used by one item */
#define LIMIT_ITEM_SCHEMA_BYTES (24u << 20) /* and their memory */
#define LIMIT_COLUMNS 4096u               /* per schema; formats.md: fields <= 4096 */
#define LIMIT_SCHEMA_BYTES (96u << 20)    /* names, constants and plans of all schemas of a worker: a third
					   * before it is replaced, a quarter for one item, the rest for what an
					   * item is refused */
#define LIMIT_VALUE_TEXT (1u << 20)       /* one converted value; longer is cut and marked */
#define LIMIT_RENDER_PLANS 16384u         /* ECS layouts remembered; forgotten when full, not refused */
#define LIMIT_RENDER_BYTES (16u << 20)    /* their memory */

/* --- readers: EVTX -------------------------------------------------------------------------- */
#define LIMIT_BINXML_DEPTH 64u            /* elements inside elements, fragments inside values */
#define LIMIT_BINXML_NAME 1024u           /* UTF-16 units; Windows names have 255 at most */
#define LIMIT_EVTX_PATH 8192u             /* bytes of all names from the root to a field */
#define LIMIT_EVTX_ITEM_PLAN_BYTES (8u << 20) /* templates that one item may use */
#define LIMIT_EVTX_VALUES 4096u           /* substitutions of one template instance */
#define LIMIT_EVTX_PLANS 16384u           /* compiled templates kept per worker */
#define LIMIT_EVTX_RECORD_TEXT (8u << 20) /* texts joined from parts, of one record */
#define LIMIT_EVTX_RUNS 65536u            /* runs of record ids per item; filtered exports have one per record */
#define LIMIT_EVTX_PLAN_BYTES (32u << 20) /* their memory */

/* --- readers: JSON lines -------------------------------------------------------------------- */
#define LIMIT_LINE_BYTES (1u << 20)       /* formats.md: a longer line is cut and flagged */
#define LIMIT_JSON_DEPTH 64u              /* formats.md */
#define LIMIT_JSON_NAME 1024u             /* bytes of a member name; longer is cut. Real ones stay below 100 */
#define LIMIT_JSON_PLANS 16384u           /* structures remembered; then forgotten, not refused */
#define LIMIT_JSON_PLAN_BYTES (8u << 20)  /* memory of those, and of building one */
#define LIMIT_JSON_FIELDS 4000u           /* of one file with columns, fewer than LIMIT_COLUMNS; further ones (labels,
					   * ids as names) share a column */
#define LIMIT_JSON_DATASETS 64u           /* of one file, as documents name them; an export of a cluster has 20 */
#define LIMIT_JSON_GROUPS 4096u           /* datasets with wide schemas; more have one per structure */

/* --- readers: text logs --------------------------------------------------------------------- */
#define LIMIT_TEXT_RECORD_BYTES (8u << 20) /* texts put together for one record: a line and its parts */
#define LIMIT_TEXT_JOIN 1024u             /* lines of one record; stack traces have some hundred */
#define LIMIT_TEXT_SHAPES 16384u          /* lists of columns remembered; then forgotten, not refused */
#define LIMIT_TEXT_SHAPE_BYTES (8u << 20) /* their names */
#define LIMIT_TEXT_KEYS 256u              /* columns learned of one kind of key=value line; the rest as one text */
#define LIMIT_AUDITD_FIELDS 256u          /* of one event of the audit log; a hash of twice as many is in its reader */
#define LIMIT_LINEPAT_STEPS 128u          /* literals and fields of one line pattern: our own text */

/* --- readers: tables and other exports ------------------------------------------------------- */
#define LIMIT_CSV_COLUMNS 2048u           /* of one header; csvde of a whole directory has 300 to 1,500 */
#define LIMIT_LDIF_LINES 32768u           /* of one entry: a group of as many members */

/* --- facts ---------------------------------------------------------------------------------- */
#define LIMIT_FACT_VALUE 4096u            /* one attribute; longer is cut and marked */
#define LIMIT_FACTS_SOFT 65536u           /* per table: hand them on; 16 MiB without their texts */
#define LIMIT_FACT_BYTES_SOFT (16u << 20) /* texts of the same, each once; leaves room in a worker's 64 MiB */
#define LIMIT_FACT_TEXTS_SOFT 262144u     /* so many of them: 8 MiB beside their bytes */
#define LIMIT_FACTS 262144u               /* per table, hard: nobody handed them on */
#define LIMIT_FACT_BYTES (96u << 20)      /* texts of the same */
#define LIMIT_FACT_TEXTS (4u << 20)       /* so many of them */
#define LIMIT_FACT_SITES 8192u            /* (schema, provider, channel, host) combinations bound at a time */
#define LIMIT_FACT_SITE_BYTES (4u << 20)  /* their keys */
#define LIMIT_FACT_PLAN_BYTES (16u << 20) /* what was bound for them */
#define LIMIT_TASK_XML (256u << 10)       /* of a task's definition is searched for its action */

/* --- engine --------------------------------------------------------------------------------- */
#define LIMIT_WORKERS 256u                /* processes; more than any machine of an analyst has */
#define LIMIT_PIECE_BYTES (16u << 20)     /* larger files are cut; its output must fit LIMIT_OUTPUT_BUFFER */
#define LIMIT_OUTPUT_BUFFER (32u << 20)   /* per worker, waiting for its turn to write */
#define LIMIT_WINDOW (48u << 20)          /* content held for one reader; no record is that long */
#define LIMIT_WORKER_AS (UINT64_C(3) << 29) /* 1.5 GiB of address space per worker */
#define LIMIT_WORKER_STALL_S 60u          /* no progress for so long: the worker is killed */
#define LIMIT_WORKER_START_S 300u         /* sandbox and compiled rules must be ready by then */
#define LIMIT_TASK_RETRIES 16u            /* deaths inside one archive before its rest is given up */
#define LIMIT_ITEM_GROWTH (UINT64_C(1) << 30) /* a growing file is read so far beyond its found size */
#define LIMIT_READ_ERRORS 16u             /* failed reads stepped over in one file */
#define LIMIT_MEMBERS (1u << 24)          /* members of one archive, nested ones included */
#define LIMIT_GAPS_ITEM 4096u             /* gaps told one by one per item or piece; then summed up */
#define LIMIT_RUNS (1u << 20)             /* record-id runs of a case held in memory */
#define LIMIT_HOST_FOLDERS 16384u         /* folders of the evidence that are machines' */
#define LIMIT_DECLARED_BYTES (4u << 20)   /* declared zones and codings; a zone has some hundred steps */
#define LIMIT_WIRE_FRAME (8u << 20)       /* one message between coordinator and worker */
#define LIMIT_WIRE_BATCH (256u << 10)     /* results are sent when they reach this */
#define LIMIT_WIRE_TEXT (128u << 10)      /* one text in a message; longer is cut */
#define LIMIT_WIRE_UNPACKED (64u << 20)   /* a frame unpacked: stops amplification by tiny parts */
#define LIMIT_WIRE_REFS 256u              /* event references of one finding */
#define LIMIT_SPOOL_BYTES (64u << 20)     /* results waiting for earlier items, before they go to disk */
#define LIMIT_SORTER_RUNS 4096u           /* sorted runs on disk; 32-way merging keeps far below */

/* --- evidence ------------------------------------------------------------------------------- */
#define LIMIT_WALK_ITEMS 1000000u         /* files of a run, about 400 bytes of memory each */
#define LIMIT_WALK_DEPTH 1024u            /* directories inside directories; each costs an openat */
#define LIMIT_WALK_PATH_BYTES (512u << 20) /* all names together */
#define LIMIT_FILE_BYTES (UINT64_C(16) << 40)   /* ext4's own ceiling; above it: /proc/kcore and such */
#define LIMIT_SPARSE_BYTES (UINT64_C(64) << 30) /* above it a file must be stored at ... */
#define LIMIT_SPARSE_RATIO 1000u          /* ... a thousandth of its size at least: holes read as days of zeros */
#define LIMIT_ARCHIVE_DEPTH 5u            /* zip of zip of tar.gz of gz is 4; a quine never ends */
#define LIMIT_ARCHIVE_MEMBERS 1000000u    /* per outer file; each becomes an item of the case */
#define LIMIT_ARCHIVE_MEMBER_BYTES (UINT64_C(16) << 40) /* as LIMIT_FILE_BYTES */
#define LIMIT_ARCHIVE_BYTES (UINT64_C(64) << 40) /* unpacked at all levels together, per outer file */
#define LIMIT_ARCHIVE_RATIO 2000u         /* unpacked : packed. Deflate of zeros, as in a fresh EVTX, is 1,032 */
#define LIMIT_ARCHIVE_RATIO_FROM (64u << 20)    /* below it no ratio is wrong: it costs no time */
#define LIMIT_ARCHIVE_RATIO_BULK 250u     /* logs pack 10..50 : 1; what unpacks to gigabytes and ... */
#define LIMIT_ARCHIVE_RATIO_BULK_FROM (UINT64_C(4) << 30) /* ... packs better than this is a bomb */
#define LIMIT_ARCHIVE_BUFFER (32u << 20)  /* inner zip and 7z kept in memory to be read by their directory */
#define LIMIT_ARCHIVE_RESUMES 1000000u    /* member headers read again after damaged members, per container */
#define LIMIT_ARCHIVE_NAME 32768u         /* shown bytes of a member name; Windows allows 32,767 characters */
#define LIMIT_DECODER_BYTES (128u << 20)  /* window of xz and zstd: the largest that their tools use unasked */

/* --- command line --------------------------------------------------------------------------- */
#define LIMIT_HUNT_SORT_BYTES (64u << 20) /* findings in memory while they are sorted; then on disk */
#define LIMIT_FINDING_MEM (16u << 20)     /* references of one finding that is printed */
#define LIMIT_ITEM_NAMES 1000000u         /* files with findings; as LIMIT_WALK_ITEMS */
#define LIMIT_ITEM_NAME_BYTES (128u << 20) /* their paths */
#define LIMIT_INDICATOR_BYTES (64u << 20) /* one file of indicators; MISP's largest feeds export 30 MB */
#define LIMIT_INDICATOR_DEPTH 64u         /* brackets in brackets; STIX and MISP nest 8 deep */
#define LIMIT_INDICATOR_TEXT 4096u        /* one value; paths of Windows end at 32,767, nobody lists such */
#define LIMIT_SCOPE_INDICATORS 1000000u
#define LIMIT_SCOPE_MATCHES 1000000u      /* pairs of a host and an indicator that met */
#define LIMIT_SCOPE_BYTES (256u << 20)    /* their texts */
#define LIMIT_SHOW_SCAN (64u << 20)       /* bytes read from a piece's start to reach one record */
#define LIMIT_SHOW_MEM (1u << 20)         /* paths that show looks at */
#define LIMIT_SHOW_DUMP (1u << 20)        /* bytes of a record that are shown in hex */

/* --- store ---------------------------------------------------------------------------------- */
#define LIMIT_STORE_TEXT (64u << 10)      /* one text of a case; longer is cut, ours are shorter */
#define LIMIT_STORE_FINDING_REFS 100000u  /* of one finding read back; a correlation may name many */

/* --- desk ----------------------------------------------------------------------------------- */
#define LIMIT_DESK_ROW (64 << 20)         /* one row of a registry: a notice with its indicators */
#define LIMIT_DESK_WAIT_MS 10000          /* for another command, which takes milliseconds */
#define LIMIT_DESK_TEXT 4096u             /* one field; longer is refused: nobody reads it in a table */
#define LIMIT_DESK_FILE (64u << 20)       /* a file that is imported; a national list of contacts has 10 MB */
#define LIMIT_DESK_JSON 1000000u          /* values of one file of RDAP, 150 bytes of memory each; an answer has 300 */
#define LIMIT_DESK_ROWS 1000000u          /* of it */
#define LIMIT_DESK_BYTES (256u << 20)     /* their text in memory */
#define LIMIT_DESK_SIGNS 200u             /* of a notice; who gets it reads no more, and is told how many there are */
#define LIMIT_DESK_REPORTS 200u           /* XARF reports that a mail carries one by one; the table has all */
#define LIMIT_DESK_PARTIES 100000u        /* who is written to about one incident */
#define LIMIT_DESK_COUNT UINT64_C(1000000000000000) /* a number in a field: a petabyte */

/* --- sigma and detect ----------------------------------------------------------------------- */
#define LIMIT_YAML_NODES 262144u          /* per document, aliases expanded; SigmaHQ's largest has 2,000 */
#define LIMIT_YAML_DEPTH 64u              /* rules nest 6 deep */
#define LIMIT_YAML_KEYS 4096u             /* of one map; they are compared pairwise */
#define LIMIT_YAML_ANCHOR_BYTES (1u << 20)
#define LIMIT_RULE_BYTES (1u << 20)       /* one rule file; SigmaHQ's largest is 60 KB */
#define LIMIT_RULES_BYTES (256u << 20)    /* all rule texts; 27 times SigmaHQ */
#define LIMIT_RULE_FILES 200000u
#define LIMIT_RULES_DEPTH 32u             /* directories inside directories of rules */
#define LIMIT_SIGMA_BYTES (256u << 20)    /* compiled rules; SigmaHQ takes 20 MiB */
#define LIMIT_SIGMA_FIELDS 65536u         /* different field names */
#define LIMIT_SIGMA_PREDICATES (1u << 22) /* different values; SigmaHQ has 28,000 */
#define LIMIT_SIGMA_NODES (1u << 24)
#define LIMIT_SIGMA_VALUES 65536u         /* of one item, after encodings */
#define LIMIT_RELEASE_BYTES (256u << 20)  /* a downloaded release of rules; SigmaHQ's is 6 MB */
#define LIMIT_PIN_BYTES (64u << 20)       /* the list of its hashes; 200 bytes a rule */
#define LIMIT_CENSUS_ITEM_KINDS 4096u     /* kinds of events told apart in one item; Windows has about 1,500 in use */
#define LIMIT_CENSUS_KINDS 65536u         /* the same in all evidence together */
#define LIMIT_CENSUS_FIELDS 262144u       /* (kind, field) pairs; 20 per kind */
#define LIMIT_CENSUS_KIND_FIELDS 4096u    /* fields told of one kind; as LIMIT_COLUMNS */
#define LIMIT_CENSUS_NAME 1024u           /* bytes of a channel, provider or field name */
#define LIMIT_CENSUS_BYTES (16u << 20)    /* their text */
#define LIMIT_PLACEHOLDERS 10000u         /* names in all value files; SigmaHQ uses 24 */
#define LIMIT_PLACEHOLDER_VALUES 1000000u /* their values; hosts and accounts of a large company */
#define LIMIT_PLACEHOLDER_NEST 8u         /* placeholders in one value of a rule; SigmaHQ has 1 */
#define LIMIT_SIGMA_ELEMENTS 65536u       /* code points of one value */
#define LIMIT_SIGMA_DEPTH 128u            /* parentheses of a condition; SigmaHQ nests 3 */
#define LIMIT_SIGMA_TAGS 4096u            /* bytes of a rule's tags */
#define LIMIT_FILTER_RULES 8192u          /* that one filter names */
#define LIMIT_CORRELATION_RULES 1024u     /* that one correlation refers to */
#define LIMIT_CORRELATION_ORDERED 32u     /* of these, in an order: simultaneous events are matched to them */
#define LIMIT_CORRELATION_FIELDS 16u      /* in group-by, and in a condition */
#define LIMIT_CORRELATION_ALIASES 4096u   /* (alias, rule) pairs */
#define LIMIT_CORRELATION_DEPTH 8u        /* correlations of correlations; the specification shows 2 */
#define LIMIT_CORRELATION_CYCLE 64u       /* members of a circle that are followed to name it */
#define LIMIT_CORRELATION_WANTS (1u << 22) /* names and references of all correlations together */
#define LIMIT_CORRELATION_SORT (48u << 20) /* matches in memory while they are sorted; then on disk */
#define LIMIT_CORRELATION_WINDOW 1000000u /* matches of one group in one timespan: 64 MiB */
#define LIMIT_CORRELATION_VALUES (32u << 20) /* text of their different values */
#define LIMIT_CORRELATION_NAMES (16u << 20) /* text of the names of hosts */
#define LIMIT_CORRELATION_REFS 100000u    /* events that one finding names; LIMIT_STORE_FINDING_REFS reads them back */
#define LIMIT_FINDING_KEYS 64u            /* fields of one rule that correlations ask for */
#define LIMIT_FINDING_KEY 65536u          /* bytes of such a value; a longer one is compared with nothing */
#define LIMIT_REGEX_PATTERN 32768u        /* bytes of one expression */
#define LIMIT_REGEX_NEST 100u             /* its parentheses */
#define LIMIT_REGEX_STEPS 1000000u        /* about 20 ms of backtracking for one value */
#define LIMIT_REGEX_STEPS_QUICK 20000u    /* beyond it a linear engine is asked */
#define LIMIT_REGEX_HEAP_KIB 32768u
#define LIMIT_FINDING_VALUE 1024u         /* bytes of a value shown with a finding */
#define LIMIT_DETECT_CLASSES 4096u        /* (schema, channel, event id) kinds bound at a time */
#define LIMIT_DETECT_BYTES (48u << 20)    /* their memory; when reached, they are bound anew */
#define LIMIT_DETECT_MEMO (8u << 20)      /* values remembered with their hits */
#define LIMIT_SIGMA_GROUPS 65536u         /* different log sources of rules; SigmaHQ has 170 */
#define LIMIT_DETECT_DBS 65536u           /* scan databases; one per log source and field */
#define LIMIT_DETECT_DB_BYTES (256u << 20) /* their bytes; SigmaHQ's are some MiB */
#define LIMIT_RULE_IMAGE (1u << 30)        /* compiled rules in one piece */
#define LIMIT_RULE_IMAGES 8u               /* of them kept per user */

/* --- serve ---------------------------------------------------------------------------------- */
#define LIMIT_SERVE_HEAD (16u << 10)      /* a request's head; browsers send 1 to 2 KB, cookies of neighbours included */
#define LIMIT_SERVE_FIELDS 100u           /* its header fields; browsers send 20 */
#define LIMIT_SERVE_BODY (1u << 20)       /* a request's body; a decision takes some hundred bytes */
#define LIMIT_SERVE_CONNECTIONS 64u       /* sockets at a time; a browser opens 6 to one server */
#define LIMIT_SERVE_HEAD_S 5u             /* from accept to the end of the head; on one machine it takes none */
#define LIMIT_SERVE_IDLE_S 30u            /* no byte either way */
#define LIMIT_SERVE_SEND_S 60u            /* from the answer's start until it must have been taken */
#define LIMIT_SERVE_WATCH_S 25u           /* a question for changes waits so long; proxies and browsers give up at 30 */
#define LIMIT_SERVE_LOOK_MS 1000u         /* so often the case is looked at for changes while somebody waits */
#define LIMIT_SERVE_WRONG 20u             /* wrong tokens in a row; then they are told to slow down */
#define LIMIT_SERVE_ANSWER (256u << 20)   /* one answer; the document of a large case is 20 MB */
#define LIMIT_SERVE_EVENTS 4u             /* records read at a time, a process each */
#define LIMIT_SERVE_EVENT_S 10u           /* for one of them; the hash of 10 GB takes 5 s */
#define LIMIT_SERVE_STORY_S 900u          /* for the story of a case; 100 M facts take minutes */
#define LIMIT_SERVE_SEARCH_MS 2000u       /* for one look through the case; the next one goes on behind it */
#define LIMIT_SERVE_SEARCH_ROWS 200u      /* of one answer; a page shows no more */
#define LIMIT_SERVE_DESK_S 90u            /* for a verb of the desk; notices of a large case take 15 s */
#define LIMIT_SERVE_QUERY 256u            /* bytes of what is searched for */
#define LIMIT_SEARCH_HIT_TEXT 400u        /* bytes shown of a row that was found */
#define LIMIT_SERVE_NEIGHBOURS 3u         /* records named before and behind one that is shown */

/* --- story ---------------------------------------------------------------------------------- */
#define LIMIT_STORY_BYTES (512u << 20)    /* text of a story; names and commands, not evidence */
#define LIMIT_STORY_HOSTS 100000u         /* a large company; more are counted as dropped */
#define LIMIT_STORY_CHANNELS 1000000u     /* (host, channel) pairs: ten per host */
#define LIMIT_STORY_DAYS 8000000u         /* (host, channel, day): 64 MiB */
#define LIMIT_STORY_RULES 20000u          /* rules with findings; Sigma has 4,000 */
#define LIMIT_STORY_ADDRESSES 500000u
#define LIMIT_STORY_CLAIMS 4000000u       /* (address, host, time): 5,000 hosts for two years, 72 bytes each */
#define LIMIT_CLOCK_SAMPLES 2000000u      /* times that two logs have of one event */
#define LIMIT_CASE_FILE (4u << 20)        /* of case.yaml, written by hand */
#define LIMIT_DECISIONS_FILE (32u << 20)  /* of decisions.jsonl: what people type */
#define LIMIT_DECISIONS 50000u
#define LIMIT_DECISION_TARGET 2000u       /* bytes: a rule's id and a reference, a pattern of paths */
#define LIMIT_DECISION_REASON 8000u
#define LIMIT_DECISION_NAME 200u
#define LIMIT_SELFRUN_MS 60000            /* of a run of the program for an answer */
#define LIMIT_SELFRUN_BYTES (64u << 20)
#define LIMIT_STORY_EDGES 200000u
#define LIMIT_STORY_OBSERVATIONS 200000u  /* nobody reads more; all facts stay in the case */
#define LIMIT_STORY_ARRIVALS 500000u      /* remote logons as points in time */
#define LIMIT_STORY_ITEMS 1000000u        /* as LIMIT_WALK_ITEMS */
#define LIMIT_STORY_GAPS 100000u          /* kept one by one; all are counted */
#define LIMIT_STORY_PAGES 100000u         /* pages and children of servers looked at */
#define LIMIT_JSON_FACTS 250000u          /* of case.json: with more, a file that nobody opens; case.db has them */
#define LIMIT_STORY_CLUES 400000u         /* sights of hosts of an incident: a hundred each of 4,000 hosts */
#define LIMIT_TRACE_ROWS 8000000u         /* rows of one table of things and pairs: 0.2 to 1 GiB at most */
#define LIMIT_TRACE_TEXTS 16000000u       /* distinct names, paths, addresses of a case */
#define LIMIT_TRACE_TEXT_BYTES (1024u << 20)

/* --- warn ----------------------------------------------------------------------------------- */
#define LIMIT_VERSION_TEXT 256u           /* bytes of a version; real ones stay below 100 */
#define LIMIT_RANGE_TEXT 1024u            /* of a range in words: nobody writes a longer one */
#define LIMIT_CPE_TEXT 1024u              /* of a name of CPE; the dictionary's longest has 200 */
#define LIMIT_PRODUCT_TEXT 512u           /* of a vendor's or a product's name; longer is cut */
#define LIMIT_WARN_FILE_BYTES (UINT64_C(2) << 30) /* one feed: half of what the index of tokens can address */
#define LIMIT_WARN_LIST_BYTES (256u << 20) /* an inventory, a list of scores or of identifiers */
#define LIMIT_WARN_DEPTH 64u              /* brackets in brackets; CSAF's branches nest 10 deep */
#define LIMIT_WARN_NODES 50000000u        /* values of one record; the largest advisories have some 100,000 */
#define LIMIT_WARN_ROWS 2000000u          /* rows of all inventories */
#define LIMIT_WARN_STOCK_BYTES (1u << 30) /* their text and keys */
#define LIMIT_WARN_RECORDS 4000000u       /* CVE has 300,000; four sources and some years */
#define LIMIT_WARN_BYTES (2047u << 20)   /* what is kept of records that met a row */
#define LIMIT_WARN_HITS 8000000u          /* pairs of a vulnerability and a row: 256 MiB */
#define LIMIT_WARN_SCORES 2000000u        /* lines of EPSS, KEV and identifiers */
#define LIMIT_WARN_WILD 10000u            /* criteria with a wildcard in their vendor or product: each is tried on every product */
#define LIMIT_WARN_STEPS 10000000u        /* comparisons for one record: some seconds ... */
#define LIMIT_WARN_STEPS_ROW 200u         /* ... and so many more for each row of the inventories */
#define LIMIT_WARN_PARTS 2000000u         /* products, versions, criteria of one record */

/* --- redaction ------------------------------------------------------------------------------- */
#define LIMIT_REDACT_NAMES 2000000u       /* names of a victim: hosts, accounts, what was met on the way */
#define LIMIT_REDACT_BYTES (256u << 20)   /* their text */
#define LIMIT_REDACT_NAME 255u            /* one name; longer ones are no names */

#endif
