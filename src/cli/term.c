#include "cli/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/utf.h"

struct range {
	uint32_t first, last;
};

/* East Asian Width W and F (Unicode TR 11), joined where only unassigned code points lie between. */
static const struct range WIDE[] = {
	{ 0x1100, 0x115F },   { 0x231A, 0x231B },   { 0x2329, 0x232A },   { 0x23E9, 0x23EC },
	{ 0x25FD, 0x25FE },   { 0x2614, 0x2615 },   { 0x2648, 0x2653 },   { 0x26AA, 0x26AB },
	{ 0x26BD, 0x26BE },   { 0x2705, 0x2705 },   { 0x270A, 0x270B },   { 0x274C, 0x274C },
	{ 0x2753, 0x2755 },   { 0x2757, 0x2757 },   { 0x2795, 0x2797 },   { 0x2B1B, 0x2B1C },
	{ 0x2B50, 0x2B50 },   { 0x2B55, 0x2B55 },   { 0x2E80, 0x303E },   { 0x3041, 0xA4CF },
	{ 0xA960, 0xA97F },   { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },   { 0xFE10, 0xFE19 },
	{ 0xFE30, 0xFE6F },   { 0xFF01, 0xFF60 },   { 0xFFE0, 0xFFE6 },   { 0x16FE0, 0x18DFF },
	{ 0x1AFF0, 0x1B2FF }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F7E0, 0x1F7EB },
	{ 0x1F900, 0x1FAFF }, { 0x20000, 0x3FFFD },
};

/* Combining marks of the common scripts and variation selectors: no column of their own. */
static const struct range NARROW[] = {
	{ 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
	{ 0x06D6, 0x06DC }, { 0x0900, 0x0902 }, { 0x093C, 0x093C }, { 0x0941, 0x0948 }, { 0x0E31, 0x0E31 },
	{ 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x20D0, 0x20FF },
	{ 0x302A, 0x302F }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF },
};

/* What a terminal would obey or nobody would see: shown as an escape. */
static const struct range HIDDEN[] = {
	{ 0x0000, 0x001F }, { 0x007F, 0x009F }, { 0x00AD, 0x00AD }, { 0x061C, 0x061C },   { 0x115F, 0x1160 },
	{ 0x180E, 0x180E }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },   { 0x3164, 0x3164 },
	{ 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
};

static bool in_ranges(const struct range *r, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n && cp >= r[i].first; i++)
		if (cp <= r[i].last)
			return true;
	return false;
}

struct term term_of(int fd, enum term_color_mode mode)
{
	struct term t = { .is_tty = isatty(fd) };
	const char *no_color = getenv("NO_COLOR"), *kind = getenv("TERM"), *columns = getenv("COLUMNS");
	struct winsize ws;
	uint64_t n;

	if (columns && str_to_u64(str_of(columns), &n) && n >= 20 && n <= 10000)
		t.columns = (unsigned)n;
	else if (t.is_tty)
		t.columns = ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20 ? ws.ws_col : 80;
	t.color = mode == TERM_COLOR_ALWAYS ||
		  (mode == TERM_COLOR_AUTO && t.is_tty && !(no_color && *no_color) &&
		   !(kind && strcmp(kind, "dumb") == 0));
	return t;
}

/* One character of s as shown: appended to b (NULL: only measured). Answers its bytes in s. */
static size_t show_one(buf *b, str s, size_t *ret_columns)
{
	char esc[16];
	size_t n;
	uint32_t cp = utf8_next(s, &n);

	if (cp == 0xFFFD && n == 1)
		snprintf(esc, sizeof esc, "\\x%02x", (unsigned char)s.ptr[0]);
	else if (!in_ranges(HIDDEN, COUNT(HIDDEN), cp))
		esc[0] = '\0';
	else if (cp < 0x80)
		snprintf(esc, sizeof esc, "\\x%02x", cp);
	else
		snprintf(esc, sizeof esc, cp < 0x10000 ? "\\u%04x" : "\\U%06x", cp);
	if (esc[0]) {
		*ret_columns = strlen(esc);
		if (b)
			buf_z(b, esc);
		return n;
	}
	*ret_columns = cp < 0x300                             ? 1
		       : in_ranges(NARROW, COUNT(NARROW), cp) ? 0
		       : in_ranges(WIDE, COUNT(WIDE), cp)     ? 2
							      : 1;
	if (b)
		buf_add(b, s.ptr, n);
	return n;
}

static str skip(str s, size_t n)
{
	return (str){ s.ptr + n, s.len - n };
}

void term_str(buf *b, str s)
{
	size_t columns;

	while (s.len)
		s = skip(s, show_one(b, s, &columns));
}

size_t term_width(str s)
{
	size_t columns, sum = 0;

	for (; s.len; sum += columns)
		s = skip(s, show_one(NULL, s, &columns));
	return sum;
}

void term_cell(buf *b, str s, size_t columns)
{
	size_t used = 0, w;
	bool fits = term_width(s) <= columns;

	while (s.len) {
		size_t n = show_one(NULL, s, &w);

		if (used + w > columns - (fits || !columns ? 0 : 1))
			break;
		show_one(b, s, &w);
		used += w;
		s = skip(s, n);
	}
	if (!fits && columns) {
		buf_z(b, "…");
		used++;
	}
	for (; used < columns; used++)
		buf_byte(b, ' ');
}

static const char *const STYLES[] = {
	[TERM_BOLD] = "1",          [TERM_DIM] = "2",     [TERM_RED] = "31",
	[TERM_BRIGHT_RED] = "1;31", [TERM_YELLOW] = "33", [TERM_CYAN] = "36",
};

void term_begin(buf *b, const struct term *t, enum term_style style)
{
	if (t->color && style != TERM_PLAIN)
		buf_printf(b, "\x1b[%sm", STYLES[style]);
}

void term_end(buf *b, const struct term *t, enum term_style style)
{
	if (t->color && style != TERM_PLAIN)
		buf_z(b, "\x1b[0m");
}
