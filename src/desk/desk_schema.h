/* desk_schema.h - the tables of a desk's registry, documented in docs/desk.md. Thread rule: constants. */
#ifndef SPOOR_DESK_DESK_SCHEMA_H
#define SPOOR_DESK_DESK_SCHEMA_H

#define DESK_APPLICATION_ID 0x5370646b /* "Spdk", in the header of the file */
#define DESK_VERSION 1

/* Times are text in UTC (2024-12-09T08:00:00Z): they sort, and people can read them in any shell of SQLite. */
static const char DESK_SCHEMA[] =
	"CREATE TABLE settings(\n"
	"  id TEXT PRIMARY KEY CHECK(id = 'desk'), org TEXT, contact TEXT, country TEXT, lang TEXT,\n"
	"  answer_days INTEGER, ref TEXT UNIQUE) WITHOUT ROWID;\n"
	"CREATE TABLE incidents(\n"
	"  id TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, title TEXT NOT NULL, tlp TEXT NOT NULL, pap TEXT NOT NULL,\n"
	"  severity TEXT NOT NULL, type TEXT NOT NULL, sector TEXT, province TEXT, country TEXT, cross_border TEXT,\n"
	"  status TEXT NOT NULL, opened TEXT NOT NULL, closed TEXT, deadline TEXT, named TEXT, case_path TEXT,\n"
	"  case_key TEXT, first_seen TEXT, note TEXT, hosts INTEGER, infected_hosts INTEGER, data_breach_cases INTEGER,\n"
	"  leaked_records INTEGER, leaked_bytes INTEGER, defaced_sites INTEGER, backdoored_sites INTEGER,\n"
	"  phishing_sites INTEGER, malicious_urls INTEGER, apps INTEGER) WITHOUT ROWID;\n"
	"CREATE INDEX incidents_by_time ON incidents(opened);\n"
	"CREATE TABLE parties(\n"
	"  id TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL, country TEXT,\n"
	"  contact TEXT, second TEXT, lang TEXT, note TEXT) WITHOUT ROWID;\n"
	"CREATE TABLE contacts(\n"
	"  scope TEXT NOT NULL, key TEXT NOT NULL, lo BLOB, hi BLOB, kind TEXT NOT NULL, contact TEXT NOT NULL,\n"
	"  name TEXT, country TEXT, source TEXT NOT NULL, seen TEXT NOT NULL,\n"
	"  PRIMARY KEY(scope, key, kind, contact)) WITHOUT ROWID;\n"
	"CREATE INDEX contacts_by_range ON contacts(scope, lo);\n"
	"CREATE TABLE notices(\n"
	"  id TEXT PRIMARY KEY, incident TEXT NOT NULL REFERENCES incidents(id), party TEXT NOT NULL, part INTEGER NOT NULL,\n"
	"  after TEXT, role TEXT NOT NULL, name TEXT NOT NULL, contact TEXT, country TEXT, lang TEXT NOT NULL, tlp TEXT NOT NULL,\n"
	"  pap TEXT NOT NULL, state TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, letter TEXT NOT NULL, xarf TEXT,\n"
	"  indicators TEXT, targets TEXT, content TEXT NOT NULL, made TEXT NOT NULL, deadline TEXT NOT NULL,\n"
	"  acknowledged TEXT, answer TEXT, UNIQUE(incident, party, part)) WITHOUT ROWID;\n"
	"CREATE TABLE mails(\n"
	"  id TEXT PRIMARY KEY, notice TEXT NOT NULL REFERENCES notices(id), n INTEGER NOT NULL, kind TEXT NOT NULL,\n"
	"  sender TEXT NOT NULL, contact TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, date TEXT, sent TEXT,\n"
	"  UNIQUE(notice, n)) WITHOUT ROWID;\n"
	"CREATE TABLE takedowns(\n"
	"  id TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, incident TEXT NOT NULL REFERENCES incidents(id),\n"
	"  target TEXT NOT NULL, kind TEXT NOT NULL, party TEXT, party_kind TEXT NOT NULL, country TEXT, state TEXT NOT NULL,\n"
	"  asked TEXT NOT NULL, deadline TEXT, down TEXT, note TEXT) WITHOUT ROWID;\n"
	"CREATE TABLE checks(\n"
	"  takedown TEXT NOT NULL REFERENCES takedowns(id), time TEXT NOT NULL, result TEXT NOT NULL, note TEXT,\n"
	"  PRIMARY KEY(takedown, time)) WITHOUT ROWID;\n"
	"CREATE TABLE vulns(\n"
	"  id TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, published TEXT NOT NULL, severity TEXT NOT NULL, title TEXT,\n"
	"  product TEXT) WITHOUT ROWID;\n"
	"CREATE INDEX vulns_by_time ON vulns(published);\n"
	"CREATE TABLE numbers(kind TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;\n"
	"CREATE TABLE trail(\n"
	"  n INTEGER PRIMARY KEY, time TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, object TEXT NOT NULL,\n"
	"  before TEXT, after TEXT, hash TEXT NOT NULL);\n"
	"CREATE TRIGGER trail_keeps BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is only added to'); END;\n"
	"CREATE TRIGGER trail_stays BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is only added to'); END;\n";

#endif
