#include "samples.h"

#include <errno.h>

#include "defs.h"
#include "rng.h"

#define START UINT64_C(133484544000000000) /* 2024-01-01T00:00:00Z */
#define SECOND UINT64_C(10000000)
#define LIMIT_SAMPLE_BYTES (16u << 20) /* values of one file; a record is below 64 KiB */

struct sample {
	FILE *f;
	struct evtx_writer *w;
	arena mem;
	uint64_t time;
};

static int sample_open(struct sample *s, const char *dir, const char *name, err *e)
{
	str path;

	memset(s, 0, sizeof *s);
	arena_init(&s->mem, LIMIT_SAMPLE_BYTES);
	path = arena_printf(&s->mem, "%s/%s", dir, name);
	if (!path.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");
	s->time = START;
	s->f = fopen(path.ptr, "w+be");
	if (!s->f)
		return err_errno(e, errno, "cannot create %s", path.ptr);
	return evtx_writer_to_file(&s->w, s->f, e);
}

static int sample_close(struct sample *s, int rc, err *e)
{
	if (rc == 0)
		rc = evtx_writer_finish(s->w, e);
	evtx_writer_free(s->w);
	if (s->f && fclose(s->f) != 0 && rc == 0)
		rc = err_errno(e, errno, "cannot close a sample");
	arena_done(&s->mem);
	return rc;
}

/* One record whose values are given as texts, d->nfields of them; NULL: null. */
static int sample_add(struct sample *s, const struct evtx_def *d, const char *const *texts, err *e)
{
	struct evtx_value v[EVTX_FIELDS_MAX] = { { 0 } };
	struct evtx_value sid;
	struct evtx_record r = { .def = d, .computer = "sample.example", .pid = 4, .tid = 8, .values = v };

	if (evtx_value_parse(EVTX_SID, STR("S-1-5-18"), &s->mem, &sid, e) < 0)
		return -1;
	for (uint32_t i = 0; i < d->nfields; i++)
		if (texts[i] && evtx_value_parse(d->fields[i].type, str_of(texts[i]), &s->mem, &v[i], e) < 0)
			return -1;
	r.user_sid = sid.data;
	r.created = s->time;
	r.written = s->time + 1;
	s->time += SECOND;
	return evtx_writer_add(s->w, &r, e);
}

/* --- every value type ----------------------------------------------------------------------- */

static const struct {
	const char *field, *text;
} TYPE_ROWS[] = {
	{ "String:str", "plain text" },
	{ "Empty:str", "" },
	{ "NonAscii:str", "Gr\xc3\xbc\xc3\x9f \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x94\x8d" },
	{ "Markup:str", "<a href=\"x\">&amp;</a> ]]> 'quoted'" },
	{ "Controls:str", "tab\there\nline two\r\nthree" },
	{ "Ansi:ansi", "narrow" },
	{ "Int8:i8", "-128" },
	{ "UInt8:u8", "255" },
	{ "Int16:i16", "-32768" },
	{ "UInt16:u16", "65535" },
	{ "Int32:i32", "-2147483648" },
	{ "UInt32:u32", "4294967295" },
	{ "Int64:i64", "-9223372036854775808" },
	{ "UInt64:u64", "18446744073709551615" },
	{ "Float:f32", "0.5" },
	{ "Double:f64", "-2.25" },
	{ "True:bool", "true" },
	{ "False:bool", "false" },
	{ "Binary:bin", "00FF10ab" },
	{ "Guid:guid", "{00112233-4455-6677-8899-AABBCCDDEEFF}" },
	{ "Pointer:ptr", "0x1f4" },
	{ "Time:time", "2024-04-18T02:13:58.1129047Z" },
	{ "SystemTime:systime", "2024-02-29T23:59:58.125Z" },
	{ "Sid:sid", "S-1-5-21-1004336348-1177238915-682003330-512" },
	{ "Hex32:hex32", "0xc000006d" },
	{ "Hex64:hex64", "0x8020000000000000" },
	{ "NullOptional:str?", NULL },
	{ "ThereOptional:u32?", "7" },
	{ "Strings:str[]", "one\x1f\x1fthree" },
	{ "Numbers:u32[]", "1\x1f"
			   "2\x1f"
			   "4294967295" },
	{ "Shorts:u16[]", "1\x1f"
			  "65535" },
	{ "HexNumbers:hex64[]", "0x1\x1f"
				"0xffffffffffffffff" },
	{ "Guids:guid[]",
	  "{00112233-4455-6677-8899-AABBCCDDEEFF}\x1f{FFEEDDCC-BBAA-9988-7766-554433221100}" },
	{ "Bools:bool[]", "true\x1f"
			  "false" },
	{ "NullRequired:str", NULL }, /* libevtx 20181227 stops at it, so it comes last */
};

static int types_file(struct sample *s, err *e)
{
	struct evtx_def *d = arena_array(&s->mem, COUNT(TYPE_ROWS), sizeof *d);

	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the definitions");
	for (size_t i = 0; i < COUNT(TYPE_ROWS); i++) {
		d[i] = (struct evtx_def){ .provider = "Spoor-Range-Types",
					  .provider_guid = "{8d2a1f50-5c3b-4f0e-9a61-0d4a6a1b7c01}",
					  .channel = "Spoor-Range/Types",
					  .id = (uint16_t)(i + 1),
					  .level = 4,
					  .keywords = UINT64_C(0x8000000000000000) };
		if (def_fields(&d[i], TYPE_ROWS[i].field, e) < 0 ||
		    sample_add(s, &d[i], &TYPE_ROWS[i].text, e) < 0)
			return -1;
	}
	return 0;
}

/* --- ordinary shapes ------------------------------------------------------------------------ */

static const char *const LOGON[] = {
	"S-1-5-18",
	"HOST$",
	"EXAMPLE",
	"0x3e7",
	"S-1-5-21-1-2-3-1104",
	"user",
	"EXAMPLE",
	"0x4f1a2b",
	"3",
	"NtLmSsp ",
	"NTLM",
	"WS07",
	"{00000000-0000-0000-0000-000000000000}",
	"-",
	"NTLM V2",
	"128",
	"0",
	"-",
	"192.0.2.7",
	"50123",
	"%%1833",
	"-",
	"-",
	"-",
	"%%1843",
	"0",
	"%%1842",
};
static const char *const SERVICE[] = { "Sample Service", "C:\\Program Files\\Sample\\sample.exe -k",
				       "user mode service", "auto start", "LocalSystem" };
static const char *const CLEARED[] = { "S-1-5-21-1-2-3-500", "admin", "EXAMPLE", "0x51ffe" };
static const char *const CMDLET[] = { "Get-Mailbox\x1f-ResultSize \"10\"\x1f"
				      "example/Users/admin",
				      NULL };

static const struct {
	enum def_id def;
	const char *const *texts;
} SHAPES[] = {
	{ D_LOGON, LOGON }, { D_SERVICE_NEW, SERVICE }, { D_SEC_CLEARED, CLEARED }, { D_EXCH_CMDLET, CMDLET }
};

/* All in one channel, as in a file of Windows: record ids run on without a gap. */
static int shapes_file(struct sample *s, const struct defs *defs, uint32_t n, err *e)
{
	struct evtx_def *d = arena_array(&s->mem, COUNT(SHAPES), sizeof *d);

	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the definitions");
	for (size_t i = 0; i < COUNT(SHAPES); i++) {
		d[i] = defs->at[SHAPES[i].def];
		d[i].channel = "Spoor-Range/Samples";
	}
	for (uint32_t i = 0; i < n; i++)
		if (sample_add(s, &d[i % COUNT(SHAPES)], SHAPES[i % COUNT(SHAPES)].texts, e) < 0)
			return -1;
	return 0;
}

int samples_write(const char *dir, err *e)
{
	static const struct {
		const char *name;
		uint32_t records; /* 0: the types */
	} FILES[] = { { "types.evtx", 0 }, { "small.evtx", 8 }, { "chunks.evtx", 600 } };
	struct defs *defs;
	arena mem;
	int rc = -1;

	arena_init(&mem, sizeof *defs + 64);
	defs = arena_alloc(&mem, sizeof *defs);
	if (!defs)
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the definitions");
	else
		rc = defs_init(defs, e);
	for (size_t i = 0; rc == 0 && i < COUNT(FILES); i++) {
		struct sample s;

		rc = sample_open(&s, dir, FILES[i].name, e);
		if (rc == 0)
			rc = FILES[i].records ? shapes_file(&s, defs, FILES[i].records, e)
					      : types_file(&s, e);
		rc = sample_close(&s, rc, e);
	}
	arena_done(&mem);
	return rc;
}
