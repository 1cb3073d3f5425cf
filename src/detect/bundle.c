#include "detect/bundle.h"

#define MAGIC "SPRULES1"
#define HEAD_LEN 13u /* status, three lengths */

static void put_u32(buf *b, size_t v)
{
	uint8_t le[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	buf_add(b, le, sizeof le);
}

void bundle_begin(buf *b)
{
	buf_add(b, MAGIC, sizeof MAGIC - 1);
}

void bundle_add(buf *b, const struct bundle_file *f)
{
	buf_byte(b, (char)f->status);
	put_u32(b, f->path.len);
	put_u32(b, f->path.len - f->name.len);
	put_u32(b, f->text.len);
	buf_str(b, f->path);
	buf_str(b, f->text);
}

bool bundle_open(bytes b, size_t *ret_pos)
{
	if (b.len == 0) {
		*ret_pos = 0;
		return true;
	}
	if (b.len < sizeof MAGIC - 1 || memcmp(b.ptr, MAGIC, sizeof MAGIC - 1) != 0)
		return false;
	*ret_pos = sizeof MAGIC - 1;
	return true;
}

int bundle_next(bytes b, size_t *pos, struct bundle_file *ret)
{
	bytes head, path, text;
	size_t root;

	if (*pos == b.len)
		return 0;
	if (!bytes_sub(b, *pos, HEAD_LEN, &head) ||
	    !bytes_sub(b, *pos + HEAD_LEN, load_le32(head.ptr + 1), &path) ||
	    !bytes_sub(b, *pos + HEAD_LEN + path.len, load_le32(head.ptr + 9), &text))
		return -1;
	root = load_le32(head.ptr + 5);
	if (root > path.len || head.ptr[0] > BUNDLE_PROFILE)
		return -1;
	*pos += HEAD_LEN + path.len + text.len;
	ret->status = (enum bundle_status)head.ptr[0];
	ret->path = bytes_str(path);
	ret->name = (str){ ret->path.ptr + root, path.len - root };
	ret->text = bytes_str(text);
	return 1;
}
