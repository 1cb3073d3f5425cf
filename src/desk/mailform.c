#include "desk/mailform.h"

#include <stdio.h>

#include "desk/deskwords.h"
#include "share/share.h"
#include "util/base64.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/times.h"
#include "util/utf.h"

#define CRLF "\r\n"
enum { LINE = 76, WORD_BYTES = 42 }; /* 42 bytes are 56 characters of base64, with "=?UTF-8?B??=" 68 */

/* --- headers ------------------------------------------------------------------------------------------- */

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 || s.ptr[i] > 0x7e || s.ptr[i] == '=' || s.ptr[i] == '"' ||
		    s.ptr[i] == '\\')
			return false;
	return true;
}

/* The longest beginning of at most max bytes that ends between two characters. */
static size_t whole_characters(str s, size_t max)
{
	size_t n = s.len < max ? s.len : max;

	while (n && n < s.len && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n--;
	return n ? n : s.len;
}

void mail_header_text(buf *out, str text, size_t column)
{
	buf good = { 0 };
	str rest;

	share_text(&good, text);
	rest = buf_view(&good);
	if (is_plain(rest) && column + rest.len <= LINE) {
		buf_str(out, rest);
		buf_done(&good);
		return;
	}
	for (bool first = true; rest.len; first = false) {
		size_t room = first && column > 8 ? WORD_BYTES - (column < 32 ? column : 32) : WORD_BYTES;
		size_t n = whole_characters(rest, room);

		buf_z(out, first ? "=?UTF-8?B?" : CRLF " =?UTF-8?B?");
		base64_add(out, str_bytes((str){ rest.ptr, n }));
		buf_z(out, "?=");
		rest = (str){ rest.ptr + n, rest.len - n };
	}
	out->failed |= good.failed;
	buf_done(&good);
}

/* "Wed, 11 Dec 2024 08:00:00 +0000" */
static void date_header(buf *out, int64_t ns)
{
	static const char DAYS[][4] = {
		"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"
	}; /* 1970-01-01 was a Thursday */
	static const char MONTHS[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t s = ns / NS_PER_S - (ns % NS_PER_S < 0), days = s / 86400 - (s % 86400 < 0), year;
	unsigned month, day, second = (unsigned)(s - days * 86400);

	time_civil_from_days(days, &year, &month, &day);
	buf_printf(out, "Date: %s, %02u %s %04lld %02u:%02u:%02u +0000" CRLF, DAYS[(days % 7 + 7) % 7], day,
		   MONTHS[month - 1], (long long)year, second / 3600, second / 60 % 60, second % 60);
}

static bool id_ok(str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (id.ptr[i] <= 0x20 || id.ptr[i] > 0x7e)
			return false;
	return id.len > 4 && id.len < 200 && id.ptr[0] == '<' && id.ptr[id.len - 1] == '>';
}

static bool is_reminder(const struct mail_form *f)
{
	return str_is(f->kind, "reminder");
}

static void headers(buf *out, const struct mail_form *f, const char *boundary)
{
	enum story_language lang = desk_language(f->notice->v[N_LANG]);
	buf subject = { 0 };

	date_header(out, f->date_ns);
	buf_z(out, "From: ");
	if (is_plain(f->org) && f->org.len && f->org.len < 60)
		buf_printf(out, "\"%.*s\"", STR_ARG(f->org));
	else
		mail_header_text(out, f->org, 6);
	buf_printf(out, CRLF " <%.*s>" CRLF "To: <%.*s>" CRLF "Message-ID: %.*s" CRLF, STR_ARG(f->from),
		   STR_ARG(f->to), STR_ARG(f->message_id));
	if (f->in_reply_to.len && !str_eq(f->in_reply_to, f->message_id))
		buf_printf(out, "In-Reply-To: %.*s" CRLF "References: %.*s" CRLF, STR_ARG(f->in_reply_to),
			   STR_ARG(f->in_reply_to));
	if (is_reminder(f))
		desk_say(&subject, lang, "subject.reminder",
			 (struct desk_arg[]){ { "subject", f->notice->v[N_SUBJECT] }, { 0 } });
	else
		buf_str(&subject, f->notice->v[N_SUBJECT]);
	buf_z(out, "Subject: ");
	mail_header_text(out, buf_view(&subject), 9);
	buf_printf(out,
		   CRLF "MIME-Version: 1.0" CRLF "Content-Type: multipart/mixed;" CRLF
			" boundary=\"%s\"" CRLF CRLF,
		   boundary);
	out->failed |= subject.failed;
	buf_done(&subject);
}

/* --- parts ----------------------------------------------------------------------------------------------- */

static void base64_lines(buf *out, str s)
{
	buf text = { 0 };

	base64_add(&text, str_bytes(s));
	for (size_t i = 0; i < text.len; i += LINE) {
		buf_add(out, text.ptr + i, text.len - i < LINE ? text.len - i : LINE);
		buf_z(out, CRLF);
	}
	out->failed |= text.failed;
	buf_done(&text);
}

static void part(buf *out, const char *boundary, const char *type, const char *file, str content)
{
	buf_printf(out, "--%s" CRLF "Content-Type: %s" CRLF "Content-Transfer-Encoding: base64" CRLF,
		   boundary, type);
	if (file)
		buf_printf(out, "Content-Disposition: attachment; filename=\"%s\"" CRLF, file);
	buf_z(out, CRLF);
	base64_lines(out, content);
}

static void text_of(buf *b, const struct mail_form *f)
{
	enum story_language lang = desk_language(f->notice->v[N_LANG]);
	str day = f->first_sent.len >= 10 ? (str){ f->first_sent.ptr, 10 } : STR("");
	str until = f->notice->v[N_DEADLINE].len >= 10 ? (str){ f->notice->v[N_DEADLINE].ptr, 10 } : STR("");

	if (is_reminder(f)) {
		desk_say(b, lang, "remind.text",
			 (struct desk_arg[]){ { "date", day }, { "deadline", until }, { 0 } });
		buf_z(b, "\n\n");
	} else if (str_is(f->kind, "escalation")) {
		desk_say(b, lang, "escalate.text",
			 (struct desk_arg[]){ { "name", f->notice->v[N_NAME] }, { "date", day }, { 0 } });
		buf_z(b, "\n\n");
	}
	buf_str(b, f->notice->v[N_BODY]);
}

int mail_write(buf *out, const struct mail_form *f, err *e)
{
	str reports = f->notice->v[N_XARF];
	char boundary[40], file[32];
	buf text = { 0 };

	if (!share_contact_ok(f->from) || !share_contact_ok(f->to))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "\"%.*s\" is no mail address",
			       (int)u64_min(f->to.len, 60),
			       share_contact_ok(f->from) ? f->to.ptr : f->from.ptr);
	if (!id_ok(f->message_id) || (f->in_reply_to.len && !id_ok(f->in_reply_to)))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "the registry holds a Message-ID that is none");
	/* "=_" cannot stand in base64: no part can end another */
	snprintf(boundary, sizeof boundary, "=_spoor_%.16s",
		 f->notice->v[N_CONTENT].len >= 16 ? f->notice->v[N_CONTENT].ptr : "0123456789abcdef");
	headers(out, f, boundary);
	text_of(&text, f);
	part(out, boundary, "text/plain; charset=utf-8", NULL, buf_view(&text));
	for (unsigned i = 1; reports.len && i <= LIMIT_DESK_REPORTS; i++) {
		str one = str_cut(reports, '\n', &reports);

		snprintf(file, sizeof file, "xarf-%u.json", i);
		part(out, boundary, "application/json; charset=utf-8", file, one);
	}
	if (f->notice->v[N_INDICATORS].len)
		part(out, boundary, "text/csv; charset=utf-8", "indicators.csv", f->notice->v[N_INDICATORS]);
	buf_printf(out, "--%s--" CRLF, boundary);
	out->failed |= text.failed;
	buf_done(&text);
	return out->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a mail") : 0;
}

/* --- portals --------------------------------------------------------------------------------------------------- */

void portal_write(buf *out, const struct mail_form *f)
{
	static const struct {
		const char *name;
		enum notice_column column;
	} MEMBERS[] = { { "notice", N_ID },
			{ "incident", N_INCIDENT },
			{ "role", N_ROLE },
			{ "recipient", N_NAME },
			{ "contact", N_CONTACT },
			{ "country", N_COUNTRY },
			{ "language", N_LANG },
			{ "tlp", N_TLP },
			{ "pap", N_PAP },
			{ "deadline", N_DEADLINE },
			{ "subject", N_SUBJECT },
			{ "text", N_BODY },
			{ "content_sha256", N_CONTENT } };
	str reports = f->notice->v[N_XARF];

	buf_z(out, "{\"schema\":\"spoor-notice/1\"");
	json_member_str(out, "sender", f->org);
	json_member_str(out, "sender_contact", f->from);
	for (size_t i = 0; i < COUNT(MEMBERS); i++)
		json_member_str(out, MEMBERS[i].name, f->notice->v[MEMBERS[i].column]);
	json_key(out, "xarf");
	buf_byte(out, '[');
	while (reports.len) { /* each line is JSON that we wrote */
		str one = str_cut(reports, '\n', &reports);

		json_sep(out);
		buf_str(out, one);
	}
	buf_byte(out, ']');
	json_member_str(out, "indicators_csv", f->notice->v[N_INDICATORS]);
	buf_z(out, "}\n");
}
