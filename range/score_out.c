/* score_out.c - metrics as a table and as JSON. Knows no other JSON library than ours: their names meet. */
#include "score_out.h"

#include "util/json.h"

void metrics_table(const struct metric *at, size_t n, double composite, bool incident, FILE *out)
{
	const char *group = "";

	fprintf(out, "composite  %.4f%s\n", composite, incident ? "" : "   (the case tells no incident)");
	for (size_t i = 0; i < n; i++) {
		const struct metric *m = &at[i];

		if (strcmp(group, m->group) != 0)
			fprintf(out, "\n%s\n", m->group);
		group = m->group;
		if (m->known)
			fprintf(out, "  %-34s %.6g\n", m->name, m->value);
		else
			fprintf(out, "  %-34s -\n", m->name);
	}
}

static void put_number(buf *b, const char *key, double value, bool known)
{
	json_key(b, key);
	if (known)
		buf_printf(b, "%.10g", value);
	else
		buf_z(b, "null");
}

int metrics_json(const struct metric *at, size_t n, double composite, bool incident, FILE *out, err *e)
{
	buf b = { 0 };
	int rc;

	buf_byte(&b, '{');
	put_number(&b, "composite", composite, true);
	json_member_bool(&b, "incident", incident);
	for (size_t i = 0; i < n; i++) {
		const struct metric *m = &at[i];

		if (i == 0 || strcmp(at[i - 1].group, m->group) != 0) {
			json_key(&b, m->group);
			buf_byte(&b, '{');
		}
		put_number(&b, m->name, m->value, m->known);
		if (i + 1 == n || strcmp(at[i + 1].group, m->group) != 0)
			buf_byte(&b, '}');
	}
	buf_z(&b, "}\n");
	rc = b.failed || fwrite(b.ptr, 1, b.len, out) != b.len
		     ? err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot write the score")
		     : 0;
	buf_done(&b);
	return rc;
}
