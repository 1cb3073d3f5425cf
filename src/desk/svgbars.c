#include "desk/svgbars.h"

#include "desk/deskdoc.h"
#include "util/utf.h"

enum { WIDTH = 760, LEFT = 290, RIGHT = 90, TOP = 64, ROW = 36, BAR = 13, LABEL_COLUMNS = 38 };

/* What fits; wide characters take two columns. */
static str fitting(str s)
{
	size_t at = 0, n, columns = 0;

	while (at < s.len) {
		uint32_t cp = utf8_next((str){ s.ptr + at, s.len - at }, &n);

		columns += cp >= 0x1100 ? 2 : 1;
		if (n == 0 || columns > LABEL_COLUMNS)
			break;
		at += n;
	}
	return (str){ s.ptr, at };
}

static void text(buf *to, int x, int y, const char *more, str s)
{
	str fit = fitting(s);

	buf_printf(to, "<text x=\"%d\" y=\"%d\"%s>", x, y, more);
	deskdoc_xml(to, fit);
	buf_z(to, fit.len < s.len ? "\xe2\x80\xa6</text>" : "</text>");
}

static void bar(buf *to, int y, uint64_t n, uint64_t most, const char *colour)
{
	double share = most ? (double)n / (double)most : 0;
	int width = (int)(share * (WIDTH - LEFT - RIGHT) + 0.5);

	if (n && width < 1)
		width = 1;
	buf_printf(to, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", LEFT, y, width,
		   BAR, colour);
	buf_printf(to, "<text x=\"%d\" y=\"%d\" font-size=\"12\">%llu</text>", LEFT + width + 6, y + BAR - 2,
		   (unsigned long long)n);
}

void svg_bars(buf *to, str title, const struct svg_bar *bars, size_t n, const str names[2])
{
	static const char *const COLOURS[2] = { "#1f5fa8", "#a9b8c9" };
	int height = TOP + (int)n * ROW + 12;
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = u64_max(most, u64_max(bars[i].n[0], bars[i].n[1]));
	buf_printf(
		to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
		"font-family=\"system-ui,sans-serif\" font-size=\"14\" fill=\"#1a1a1a\"><title>",
		WIDTH, height, WIDTH, height);
	deskdoc_xml(to, title);
	buf_printf(to, "</title><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, height);
	text(to, 8, 22, " font-size=\"16\" font-weight=\"600\"", title);
	for (int k = 0; k < 2; k++) {
		buf_printf(to, "<rect x=\"%d\" y=\"36\" width=\"12\" height=\"12\" fill=\"%s\"/>",
			   LEFT + k * 160, COLOURS[k]);
		text(to, LEFT + k * 160 + 18, 47, " font-size=\"13\"", names[k]);
	}
	for (size_t i = 0; i < n; i++) {
		int y = TOP + (int)i * ROW;

		text(to, LEFT - 10, y + 18, " text-anchor=\"end\"", bars[i].label);
		bar(to, y, bars[i].n[0], most, COLOURS[0]);
		bar(to, y + BAR + 1, bars[i].n[1], most, COLOURS[1]);
	}
	buf_z(to, "</svg>");
}
