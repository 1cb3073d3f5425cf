/* Verbs on contacts: import from files, find. */
#include "cli/desk_verbs.h"
#include "desk/contacts.h"
#include "util/csv.h"
#include "util/json.h"
#include "util/times.h"

int desk_contacts_import(struct desk_call *c, err *e)
{
	static const char *const FORMATS[] = { "csv", "rdap", "whois", NULL };
	const char *path = c->args->paths.at[0];
	struct contact_counts n;
	uint64_t fresh = 0;
	buf text = { 0 };
	int format = args_word(c->args, "as", FORMATS, -2, e), rc;

	if (format == -1)
		return -1;
	rc = desk_slurp(path, &text, e);
	if (format == -2)
		format = (int)contacts_format_of(buf_view(&text));
	if (rc == 0 && contacts_import(c->d, (enum contacts_format)format, buf_view(&text),
				       str_basename(str_of(path)), &n, &fresh, e) < 0)
		rc = err_prefix(e, "%s (as %s)", path, FORMATS[format]);
	if (rc == 0)
		buf_printf(
			&c->out,
			"%s: %llu entries, %llu contacts, %llu new or younger; %llu without a contact, %llu malformed\n",
			FORMATS[format], (unsigned long long)n.objects, (unsigned long long)n.told,
			(unsigned long long)fresh, (unsigned long long)n.bare,
			(unsigned long long)n.malformed);
	buf_done(&text);
	return rc;
}

struct finding_contacts {
	struct desk_call *c;
	int format; /* table, csv, json */
	const char *step;
	uint64_t n;
	char country[3];
};

static int64_t age_days(const struct desk_call *c, str seen)
{
	enum time_basis basis;
	int64_t ns;

	return time_parse_iso(seen, &ns, &basis) ? (desk_now(c->d) - ns) / NS_PER_DAY : -1;
}

static int show_contact(void *ctx, const struct contact *x, err *e)
{
	struct finding_contacts *f = ctx;
	const str cells[] = { str_of(f->step), x->contact, x->kind, x->key,
			      x->country,      x->source,  x->seen, x->name };
	static const char *const NAMES[] = { "for",     "contact", "kind", "key",
					     "country", "source",  "seen", "name" };
	static const size_t WIDTHS[] = { 13, 28, 13, 20, 7, 24, 20, 0 };
	int64_t age = age_days(f->c, x->seen);
	buf *b = &f->c->out;

	(void)e;
	if (x->country.len == 2 && !f->country[0])
		memcpy(f->country, x->country.ptr, 2);
	if (f->format == 2)
		buf_z(b, f->n ? ",\n{" : "\n{");
	for (size_t i = 0; i < COUNT(cells); i++) {
		if (f->format == 2) {
			json_member_str(b, NAMES[i], cells[i]);
		} else if (f->format == 1) {
			csv_cell(b, cells[i]);
			buf_byte(b, ',');
		} else if (WIDTHS[i]) {
			size_t w = term_width(cells[i]);

			term_cell(b, cells[i].len ? cells[i] : STR("-"), w > WIDTHS[i] ? w : WIDTHS[i]);
			buf_z(b, "  ");
		} else {
			term_str(b, cells[i]);
		}
	}
	if (f->format == 2) {
		json_member_i64(b, "age_days", age);
		buf_byte(b, '}');
	} else if (f->format == 1) {
		buf_printf(b, "%lld" CSV_LINE_END, (long long)age);
	} else {
		buf_printf(b, " (%lld days old)\n", (long long)age);
	}
	f->n++;
	return 0;
}

int desk_contacts_find(struct desk_call *c, err *e)
{
	static const char *const FORMATS[] = { "table", "csv", "json", NULL };
	struct finding_contacts f = { .c = c, .format = args_word(c->args, "format", FORMATS, 0, e) };
	const char *country = args_get(c->args, "country");
	str what = str_of(c->args->paths.at[0]);
	enum contact_scope scope = contact_scope_of(what);

	if (f.format < 0)
		return -1;
	if (f.format == 1)
		buf_z(&c->out, "for,contact,kind,key,country,source,seen,name,age_days" CSV_LINE_END);
	if (f.format == 2)
		buf_byte(&c->out, '[');
	f.step = contact_scope_name(scope);
	if (contacts_each(c->d, scope, what, NULL, show_contact, &f, e) < 0)
		return -1;
	f.step = "country";
	if (!country && f.country[0])
		country = f.country;
	if (country && contacts_each(c->d, CONTACT_COUNTRY, str_of(country), NULL, show_contact, &f, e) < 0)
		return -1;
	if (f.format == 2)
		buf_z(&c->out, "\n]\n");
	if (f.n == 0 && f.format == 0)
		cli_say(c->cli, "no contact is known for %s", c->args->paths.at[0]);
	return 0;
}
