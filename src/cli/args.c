#include "cli/command.h"

enum { ARGS_MAX = 100000 };

const struct cli_option CLI_COMMON_OPTIONS[] = {
	{ 0, "color", "WHEN", "Colour: auto (only on a terminal), always or never" },
	{ 'h', "help", NULL, "Show this help" },
	{ 0 },
};

static const struct cli_option *find_in(const struct cli_option *o, char letter, str name)
{
	for (; o->name; o++)
		if (letter ? o->letter == letter : str_eq(str_of(o->name), name))
			return o;
	return NULL;
}

static const struct cli_option *find(const struct command *cmd, char letter, str name)
{
	const struct cli_option *o = find_in(cmd->options, letter, name);

	return o ? o : find_in(CLI_COMMON_OPTIONS, letter, name);
}

static int give(struct cli_args *a, const struct cli_option *o, const char *value, err *e)
{
	struct cli_given *g = VEC_PUSH(&a->given, ARGS_MAX);

	if (!g)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "too many options");
	*g = (struct cli_given){ o, value };
	return 0;
}

/* --name, --name=value or --name value. *argv moves on where the value is a word of its own. */
static int parse_long(struct cli_args *a, const struct command *cmd, const char *const **argv, err *e)
{
	const char *word = **argv + 2, *eq = strchr(word, '=');
	str name = { word, eq ? (size_t)(eq - word) : strlen(word) };
	const struct cli_option *o = find(cmd, 0, name);

	if (!o)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "unknown option --%.*s", STR_ARG(name));
	if (!o->arg)
		return eq ? err_set(e, ERR_ARG, ERR_NO_OFFSET, "--%s takes no value", o->name)
			  : give(a, o, "", e);
	if (eq)
		return give(a, o, eq + 1, e);
	if (!(*argv)[1])
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "--%s needs %s", o->name, o->arg);
	return give(a, o, *++*argv, e);
}

/* -x, -xVALUE, -x VALUE, or several letters without values. */
static int parse_short(struct cli_args *a, const struct command *cmd, const char *const **argv, err *e)
{
	for (const char *p = **argv + 1; *p; p++) {
		const struct cli_option *o = find(cmd, *p, (str){ 0 });

		if (!o)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "unknown option -%c", *p);
		if (!o->arg) {
			if (give(a, o, "", e) < 0)
				return -1;
			continue;
		}
		if (p[1])
			return give(a, o, p + 1, e);
		if (!(*argv)[1])
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "-%c needs %s", *p, o->arg);
		return give(a, o, *++*argv, e);
	}
	return 0;
}

int args_parse(struct cli_args *ret, const struct command *cmd, const char *const *argv, err *e)
{
	struct cli_args a = { 0 };
	bool options = true;
	int rc = 0;

	for (; rc == 0 && *argv; argv++) {
		const char *w = *argv;

		if (options && strcmp(w, "--") == 0) {
			options = false;
		} else if (options && w[0] == '-' && w[1] == '-') {
			rc = parse_long(&a, cmd, &argv, e);
		} else if (options && w[0] == '-' && w[1]) {
			rc = parse_short(&a, cmd, &argv, e);
		} else {
			const char **p = VEC_PUSH(&a.paths, ARGS_MAX);

			if (p)
				*p = w;
			else
				rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %d paths", ARGS_MAX);
		}
	}
	if (rc < 0) {
		args_done(&a);
		return -1;
	}
	*ret = a;
	return 0;
}

void args_done(struct cli_args *args)
{
	VEC_DONE(&args->given);
	VEC_DONE(&args->paths);
}

const char *args_nth(const struct cli_args *args, const char *name, size_t i)
{
	for (size_t k = 0; k < args->given.len; k++)
		if (strcmp(args->given.at[k].option->name, name) == 0 && i-- == 0)
			return args->given.at[k].value;
	return NULL;
}

const char *args_get(const struct cli_args *args, const char *name)
{
	for (size_t k = args->given.len; k-- > 0;)
		if (strcmp(args->given.at[k].option->name, name) == 0)
			return args->given.at[k].value;
	return NULL;
}

int args_number(const struct cli_args *args, const char *name, uint64_t min, uint64_t max, uint64_t absent,
		uint64_t *ret, err *e)
{
	const char *text = args_get(args, name);
	uint64_t v = absent;

	if (text && (!str_to_u64(str_of(text), &v) || v < min || v > max))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "--%s takes a number from %llu to %llu, not \"%s\"",
			       name, (unsigned long long)min, (unsigned long long)max, text);
	*ret = v;
	return 0;
}

int args_word(const struct cli_args *args, const char *name, const char *const *words, int absent, err *e)
{
	const char *text = args_get(args, name);
	buf list = { 0 };

	if (!text)
		return absent;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	for (int i = 0; words[i]; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
	err_set(e, ERR_ARG, ERR_NO_OFFSET, "--%s takes one of %.*s, not \"%s\"", name, (int)list.len,
		list.ptr, text);
	buf_done(&list);
	return -1;
}
