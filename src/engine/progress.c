#include "engine/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "util/str.h"

enum { LINE = 160 };

static const double NS = 1e9;
static const int64_t REDRAW_NS = 100000000, FIRST_NS = 300000000; /* short runs draw nothing */

void progress_start(struct progress *p, bool on, uint64_t total_bytes, int64_t now_ns)
{
	*p = (struct progress){ .on = on,
				.total_bytes = total_bytes,
				.started_ns = now_ns,
				.drawn_ns = now_ns + FIRST_NS - REDRAW_NS };
}

static void put(const char *line, int n)
{
	if (n > LINE - 1)
		n = LINE - 1;
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nobody looks */
}

static void left_text(char *to, size_t size, double seconds)
{
	if (seconds < 0 || seconds > 359999)
		snprintf(to, size, "--:--");
	else
		snprintf(to, size, "%d:%02d:%02d", (int)seconds / 3600, (int)seconds / 60 % 60,
			 (int)seconds % 60);
}

void progress_draw(struct progress *p, uint64_t bytes_done, uint64_t events, uint64_t findings,
		   int64_t now_ns)
{
	double s = (double)(now_ns - p->started_ns) / NS, done = (double)bytes_done;
	double share = p->total_bytes ? done / (double)p->total_bytes : 1;
	char line[LINE], left[32];
	int n;

	if (!p->on || now_ns - p->drawn_ns < REDRAW_NS)
		return;
	p->drawn_ns = now_ns;
	p->drawn = true;
	if (share > 1)
		share = 1;
	left_text(left, sizeof left, share > 0 ? s / share - s : -1);
	n = snprintf(line, sizeof line,
		     "\r\x1b[K%3d %%  %.1f of %.1f MB  %.0f MB/s  %llu events  %llu findings  %s left",
		     (int)(share * 100), done / 1e6, (double)p->total_bytes / 1e6, s > 0 ? done / 1e6 / s : 0,
		     (unsigned long long)events, (unsigned long long)findings, left);
	put(line, n);
}

void progress_clear(struct progress *p)
{
	if (p->drawn)
		put("\r\x1b[K", 4);
	p->drawn = false;
}
