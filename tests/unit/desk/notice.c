/* Who may be told, and what a mail may hold whatever the registry says. */
#include "unit.h"

#include <stdio.h>

#include "desk/mailform.h"
#include "desk/noticetext.h"

/* --- colours ------------------------------------------------------------------------------------------- */

static void gate(void **state)
{
	/* roles: victim, hoster, registrar, national team; y: yes, n: only who is named */
	static const struct {
		const char *tlp, *pap, *want;
	} T[] = {
		{ "CLEAR", "CLEAR", "yyyy" },	 { "GREEN", "GREEN", "yyyy" }, { "AMBER", "GREEN", "yyyy" },
		{ "AMBER+STRICT", "GREEN", "ynnn" }, { "RED", "CLEAR", "nnnn" },   { "CLEAR", "AMBER", "ynnn" },
		{ "GREEN", "RED", "ynnn" },	 { "RED", "RED", "nnnn" },     { "PINK", "GREEN", "nnnn" },
		{ "", "", "nnnn" },		 { "AMBER", "", "ynnn" },
	};
	static const struct {
		const char *named;
		bool yes;
	} N[] = { { "", false },
		  { "Host BV", true },
		  { "host bv", true },
		  { "x;Host BV", true },
		  { " a@host.example ", true },
		  { "Host", false },
		  { "Host BV x", false },
		  { ";;", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++)
		for (unsigned r = 0; r < NOTICE_ROLES; r++)
			for (size_t k = 0; k < COUNT(N); k++) {
				bool want = T[i].want[r] == 'y' || N[k].yes;
				const char *why = "x";

				CHECK(T[i].tlp, tlp_gate(str_of(T[i].tlp), str_of(T[i].pap), (enum notice_role)r, str_of(N[k].named),
							 STR("Host BV"), STR("a@host.example"), &why) == want);
				CHECK(T[i].tlp, want == !why);
			}
	assert_false(pap_allows_action(STR("AMBER")));
	assert_true(pap_allows_action(STR("GREEN")));
}

/* --- mails ------------------------------------------------------------------------------------------------- */

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define EVIL "x\r\nBcc: evil@x.example\r\n\r\n--=_spoor_0123456789abcdef\r\nContent-Type: text/html\r\n\r\n<b>"

static struct notice notice_of(const char *text)
{
	struct notice n = { 0 };

	for (size_t i = 0; i < NOTICE_COLUMNS; i++)
		n.v[i] = str_of(text);
	n.v[N_CONTENT] = STR(HASH);
	return n;
}

static unsigned lines_with(const buf *b, const char *begin)
{
	unsigned n = 0;

	for (str rest = buf_view(b); rest.len;)
		n += str_starts(str_cut(rest, '\n', &rest), str_of(begin));
	return n;
}

static void nothing_steers_a_mail(void **state)
{
	static const char *const TEXTS[] = { EVIL, "", "\xff\xfe", "\n\n", "=?UTF-8?B?Cg==?=", "\"", "\\", "a\x1b[31m\xe2\x80\xae", ".\r\n.\r\nQUIT\r\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct notice n = notice_of(TEXTS[i]);
		struct mail_form f = { .org = str_of(TEXTS[i]), .from = STR("a@cert.example"), .to = STR("b@x.example"),
				       .message_id = STR("<N-1.1.0@cert.example>"), .kind = STR("reminder"), .notice = &n,
				       .first_sent = str_of(TEXTS[i]) };
		buf out = { 0 };
		err e = { 0 };

		CHECK(TEXTS[i], mail_write(&out, &f, &e) == 0);
		CHECK(TEXTS[i], lines_with(&out, "To:") == 1 && lines_with(&out, "From:") == 1 && lines_with(&out, "Subject:") == 1);
		CHECK(TEXTS[i], lines_with(&out, "Bcc") == 0 && lines_with(&out, ".") == 0 && lines_with(&out, "Content-Type: text/html") == 0);
		for (size_t k = 0; k < out.len; k++)
			CHECK(TEXTS[i], (out.ptr[k] >= 0x20 && out.ptr[k] < 0x7f) || out.ptr[k] == '\r' || out.ptr[k] == '\n' || out.ptr[k] == '\t');
		buf_done(&out);
	}
}

static void addresses_are_addresses(void **state)
{
	static const char *const BAD[] = { "", "x", "a@b", "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example,c@d.example", "<a@b.example>", "a b@c.example" };
	struct notice n = notice_of("x");

	(void)state;
	for (size_t i = 0; i < COUNT(BAD); i++)
		for (int side = 0; side < 3; side++) {
			struct mail_form f = { .org = STR("X"), .from = side == 0 ? str_of(BAD[i]) : STR("a@cert.example"),
					       .to = side == 1 ? str_of(BAD[i]) : STR("b@x.example"),
					       .message_id = side == 2 ? str_of(BAD[i]) : STR("<1@cert.example>"), .notice = &n };
			buf out = { 0 };
			err e = { 0 };

			if (side == 2 && strcmp(BAD[i], "<a@b.example>") == 0)
				continue;
			CHECK(BAD[i], mail_write(&out, &f, &e) == -1 && out.len == 0 && e.text[0]);
			buf_done(&out);
		}
}

static void headers_fold(void **state)
{
	static const struct {
		const char *what, *in, *want;
		size_t column;
	} T[] = {
		{ "plain", "Notice [TLP:AMBER] 1", "Notice [TLP:AMBER] 1", 9 },
		{ "Chinese", "\xe7\x96\x91\xe4\xbc\xbc", "=?UTF-8?B?55aR5Ly8?=", 9 },
		{ "what looks like an encoded word", "=?a?=", "=?UTF-8?B?PT9hPz0=?=", 9 },
		{ "control characters are gone", "a\tb\x7f", "ab", 9 },
		{ "nothing", "", "", 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		mail_header_text(&out, str_of(T[i].in), T[i].column);
		CHECK_STR(T[i].what, buf_view(&out), str_of(T[i].want));
		buf_done(&out);
	}
}

static void markdown_is_text(void **state)
{
	static const struct {
		const char *in, *want;
	} T[] = { { "a*b*", "a\\*b\\*" },
		  { "<script>", "\\<script\\>" },
		  { "[x](y)", "\\[x\\](y)" },
		  { "# h", "\\# h" },
		  { "- x", "\\- x" },
		  { "a - b # c", "a - b # c" },
		  { "C:\\x", "C:\\\\x" },
		  { "&amp;", "\\&amp;" },
		  { "{{7*7}}", "\\{\\{7\\*7\\}\\}" },
		  { "http://x.example", "http\\://x.example" },
		  { "WWW.x.example", "WWW\\.x.example" },
		  { "a@b.example", "a\\@b.example" },
		  { "a\nb", "ab" },
		  { "\xe4\xb8\xad", "\xe4\xb8\xad" } };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		notice_evidence(&out, str_of(T[i].in), true);
		CHECK_STR(T[i].in, buf_view(&out), str_of(T[i].want));
		buf_done(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(gate),		cmocka_unit_test(nothing_steers_a_mail), cmocka_unit_test(addresses_are_addresses),
		cmocka_unit_test(headers_fold), cmocka_unit_test(markdown_is_text),
	};

	return cmocka_run_group_tests_name("desk-notice", TESTS, NULL, NULL);
}
