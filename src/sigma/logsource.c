#include "sigma/logsource.h"

#include "util/err.h"

/* data/sigma_logsource.tsv, its lines "dataset" and "alias". */
struct dataset_row {
	const char *dataset; /* a name, or the beginning of names and a star */
	const char *product, *category, *service;
};

struct alias_row {
	const char *dataset, *rule_field, *event_field;
};

#include "logsource_table.h"

bool logsource_where_eq(const struct logsource_where *a, const struct logsource_where *b)
{
	return a->windows == b->windows && a->every_channel == b->every_channel && a->service == b->service &&
	       a->gate == b->gate && str_eq(a->product, b->product) && str_eq(a->category, b->category) &&
	       str_eq(a->service_name, b->service_name);
}

static bool service_number(str service, uint32_t *ret)
{
	for (size_t i = 0; i < COUNT(CHANNELS); i++) {
		if (str_eq(service, str_of(CHANNELS[i].service))) {
			*ret = CHANNELS[i].service_number;
			return true;
		}
	}
	return false;
}

static size_t windows_service(str product, str service, struct logsource_where *ret)
{
	*ret = (struct logsource_where){ .windows = true, .gate = LOGSOURCE_NO_GATE };
	ret->every_channel = service.len == 0;
	return str_eq(product, STR("windows")) &&
	       (ret->every_channel || service_number(service, &ret->service));
}

/* A gate without a product is for Windows, and for rules that name none. */
static bool gate_is_for(const struct logsource_gate *g, str product)
{
	if (g->product[0])
		return str_is(product, g->product);
	return !product.len || str_eq(product, STR("windows"));
}

static size_t windows_variants(str product, str category, str service, bool extended,
			       struct logsource_where *ret)
{
	size_t n = 0;

	if (!category.len)
		return windows_service(product, service, ret);
	for (uint32_t i = 0; i < COUNT(GATES) && n < LOGSOURCE_VARIANTS_MAX - 1; i++) {
		const struct logsource_gate *g = &GATES[i];

		if (!str_eq(category, str_of(g->category)) || (g->extended && !extended) ||
		    !gate_is_for(g, product) || (service.len && !str_eq(service, str_of(g->service))))
			continue;
		ret[n] = (struct logsource_where){ .windows = true, .gate = i };
		n += service_number(str_of(g->service), &ret[n].service);
	}
	return n;
}

size_t logsource_variants(str product, str category, str service, bool extended,
			  struct logsource_where ret[LOGSOURCE_VARIANTS_MAX])
{
	size_t n = windows_variants(product, category, service, extended, ret);

	if ((n && str_eq(product, STR("windows"))) || !(product.len + category.len + service.len))
		return n;
	ret[n] = (struct logsource_where){
		.gate = LOGSOURCE_NO_GATE, .product = product, .category = category, .service_name = service
	};
	return n + 1;
}

const struct logsource_gate *logsource_gate_at(uint32_t number)
{
	return number < COUNT(GATES) ? &GATES[number] : NULL;
}

/* --- flat logs ------------------------------------------------------------------------------- */

static bool dataset_matches(const char *pattern, str dataset)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return str_starts(dataset, (str){ pattern, len - 1 });
	return str_eq(dataset, (str){ pattern, len });
}

size_t logsource_of_dataset(str dataset, struct logsource_triple ret[LOGSOURCE_TRIPLES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT(DATASETS) && n < LOGSOURCE_TRIPLES_MAX; i++) {
		const struct dataset_row *row = &DATASETS[i];
		size_t prefix = strlen(row->dataset) - 1;
		str service = str_of(row->service);

		if (!dataset_matches(row->dataset, dataset))
			continue;
		if (str_eq(service, STR("*"))) /* called like the rest of the name */
			service = (str){ dataset.ptr + prefix, dataset.len - prefix };
		ret[n++] = (struct logsource_triple){ str_of(row->product), str_of(row->category), service };
	}
	return n;
}

static bool named(str wanted, str is)
{
	return wanted.len == 0 || str_eq(wanted, is);
}

bool logsource_names(const struct logsource_where *where, const struct logsource_triple *log)
{
	return named(where->product, log->product) && named(where->category, log->category) &&
	       named(where->service_name, log->service);
}

bool logsource_is_known(const struct logsource_where *where)
{
	for (size_t i = 0; !where->windows && i < COUNT(DATASETS); i++) {
		const struct dataset_row *row = &DATASETS[i];
		bool any = row->service[0] == '*';
		struct logsource_triple log = { str_of(row->product), str_of(row->category),
						any ? where->service_name : str_of(row->service) };

		if (logsource_names(where, &log))
			return true;
	}
	return where->windows;
}

static bool is_alias(const struct alias_row *a, str dataset, str event_field)
{
	return str_eq(event_field, str_of(a->event_field)) && dataset_matches(a->dataset, dataset);
}

bool logsource_reads(str dataset, str rule_field, str event_field)
{
	for (size_t i = 0; i < COUNT(ALIASES); i++)
		if (str_eq(rule_field, str_of(ALIASES[i].rule_field)) &&
		    is_alias(&ALIASES[i], dataset, event_field))
			return true;
	return false;
}

bool logsource_aliased(str dataset, str event_field, size_t *pos, str *ret_rule_field)
{
	for (; *pos < COUNT(ALIASES); ++*pos) {
		if (is_alias(&ALIASES[*pos], dataset, event_field)) {
			*ret_rule_field = str_of(ALIASES[*pos].rule_field);
			++*pos;
			return true;
		}
	}
	return false;
}

/* --- Windows --------------------------------------------------------------------------------- */

void logsource_of_channel(str channel, struct logsource_services *ret)
{
	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < COUNT(CHANNELS); i++)
		if (str_eq_ascii_nocase(channel, str_of(CHANNELS[i].channel)))
			ret->writes[CHANNELS[i].service_number] = true;
}

const char *logsource_channel_of(unsigned service_number)
{
	for (size_t i = 0; i < COUNT(CHANNELS); i++)
		if (CHANNELS[i].service_number == service_number)
			return CHANNELS[i].channel;
	return NULL;
}

bool logsource_gate_has_event(const struct logsource_gate *gate, str event_id)
{
	for (size_t i = 0; i < COUNT(gate->event_ids) && gate->event_ids[i]; i++)
		if (str_eq(event_id, str_of(gate->event_ids[i])))
			return true;
	return false;
}
