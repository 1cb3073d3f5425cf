#include "desk/noticetext.h"

#include <stdlib.h>

#include "share/share.h"
#include "store/ref.h"
#include "util/limits.h"
#include "util/times.h"

static void number(buf *b, uint64_t n)
{
	buf_clear(b);
	buf_u64(b, n);
}

/* What would be markup, a template's or a link that programs make of bare addresses; at the beginning, also what would begin a
 * heading or a list. CommonMark: any punctuation may be escaped, and then is nothing else. */
static bool is_markup(str s, size_t i)
{
	char c = s.ptr[i];

	if (strchr("\\`*_[]<>|&~{}$@", c))
		return true;
	if (i == 0)
		return strchr("#+-=", c) != NULL;
	if (c == ':')
		return s.len - i > 2 && s.ptr[i + 1] == '/' && s.ptr[i + 2] == '/';
	return c == '.' && i >= 3 && str_eq_ascii_nocase((str){ s.ptr + i - 3, 3 }, STR("www"));
}

void notice_evidence(buf *b, str s, bool markdown)
{
	buf text = { 0 };

	share_text(&text, s);
	for (size_t i = 0; i < text.len; i++) {
		if (markdown && is_markup(buf_view(&text), i))
			buf_byte(b, '\\');
		buf_byte(b, text.ptr[i]);
	}
	b->failed |= text.failed;
	buf_done(&text);
}

static void seconds(buf *b, const struct notice_text *n, int64_t ns)
{
	char text[TIME_TEXT_MAX];

	if (ns == TIME_NONE) {
		buf_z(b, desk_word("word.unknown_time", n->lang));
		return;
	}
	time_text(ns - ((ns % NS_PER_S) + NS_PER_S) % NS_PER_S, text);
	buf_printf(b, "%.10s %.8s", text, text + 11);
}

static void deadline(buf *b, str time)
{
	buf_str(b, (str){ time.ptr, time.len < 10 ? time.len : 10 });
}

static void title(buf *b, const struct notice_text *n, const char *key)
{
	buf_printf(b, "\n%s%s\n\n", n->markdown ? "## " : "", desk_word(key, n->lang));
}

static void item(buf *b)
{
	buf_z(b, "- ");
}

/* --- subject --------------------------------------------------------------------------------------------- */

static uint32_t concerned(const struct told *t)
{
	return t->by_class[CLASS_CONFIRMED] + t->by_class[CLASS_LIKELY] + t->by_class[CLASS_EXPOSED];
}

void notice_subject(buf *b, const struct notice_text *n)
{
	static const char *const KEYS[NOTICE_ROLES] = { "subject.victim", "subject.outside",
							"subject.registrar", "subject.national" };
	buf count = { 0 };

	number(&count, n->role == NOTICE_VICTIM ? concerned(n->told) : n->told->indicator.len);
	buf_printf(b, "[TLP:%.*s] [%.*s %.*s] ", STR_ARG(n->tlp), STR_ARG(n->incident), STR_ARG(n->notice));
	desk_say(b, n->lang, KEYS[n->role], (struct desk_arg[]){ { "n", buf_view(&count) }, { 0 } });
	buf_done(&count);
}

/* --- head ------------------------------------------------------------------------------------------------- */

static void line(buf *b, const struct notice_text *n, const char *key, const struct desk_arg *args)
{
	desk_say(b, n->lang, key, args);
	buf_z(b, n->markdown ? "  \n" : "\n");
}

static void head(buf *b, const struct notice_text *n)
{
	buf name = { 0 }, org = { 0 }, day = { 0 }, key = { 0 };

	notice_evidence(&name, n->name, n->markdown);
	notice_evidence(&org, n->org, n->markdown);
	deadline(&day, n->deadline);
	if (n->markdown) {
		buf_z(b, "# ");
		notice_subject(b, n);
		buf_z(b, "\n\n");
	}
	buf_printf(&key, "tlp.%.*s%c", STR_ARG(n->tlp), 0);
	buf_printf(b, "TLP:%.*s. %s%s\n", STR_ARG(n->tlp), key.failed ? "" : desk_word(key.ptr, n->lang),
		   n->markdown ? "  " : "");
	buf_clear(&key);
	buf_printf(&key, "pap.%.*s%c", STR_ARG(n->pap), 0);
	buf_printf(b, "PAP:%.*s. %s%s\n", STR_ARG(n->pap), key.failed ? "" : desk_word(key.ptr, n->lang),
		   n->markdown ? "  " : "");
	line(b, n, "head.from",
	     (struct desk_arg[]){ { "org", buf_view(&org) }, { "contact", n->contact }, { 0 } });
	line(b, n, "head.to", (struct desk_arg[]){ { "name", buf_view(&name) }, { 0 } });
	line(b, n, "head.id",
	     (struct desk_arg[]){ { "incident", n->incident }, { "notice", n->notice }, { 0 } });
	line(b, n, "head.deadline", (struct desk_arg[]){ { "deadline", buf_view(&day) }, { 0 } });
	buf_done(&name);
	buf_done(&org);
	buf_done(&day);
	buf_done(&key);
}

/* --- of a victim -------------------------------------------------------------------------------------------- */

static void hosts(buf *b, const struct notice_text *n)
{
	static const char *const KEYS[] = { "class.confirmed", "class.likely", "class.exposed" };
	buf name = { 0 }, percent = { 0 }, first = { 0 };

	title(b, n, "title.hosts");
	for (size_t i = 0; i < n->told->host.len; i++) {
		const struct incident_host *v = n->told->host.at[i].verdict;

		buf_clear(&name), buf_clear(&first);
		notice_evidence(&name, n->told->host.at[i].name, n->markdown);
		number(&percent, (uint64_t)(v->probability * 100 + 0.5));
		seconds(&first, n, v->first_ns);
		item(b);
		desk_say(b, n->lang, "line.host",
			 (struct desk_arg[]){ { "host", buf_view(&name) },
					      { "class", str_of(desk_word(KEYS[v->class], n->lang)) },
					      { "percent", buf_view(&percent) },
					      { "first", buf_view(&first) },
					      { 0 } });
		buf_byte(b, '\n');
	}
	if (n->told->host.len == 0)
		buf_printf(b, "- %s\n", desk_word("line.no_hosts", n->lang));
	buf_done(&name);
	buf_done(&percent);
	buf_done(&first);
}

struct pick {
	uint32_t clue;
	uint8_t weight;
};

static int by_weight(const void *pa, const void *pb)
{
	const struct pick *a = pa, *b = pb;

	return a->weight != b->weight ? (a->weight < b->weight ? 1 : -1)
	       : a->clue < b->clue    ? -1
				      : a->clue > b->clue;
}

static int by_clue(const void *pa, const void *pb)
{
	const struct pick *a = pa, *b = pb;

	return a->clue < b->clue ? -1 : a->clue > b->clue;
}

/* How a host was reached is said in words of ours, which may be accounts of somebody: "admin share". */
static bool is_ours(const struct story_sentence *s, uint32_t i)
{
	return strcmp(s->names[i], "how") == 0 &&
	       (strcmp(s->key, "inc.access") == 0 || strcmp(s->key, "inc.went_to") == 0);
}

/* The sentence, with each value that the party may not read replaced. */
static void sign(buf *b, const struct notice_text *n, const struct story_clue *c)
{
	struct story_sentence s = c->sentence;
	char ref[REF_TEXT_MAX];
	buf text = { 0 };

	for (uint32_t i = 0; i < s.nargs; i++)
		if (!is_ours(&s, i) && !privacy_may_read(n->privacy, n->party, s.values[i]))
			s.values[i] = str_of(desk_word("word.withheld", n->lang));
	story_sentence_text(&s, n->lang, &text);
	item(b);
	seconds(b, n, c->ns);
	buf_byte(b, ' ');
	notice_evidence(b, story_host_name(n->told->st, c->host), n->markdown);
	buf_z(b, ": ");
	notice_evidence(b, buf_view(&text), n->markdown);
	if (c->refs.n && c->refs.at[0].item < n->told->st->nitems &&
	    n->told->st->items[c->refs.at[0].item].has_sha256) {
		event_ref_text(n->told->st->items[c->refs.at[0].item].sha256, &c->refs.at[0], ref);
		buf_printf(b, " [%s]", ref);
	}
	buf_byte(b, '\n');
	b->failed |= text.failed;
	buf_done(&text);
}

static void seen(buf *b, const struct notice_text *n)
{
	const struct incident *in = n->told->st->incident;
	VEC(struct pick) picks = { 0 };
	size_t shown;
	buf more = { 0 };

	title(b, n, "title.seen");
	for (uint32_t i = 0; i < in->nclues; i++) {
		const struct story_clue *c = &in->clues[i];
		struct pick *p;

		if (c->incident == STORY_NOBODY || c->host == STORY_NOBODY || !n->told->mine[c->host] ||
		    c->grade < GRADE_WEAK)
			continue;
		p = VEC_PUSH(&picks, LIMIT_STORY_CLUES);
		if (p)
			*p = (struct pick){ i, c->weight };
		else
			b->failed = true;
	}
	if (picks.len)
		qsort(picks.at, picks.len, sizeof *picks.at, by_weight);
	shown = picks.len < LIMIT_DESK_SIGNS ? picks.len : LIMIT_DESK_SIGNS;
	if (shown)
		qsort(picks.at, shown, sizeof *picks.at, by_clue);
	for (size_t i = 0; i < shown; i++)
		sign(b, n, &in->clues[picks.at[i].clue]);
	number(&more, picks.len - shown);
	if (picks.len > shown) {
		item(b);
		desk_say(b, n->lang, "line.more", (struct desk_arg[]){ { "n", buf_view(&more) }, { 0 } });
		buf_byte(b, '\n');
	}
	if (picks.len == 0)
		buf_printf(b, "- %s\n", desk_word("word.none", n->lang));
	buf_done(&more);
	VEC_DONE(&picks);
}

/* --- what is outside -------------------------------------------------------------------------------------------- */

static void indicator(buf *b, const struct notice_text *n, const struct told_indicator *x)
{
	struct share_options o = { .hosts = n->role == NOTICE_VICTIM };
	buf plain = { 0 }, shown = { 0 }, percent = { 0 }, first = { 0 }, last = { 0 };
	char role[16];

	share_readable(&plain, x, &o);
	notice_evidence(&shown, buf_view(&plain), n->markdown);
	number(&percent, x->confidence);
	seconds(&first, n, x->first_ns);
	seconds(&last, n, x->last_ns);
	snprintf(role, sizeof role, "role.%d", (int)x->role);
	item(b);
	desk_say(b, n->lang, "line.indicator",
		 (struct desk_arg[]){ { "value", buf_view(&shown) },
				      { "role", str_of(desk_word(role, n->lang)) },
				      { "percent", buf_view(&percent) },
				      { "first", buf_view(&first) },
				      { "last", buf_view(&last) },
				      { 0 } });
	buf_byte(b, '\n');
	buf_done(&plain);
	buf_done(&shown);
	buf_done(&percent);
	buf_done(&first);
	buf_done(&last);
}

static void outside(buf *b, const struct notice_text *n)
{
	title(b, n, n->role == NOTICE_VICTIM ? "title.outside" : "title.targets");
	for (size_t i = 0; i < n->told->indicator.len; i++)
		indicator(b, n, &n->told->indicator.at[i]);
	if (n->told->indicator.len == 0)
		buf_printf(b, "- %s\n", desk_word("word.none", n->lang));
}

static void ask(buf *b, const struct notice_text *n)
{
	char key[48];

	title(b, n, "title.ask");
	for (int i = 1; i < 10; i++) {
		const char *text;

		snprintf(key, sizeof key, "ask.%s.%d", notice_role_name(n->role), i);
		text = desk_word(key, n->lang);
		if (text == key) /* there are no more */
			break;
		buf_printf(b, "%d. %s\n", i, text);
	}
	buf_printf(b, "\n%s\n", desk_word("answer.how", n->lang));
	if (!n->markdown)
		buf_printf(b, "%s\n", desk_word("answer.attached", n->lang));
}

void notice_body(buf *b, const struct notice_text *n)
{
	char intro[48];

	snprintf(intro, sizeof intro, "intro.%s", notice_role_name(n->role));
	head(b, n);
	buf_printf(b, "\n%s\n", desk_word(intro, n->lang));
	if (n->role == NOTICE_VICTIM) {
		hosts(b, n);
		seen(b, n);
	}
	outside(b, n);
	ask(b, n);
}

void notice_indicators_keep(struct told *t, const struct privacy *p, uint32_t party)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->indicator.len; i++) {
		struct told_indicator x = t->indicator.at[i];

		if (!privacy_may_read(p, party, x.value))
			continue;
		if (!privacy_may_read(p, party, x.name))
			x.name = STR("");
		t->indicator.at[kept++] = x;
	}
	t->indicator.len = kept;
}
