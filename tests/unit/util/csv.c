#include "unit.h"

#include "util/csv.h"

static void cells_cannot_become_formulas(void **state)
{
	static const struct { str in, want; } T[] = {
		{ STR("plain"), STR("plain") },
		{ STR(""), STR("") },
		{ STR("=1+1"), STR("\"'=1+1\"") },
		{ STR("+1"), STR("\"'+1\"") },
		{ STR("-1"), STR("\"'-1\"") },
		{ STR("@x"), STR("\"'@x\"") },
		{ STR("\tx"), STR("\"'\tx\"") },
		{ STR("\rx"), STR("\"'\rx\"") },
		{ STR("a=1"), STR("a=1") },
		{ STR("a,b"), STR("\"a,b\"") },
		{ STR("a\"b"), STR("\"a\"\"b\"") },
		{ STR("\"\""), STR("\"\"\"\"\"\"") },
		{ STR("a\nb"), STR("\"a\nb\"") },
		{ STR("\xff"), STR("\\xff") },
	};
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&b);
		csv_cell(&b, T[i].in);
		CHECK_STR(T[i].want.ptr, buf_view(&b), T[i].want);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(cells_cannot_become_formulas) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
