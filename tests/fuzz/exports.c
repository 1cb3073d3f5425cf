/* exports.c - any bytes as what other programs write: Windows events as XML, logons of Linux, journald's export form, tables,
 * directories; whole and in small windows, which must give the same events. The content is read by the reader that is picked
 * for it, else by the one that its first byte suits. */
#include "reader_drive.h"

static const struct reader_ops *by_first_byte(uint8_t c)
{
	return c < ' '                ? &reader_utmp
	       : c == '<'             ? &reader_eventxml
	       : c == '_'             ? &reader_journalexport
	       : c == 'd' || c == 'v' ? &reader_ldif
				      : &reader_tables;
}

static const struct reader_ops *reader_for(bytes content)
{
	static const struct reader_ops *const OURS[] = { &reader_eventxml, &reader_utmp, &reader_journalexport,
							 &reader_tables, &reader_ldif };
	bytes head = { content.ptr, (size_t)u64_min(content.len, READER_PROBE_LEN) };
	err e = { 0 };
	const struct reader_ops *ops = reader_pick(head, STR(""), &e);

	for (size_t i = 0; i < COUNT(OURS); i++)
		if (ops == OURS[i])
			return ops;
	return by_first_byte(content.ptr[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct said whole = { 0 }, small = { 0 };
	const struct reader_ops *ops;
	bytes content = { data, size };

	if (size < 1)
		return 0;
	ops = reader_for(content);
	read_all(ops, &whole, content, size);
	read_all(ops, &small, content, 1);
	must_hold(str_eq(buf_view(&whole.text), buf_view(&small.text)));
	buf_done(&whole.text);
	buf_done(&small.text);
	return 0;
}
