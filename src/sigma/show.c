#include "sigma/show.h"

#include <arpa/inet.h>

#include "util/utf.h"

/* Elements as a rule writes them. escape: a star that is meant is told from one that stands for a run. */
static void show_elems(const uint32_t *elems, size_t n, bool escape, buf *out)
{
	buf_byte(out, '\'');
	for (size_t i = 0; i < n; i++) {
		uint32_t c = elems[i];

		if (escape && (c == '*' || c == '?'))
			buf_byte(out, '\\');
		if (c == PAT_DASH)
			buf_z(out, "[-/]");
		else if (c >= PAT_STAR)
			buf_byte(out, c == PAT_STAR ? '*' : '?');
		else
			buf_utf8_cp(out, c);
	}
	buf_byte(out, '\'');
}

static void show_glob(const struct pred *pred, buf *out)
{
	const struct pattern *p = &pred->pattern;
	uint32_t from = p->open_start, to = p->nelems - p->open_end;
	bool inner = false;

	if (p->nelems == 1 && p->open_start) {
		buf_z(out, "is there");
		return;
	}
	for (uint32_t i = from; i < to; i++)
		inner |= p->elems[i] == PAT_STAR || p->elems[i] == PAT_ANY;
	if (inner)
		from = 0, to = p->nelems;
	buf_z(out, inner                            ? "is like "
		   : p->open_start && p->open_end ? "contains "
		   : p->open_start                ? "ends with "
		   : p->open_end                  ? "starts with "
						  : "is ");
	show_elems(p->elems + from, to - from, inner, out);
	if (pred->cased)
		buf_z(out, " (case matters)");
}

static void show_net(const struct cidr *net, buf *out)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(net->len == 4 ? AF_INET : AF_INET6, net->addr, text, sizeof text))
		buf_printf(out, "is in %s/%u", text, net->bits);
}

static void show_ref(const struct sigma_pool *p, const struct pred *pred, buf *out)
{
	static const char *const WORDS[] = {
		[0] = "is what ",
		[REF_STARTS] = "starts with what ",
		[REF_ENDS] = "ends with what ",
		[REF_STARTS | REF_ENDS] = "contains what ",
	};

	buf_z(out, WORDS[pred->op & (REF_STARTS | REF_ENDS)]);
	buf_str(out, sigma_field_name(p, pred->ref));
	buf_z(out, " holds");
}

void show_pred(const struct sigma_pool *p, uint32_t id, buf *out)
{
	static const char *const COMPARE[] = {
		[OP_LT] = "< ", [OP_LTE] = "<= ", [OP_GT] = "> ", [OP_GTE] = ">= "
	};
	static const char *const PARTS[] = {
		[PART_MINUTE] = "minute", [PART_HOUR] = "hour",   [PART_DAY] = "day",
		[PART_WEEK] = "week",     [PART_MONTH] = "month", [PART_YEAR] = "year",
	};
	const struct pred *pred = &p->preds.at[id];

	switch (pred->kind) {
	case PRED_GLOB:
		show_glob(pred, out);
		break;
	case PRED_REGEX:
		buf_z(out, "matches /");
		buf_str(out, pred->regex.pattern);
		buf_byte(out, '/');
		break;
	case PRED_NUMBER:
		buf_z(out, "is ");
		number_text(&pred->number, out);
		break;
	case PRED_COMPARE:
		buf_z(out, COMPARE[pred->op]);
		number_text(&pred->number, out);
		break;
	case PRED_CIDR:
		show_net(&pred->net, out);
		break;
	case PRED_TIMEPART:
		buf_printf(out, "has the %s ", PARTS[pred->op]);
		number_text(&pred->number, out);
		break;
	case PRED_NULL:
		buf_z(out, "is null");
		break;
	case PRED_EXISTS:
		buf_z(out, pred->want ? "exists" : "does not exist");
		break;
	case PRED_FIELDREF:
		show_ref(p, pred, out);
		break;
	}
}

void show_test(const struct sigma_pool *p, uint32_t field, uint32_t pred, buf *out)
{
	if (field == FIELD_ANY)
		buf_z(out, "any value");
	else
		buf_str(out, sigma_field_name(p, field));
	buf_byte(out, ' ');
	show_pred(p, pred, out);
}

static void show_named(const char *what, str name, buf *out)
{
	if (!name.len)
		return;
	buf_byte(out, ' ');
	buf_z(out, what);
	buf_byte(out, ' ');
	buf_str(out, name);
}

void show_where(const struct logsource_where *w, buf *out)
{
	const struct logsource_gate *gate = logsource_gate_at(w->gate);

	if (gate) {
		buf_printf(out, "%s as %s event ", gate->category, gate->service);
		for (size_t i = 0; i < COUNT(gate->event_ids) && gate->event_ids[i]; i++)
			buf_printf(out, "%s%s", i ? ", " : "", gate->event_ids[i]);
		for (size_t i = 0; i < COUNT(gate->conditions) && gate->conditions[i].name; i++)
			buf_printf(out, ", %s %s", gate->conditions[i].name, gate->conditions[i].value);
	} else if (w->windows && w->every_channel) {
		buf_z(out, "every Windows event");
	} else if (w->windows) {
		buf_printf(out, "channel %s", logsource_channel_of(w->service));
	} else {
		buf_z(out, "logs of");
		show_named("product", w->product, out);
		show_named("category", w->category, out);
		show_named("service", w->service_name, out);
	}
}
