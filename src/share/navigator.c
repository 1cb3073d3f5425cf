/* A layer of the ATT&CK Navigator, format 4.5. */
#include "share/share.h"
#include "util/json.h"

void share_navigator(buf *out, struct told *t, const struct share_options *o)
{
	uint64_t most = 1;
	buf title = { 0 };

	(void)o;
	share_title(&title, t);
	for (size_t i = 0; i < t->technique.len; i++)
		most = t->technique.at[i].count > most ? t->technique.at[i].count : most;
	buf_byte(out, '{');
	json_member_str(out, "name", buf_view(&title));
	json_key(out, "versions");
	buf_z(out, "{\"attack\":\"19\",\"navigator\":\"5.1.0\",\"layer\":\"4.5\"}");
	json_member_str(out, "domain", STR("enterprise-attack"));
	json_member_str(
		out, "description",
		STR("Techniques with which signs of the case are consistent; the score is how many signs."));
	json_key(out, "techniques");
	buf_byte(out, '[');
	for (size_t i = 0; i < t->technique.len; i++) {
		const struct told_technique *x = &t->technique.at[i];
		buf since = { 0 };

		json_sep(out);
		buf_byte(out, '{');
		json_member_str(out, "techniqueID", str_of(x->id));
		json_member_u64(out, "score", x->count);
		json_member_bool(out, "enabled", true);
		buf_z(&since, "first sign ");
		share_time(&since, x->first_ns);
		json_member_str(out, "comment", buf_view(&since));
		json_member_bool(out, "showSubtechniques", true);
		buf_byte(out, '}');
		buf_done(&since);
	}
	buf_byte(out, ']');
	json_key(out, "gradient");
	buf_printf(out, "{\"colors\":[\"#fff7ec\",\"#b30000\"],\"minValue\":0,\"maxValue\":%llu}",
		   (unsigned long long)most);
	buf_z(out, "}\n");
	buf_done(&title);
}
