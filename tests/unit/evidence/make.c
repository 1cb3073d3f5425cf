#include "make.h"

la_ssize_t sink_write(struct archive *a, void *ctx, const void *p, size_t n)
{
	buf_add(((struct sink *)ctx)->to, p, n);
	return (la_ssize_t)n;
}

static void make_members(struct archive *a, const struct put *puts)
{
	for (; puts->name; puts++) {
		struct archive_entry *e = archive_entry_new();

		archive_entry_copy_pathname(e, puts->name);
		archive_entry_set_filetype(e, puts->type ? puts->type : puts->link && !puts->hard ? AE_IFLNK : AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_mtime(e, 1700000000, 0);
		archive_entry_set_size(e, puts->link ? 0 : (la_int64_t)puts->data.len);
		if (puts->link && puts->hard)
			archive_entry_copy_hardlink(e, puts->link);
		else if (puts->link)
			archive_entry_copy_symlink(e, puts->link);
		if (archive_write_header(a, e) != ARCHIVE_OK)
			fail_msg("%s: %s", puts->name, archive_error_string(a));
		if (!puts->link && puts->data.len)
			assert_true(archive_write_data(a, puts->data.ptr, puts->data.len) == (la_ssize_t)puts->data.len);
		archive_entry_free(e);
	}
}

void make_archive(buf *ret, const char *format, const struct put *puts)
{
	static const struct {
		const char *name;
		int (*set)(struct archive *);
	} FORMATS[] = {
		{ "zip", archive_write_set_format_zip },    { "zip-store", archive_write_set_format_zip },
		{ "zip-aes", archive_write_set_format_zip },
		{ "ustar", archive_write_set_format_ustar }, { "pax", archive_write_set_format_pax },
		{ "7z", archive_write_set_format_7zip },    { "gzip", archive_write_add_filter_gzip },
		{ "xz", archive_write_add_filter_xz },	    { "zstd", archive_write_add_filter_zstd },
		{ "bzip2", archive_write_add_filter_bzip2 },
	};
	struct archive *a = archive_write_new();
	struct sink sink = { ret };
	size_t i = 0;

	while (strcmp(FORMATS[i].name, format) != 0)
		assert_true(++i < COUNT(FORMATS));
	assert_int_equal(FORMATS[i].set(a), ARCHIVE_OK);
	if (i >= 6)
		archive_write_set_format_raw(a);
	if (strcmp(format, "zip-store") == 0)
		archive_write_zip_set_compression_store(a);
	if (strcmp(format, "zip-aes") == 0) {
		archive_write_set_options(a, "zip:encryption=aes256");
		archive_write_set_passphrase(a, "secret");
	}
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open(a, &sink, NULL, sink_write, NULL), ARCHIVE_OK);
	make_members(a, puts);
	if (archive_write_close(a) != ARCHIVE_OK)
		fail_msg("%s: %s", format, archive_error_string(a));
	archive_write_free(a);
	assert_false(ret->failed);
}

void make_wrap(buf *in, const char *format, const char *name)
{
	buf out = { 0 };

	make_archive(&out, format, (struct put[]){ { .name = name, .data = buf_view(in) }, { 0 } });
	buf_done(in);
	*in = out;
}

int make_fd(str s)
{
	int fd = memfd_create("evidence", MFD_CLOEXEC);

	assert_true(fd >= 0);
	while (s.len) {
		ssize_t n = write(fd, s.ptr, s.len);

		assert_true(n > 0);
		s = (str){ s.ptr + n, s.len - (size_t)n };
	}
	return fd;
}

void read_all(buf *ret, buf *texts, str container, const char *display,
			    const struct archive_limits *limits)
{
	static uint8_t chunk[70000];
	struct archive_walk *a = NULL;
	struct archive_member m;
	int fd = make_fd(container), r;
	buf ignored = { 0 };
	err e = { 0 };

	texts = texts ? texts : &ignored;
	buf_clear(ret);
	if (archive_open_limited(&a, fd, str_of(display), limits, &e) < 0) {
		buf_printf(ret, "!%s\n", err_code_name(e.code));
		buf_printf(texts, "%s\n", e.text);
		close(fd);
		buf_done(&ignored);
		return;
	}
	while ((r = archive_next(a, &m, &e)) > 0) {
		uint64_t total = 0;
		int64_t n = 0;
		err re = { 0 };

		buf_str(ret, m.path);
		if (!m.readable) {
			buf_printf(ret, "~%s\n", gap_kind_name(m.gap.kind));
			buf_printf(texts, "%s\n", m.gap.text);
			assert_true(archive_read(a, chunk, sizeof chunk, &re) < 0);
			continue;
		}
		buf_byte(ret, '=');
		while ((n = archive_read(a, chunk, sizeof chunk, &re)) > 0) {
			if (total < 40)
				buf_add(ret, chunk, (size_t)u64_min((uint64_t)n, 40 - total));
			total += (uint64_t)n;
		}
		if (total > 40)
			buf_printf(ret, "+%llu", (unsigned long long)total);
		if (n < 0) {
			struct gap g;

			evidence_gap(&g, &re, total, total);
			buf_printf(ret, "!%s", gap_kind_name(g.kind));
			buf_printf(texts, "%s\n", re.text);
		}
		buf_byte(ret, '\n');
	}
	if (r < 0) {
		buf_printf(ret, "!%s\n", err_code_name(e.code));
		buf_printf(texts, "%s\n", e.text);
	}
	assert_int_equal(archive_next(a, &m, &e), 0); /* stays at its end */
	archive_close(a);
	close(fd);
	buf_done(&ignored);
}
