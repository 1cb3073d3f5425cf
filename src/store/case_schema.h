/* case_schema.h - the tables and views of case.db, documented in docs/case.md. Thread rule: constants. */
#ifndef SPOOR_STORE_CASE_SCHEMA_H
#define SPOOR_STORE_CASE_SCHEMA_H

#define CASE_FILE "case.db"
#define CASE_APPLICATION_ID 0x53706f72 /* "Spor", in the header of the file */
#define CASE_VERSION 4

/* Attribute columns of facts, in the order of enum fact_attr. */
#define FACT_COLUMNS                                                                                         \
	"host, account, account_sid, target_account, target_host, source_ip, source_host, "                  \
	"target_ip, port, logon_type, logon_id, process, process_id, parent, parent_id, command, "           \
	"object, hashes, detail, channel, parent_command, day, origin, "                                     \
	"agent, method, status, size, version, mac, nat_ip, observer, measure"

#define FACT_MARKS                                                                                           \
	"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

#define TIME_SQL(column)                                                                                     \
	"strftime('%Y-%m-%dT%H:%M:%S', (" column ") / 1000000000, 'unixepoch') || "                          \
	"printf('.%07dZ', ((" column ") % 1000000000) / 100)"

static const char CASE_SCHEMA[] =
	"CREATE TABLE run(\n"
	"  id INTEGER PRIMARY KEY CHECK(id = 1), version TEXT, command TEXT, rules_sha256 TEXT,\n"
	"  rules_name TEXT, values_sha256 TEXT, profile TEXT, started_ns INTEGER, rules_ok INTEGER, rules_rejected INTEGER, events INTEGER,\n"
	"  bytes INTEGER, finished INTEGER NOT NULL);\n"
	"CREATE TABLE items(\n"
	"  id INTEGER PRIMARY KEY, parent INTEGER, path TEXT NOT NULL, size INTEGER, mtime_ns INTEGER,\n"
	"  sha256 TEXT, format TEXT, verdict TEXT, reason TEXT, events INTEGER, recovered INTEGER,\n"
	"  first_ns INTEGER, last_ns INTEGER);\n"
	"CREATE TABLE rules(\n"
	"  n INTEGER PRIMARY KEY, id TEXT, title TEXT, level TEXT, status TEXT, reason TEXT,\n"
	"  path TEXT, tags TEXT, sha256 TEXT);\n"
	"CREATE INDEX rules_by_id ON rules(id);\n"
	"CREATE TABLE findings(\n"
	"  id INTEGER PRIMARY KEY, rule_id TEXT, title TEXT, level INTEGER NOT NULL, tags TEXT,\n"
	"  profile TEXT, time_ns INTEGER, host TEXT, channel TEXT, provider TEXT, event_id INTEGER,\n"
	"  record_id INTEGER, flags INTEGER, item INTEGER NOT NULL, offset INTEGER NOT NULL, record INTEGER NOT NULL);\n"
	"CREATE TABLE finding_refs(\n"
	"  finding INTEGER NOT NULL, n INTEGER NOT NULL, item INTEGER NOT NULL,\n"
	"  offset INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY(finding, n)) WITHOUT ROWID;\n"
	"CREATE TABLE finding_details(\n"
	"  finding INTEGER NOT NULL, n INTEGER NOT NULL, name TEXT, value TEXT,\n"
	"  PRIMARY KEY(finding, n)) WITHOUT ROWID;\n"
	"CREATE TABLE facts(\n"
	"  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key BLOB NOT NULL UNIQUE,\n"
	"  first_ns INTEGER, last_ns INTEGER,\n"
	"  count INTEGER NOT NULL, bytes INTEGER NOT NULL, hours INTEGER NOT NULL, refs TEXT NOT NULL,\n"
	"  host TEXT, account TEXT, account_sid TEXT, target_account TEXT, target_host TEXT,\n"
	"  source_ip TEXT, source_host TEXT, target_ip TEXT, port TEXT, logon_type TEXT,\n"
	"  logon_id TEXT, process TEXT, process_id TEXT, parent TEXT, parent_id TEXT, command TEXT,\n"
	"  object TEXT, hashes TEXT, detail TEXT, channel TEXT, parent_command TEXT, day TEXT,\n"
	"  origin TEXT, agent TEXT, method TEXT, status TEXT, size TEXT, version TEXT, mac TEXT,\n"
	"  nat_ip TEXT, observer TEXT, measure TEXT);\n"
	"CREATE TABLE gaps(\n"
	"  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, item INTEGER, range_from INTEGER,\n"
	"  range_to INTEGER, lost INTEGER, first_ns INTEGER, last_ns INTEGER, text TEXT);\n"
	"CREATE TABLE places(\n"
	"  ip TEXT PRIMARY KEY, country TEXT, asn INTEGER, network TEXT, kind TEXT) WITHOUT ROWID;\n"
	"CREATE TABLE levels(level INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
	"INSERT INTO levels VALUES (0,'informational'),(1,'low'),(2,'medium'),(3,'high'),\n"
	"  (4,'critical');\n"
	"CREATE INDEX facts_by_kind ON facts(kind, first_ns);\n"
	"CREATE INDEX findings_by_time ON findings(time_ns);\n"
	"CREATE INDEX findings_by_host ON findings(host, level);\n"

	"CREATE VIEW fact_refs AS SELECT facts.id AS fact, facts.kind, json_extract(value, '$[0]') AS item,\n"
	"  json_extract(value, '$[1]') AS offset, json_extract(value, '$[2]') AS record\n"
	"  FROM facts, json_each(facts.refs);\n"
	"CREATE VIEW v_findings AS SELECT f.id, " TIME_SQL(
		"f.time_ns") " AS time, l.name AS level,\n"
			     "  f.title, f.host, f.channel, f.event_id, f.record_id, f.rule_id, f.tags,\n"
			     "  coalesce(i.sha256, 'item' || f.item) || ':' || f.offset || ':' || f.record AS ref, i.path\n"
			     "  FROM findings f JOIN levels l USING(level) LEFT JOIN items i ON i.id = f.item\n"
			     "  ORDER BY f.time_ns, f.item, f.offset, f.rule_id;\n"
			     "CREATE VIEW v_facts AS SELECT f.id, f.kind, " TIME_SQL(
				     "f.first_ns") " AS first,\n"
						   "  " TIME_SQL(
							   "f.last_ns") " AS last, f.count, f.bytes, f.hours, " FACT_COLUMNS
									",\n"
									"  coalesce(i.sha256, 'item' || json_extract(f.refs, '$[0][0]')) || ':' ||\n"
									"  json_extract(f.refs, '$[0][1]') || ':' || json_extract(f.refs, '$[0][2]') AS ref\n"
									"  FROM facts f LEFT JOIN (SELECT id, sha256 FROM items) i\n"
									"  ON i.id = json_extract(f.refs, '$[0][0]');\n"
									"CREATE VIEW v_hosts AS SELECT host, " TIME_SQL(
										"min(first_ns)") " AS first,\n"
												 "  " TIME_SQL(
													 "max(last_ns)") " AS last, sum(count) AS events,\n"
															 "  count(DISTINCT channel) AS channels, count(DISTINCT day) AS days\n"
															 "  FROM facts WHERE kind = 'coverage' GROUP BY host;\n"
															 "CREATE VIEW v_coverage AS SELECT host, channel, day, sum(count) AS events\n"
															 "  FROM facts WHERE kind = 'coverage' GROUP BY host, channel, day;\n"
															 "CREATE VIEW v_rules_hit AS SELECT l.name AS level, title, rule_id, count(*) AS findings,\n"
															 "  count(DISTINCT host) AS hosts FROM findings JOIN levels l USING(level)\n"
															 "  GROUP BY rule_id, title, level ORDER BY findings.level DESC, findings DESC;\n"
															 "CREATE VIEW v_gaps AS SELECT g.kind, i.path, g.range_from, g.range_to, g.lost,\n"
															 "  " TIME_SQL("g.first_ns") " AS first, " TIME_SQL(
																 "g.last_ns") " AS last, g.text\n"
																	      "  FROM gaps g LEFT JOIN items i ON i.id = g.item;\n";

#endif
