/* exports.c - any bytes as what other programs write: Windows events as XML, logons of Linux, journald's export form, tables,
 * directories; whole and in small windows, which must give the same events. The first byte chooses the form. */
#include "reader_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader_ops *const FORMS[] = { &reader_eventxml, &reader_utmp, &reader_journalexport,
							  &reader_tables, &reader_ldif };
	struct said whole = { 0 }, small = { 0 };
	const struct reader_ops *ops;
	bytes content;

	if (size < 1)
		return 0;
	ops = FORMS[data[0] % COUNT(FORMS)];
	content = (bytes){ data + 1, size - 1 };
	if (ops->probe)
		(void)ops->probe(content, STR(""));
	read_all(ops, &whole, content, size);
	read_all(ops, &small, content, 1);
	must_hold(str_eq(buf_view(&whole.text), buf_view(&small.text)));
	buf_done(&whole.text);
	buf_done(&small.text);
	return 0;
}
