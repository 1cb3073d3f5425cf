/* What all formats must give that a table lists: needs every reader, for a line must be taken for no other format. */
#include "unit.h"

#include "readers/textlog_run.h"

void textlog_format_lines(const struct textlog_format *f, size_t n, struct textlog_with with)
{
	for (size_t i = 0; i < n; i++) {
		textlog_good(f[i].ops, "", f[i].good, with);
		textlog_bad(f[i].ops, "", f[i].bad, f[i].line);
	}
}

void textlog_format_documents(const struct textlog_format *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct textlog_run r;
		err e = { 0 };

		textlog_run_str(&r, f[i].ops, f[i].line);
		CHECK(f[i].what, r.nevents == 1);
		CHECK_STR(f[i].what, str_of(r.events[0].dataset), str_of(f[i].dataset));
		CHECK(f[i].what, textlog_ecs_has(&r.events[0], f[i].ecs));
		CHECK(f[i].what, reader_pick(str_bytes(str_of(f[i].line)), STR(""), &e) == f[i].ops);
		textlog_run_done(&r);
	}
}
