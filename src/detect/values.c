#include "detect/values.h"

#include "sigma/fold.h"

bool values_next(value v, size_t *pos, value *ret)
{
	if (v.type != VALUE_ABSENT)
		return value_next(v, pos, ret);
	if (*pos)
		return false;
	*pos = 1;
	*ret = value_utf8(STR(""));
	return true;
}

static bool is_utf8_text(value v)
{
	return v.type == VALUE_UTF8 || v.type == VALUE_NUMBER || v.type == VALUE_TRUE_FALSE;
}

void values_text(value v, buf *out)
{
	if (is_utf8_text(v))
		fold_none_utf8(bytes_str((bytes){ v.ptr, v.len }), out);
	else
		value_text(v, out);
}

void values_folded(value v, buf *out)
{
	size_t from = out->len;

	if (v.type == VALUE_UTF16) {
		fold_utf16le((bytes){ v.ptr, v.len }, out);
	} else if (is_utf8_text(v)) {
		fold_utf8(bytes_str((bytes){ v.ptr, v.len }), out);
	} else if (v.type == VALUE_ANSI) {
		buf text = { 0 };

		value_text(v, &text);
		fold_utf8(buf_view(&text), out);
		buf_done(&text);
	} else { /* numbers, times, ids: their text is ASCII */
		value_text(v, out);
		for (size_t i = from; i < out->len; i++)
			if ((unsigned)out->ptr[i] - 'A' < 26u)
				out->ptr[i] = (char)(out->ptr[i] + 32);
	}
}
