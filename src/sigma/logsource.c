#include "sigma/logsource.h"

#include "logsource_table.h"

static bool known_service(str service, const char **ret)
{
	for (size_t i = 0; i < COUNT(CHANNELS); i++) {
		if (str_eq(service, str_of(CHANNELS[i].service))) {
			*ret = CHANNELS[i].service;
			return true;
		}
	}
	return false;
}

static size_t variants_of_service(str product, str service,
				  struct logsource_variant ret[LOGSOURCE_VARIANTS_MAX])
{
	if (!str_eq(product, STR("windows")))
		return 0;
	ret[0] = (struct logsource_variant){ 0 };
	return service.len == 0 || known_service(service, &ret[0].service);
}

size_t logsource_variants(str product, str category, str service, bool extended,
			  struct logsource_variant ret[LOGSOURCE_VARIANTS_MAX])
{
	size_t n = 0;

	if (product.len && !str_eq(product, STR("windows")))
		return 0;
	if (!category.len)
		return variants_of_service(product, service, ret);
	for (size_t i = 0; i < COUNT(GATES) && n < LOGSOURCE_VARIANTS_MAX; i++) {
		const struct logsource_gate *g = &GATES[i];

		if (!str_eq(category, str_of(g->category)) || (g->extended && !extended) ||
		    (g->product[0] && !str_eq(product, str_of(g->product))) ||
		    (service.len && !str_eq(service, str_of(g->service))))
			continue;
		ret[n++] = (struct logsource_variant){ g->service, g };
	}
	return n;
}

void logsource_of_channel(str channel, struct logsource_services *ret)
{
	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < COUNT(CHANNELS); i++)
		if (str_eq_ascii_nocase(channel, str_of(CHANNELS[i].channel)))
			ret->writes[CHANNELS[i].service_number] = true;
}

unsigned logsource_service_number(const char *service)
{
	for (size_t i = 0; i < COUNT(CHANNELS); i++)
		if (strcmp(CHANNELS[i].service, service) == 0)
			return CHANNELS[i].service_number;
	return 0;
}

bool logsource_gate_has_event(const struct logsource_gate *gate, str event_id)
{
	for (size_t i = 0; i < COUNT(gate->event_ids) && gate->event_ids[i]; i++)
		if (str_eq(event_id, str_of(gate->event_ids[i])))
			return true;
	return false;
}
