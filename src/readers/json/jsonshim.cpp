#include "readers/json/jsonshim.h"

#include <memory>
#include <new>

#include <simdjson.h>

using simdjson::internal::dom_parser_implementation;

struct jsonshim {
	std::unique_ptr<dom_parser_implementation> impl;
};

/* The walk behind this index has its own depth limit; the library's is not used. */
static constexpr size_t DEPTH_UNUSED = 1;
static constexpr size_t CAPACITY_MIN = 64 * 1024;

extern "C" struct jsonshim *jsonshim_new(void)
{
	auto s = new (std::nothrow) jsonshim;

	if (!s)
		return nullptr;
	if (simdjson::get_active_implementation()->create_dom_parser_implementation(
		    CAPACITY_MIN, DEPTH_UNUSED, s->impl) != simdjson::SUCCESS) {
		delete s;
		return nullptr;
	}
	return s;
}

extern "C" void jsonshim_free(struct jsonshim *s)
{
	delete s;
}

extern "C" enum jsonshim_result jsonshim_index(struct jsonshim *s, const uint8_t *p, size_t len,
					       const uint32_t **ret_at, size_t *ret_n)
{
	if (len == 0)
		return JSONSHIM_EMPTY;
	if (len > s->impl->capacity()) {
		size_t want = s->impl->capacity() * 2;

		if (s->impl->set_capacity(want < len ? len : want) != simdjson::SUCCESS)
			return JSONSHIM_OOM;
	}
	switch (s->impl->stage1(p, len, simdjson::stage1_mode::regular)) {
	case simdjson::SUCCESS:
		*ret_at = s->impl->structural_indexes.get();
		*ret_n = s->impl->n_structural_indexes;
		return JSONSHIM_OK;
	case simdjson::EMPTY:
		return JSONSHIM_EMPTY;
	case simdjson::UTF8_ERROR:
		return JSONSHIM_UTF8;
	case simdjson::UNESCAPED_CHARS:
		return JSONSHIM_CONTROL;
	case simdjson::UNCLOSED_STRING:
		return JSONSHIM_OPEN;
	default:
		return JSONSHIM_OOM;
	}
}
