/* cpe.c - names of CPE: both bindings, and the relations of table 6-2 of NISTIR 7696; names of vendors and products. */
#include "unit.h"

#include "warn/cpe.h"
#include "warn/prodname.h"

static const struct {
	const char *text;
	const char *product, *version, *update, *target_sw; /* NULL: the text is no name */
} NAMES[] = {
	{ "cpe:2.3:a:adobe:illustrator:28.5:*:*:*:*:windows:*:*", "illustrator", "28.5", "*", "windows" },
	{ "CPE:2.3:A:Adobe:Illustrator:28.5:SP1:*:*:*:*:*:*", "illustrator", "28.5", "sp1", "*" },
	{ "cpe:2.3:a:x:note\\+\\+:-:*:*:*:*:*:*:*", "note++", "-", "*", "*" },
	{ "cpe:2.3:a:x:a\\:b:1:*:*:*:*:*:*:*", "a:b", "1", "*", "*" },
	{ "cpe:2.3:a:x:a\\*:1:*:*:*:*:*:*:*", "a*", "1", "*", "*" },
	{ "cpe:/a:x:y", "y", "*", "*", "*" },
	{ "cpe:/a:x:y:1.0:sp1:~~pro~wordpress~~", "y", "1.0", "sp1", "wordpress" },
	{ "cpe:/a:x:note%2b%2B:1.0", "note++", "1.0", "*", "*" },
	{ "cpe:/a:x:y:-", "y", "-", "*", "*" },
	{ "cpe:2.3:a:adobe:illustrator:28.5:*:*:*:*:*:*", NULL, NULL, NULL, NULL },     /* ten attributes */
	{ "cpe:2.3:a:adobe:illustrator:28.5:*:*:*:*:*:*:*:*", NULL, NULL, NULL, NULL }, /* twelve */
	{ "cpe:2.3:a:adobe::28.5:*:*:*:*:*:*:*", NULL, NULL, NULL, NULL },
	{ "cpe:2.3:x:adobe:illustrator:28.5:*:*:*:*:*:*:*", NULL, NULL, NULL, NULL },
	{ "cpe:2.3:a:ado*be:illustrator:28.5:*:*:*:*:*:*:*", NULL, NULL, NULL, NULL }, /* a wildcard inside */
	{ "cpe:2.3:a:x:y\\", NULL, NULL, NULL, NULL },
	{ "cpe:/a:x:y%2", NULL, NULL, NULL, NULL },
	{ "cpe:/a:x:y:1:2:3:4:5", NULL, NULL, NULL, NULL },
	{ "illustrator", NULL, NULL, NULL, NULL },
};

static void bindings(void **state)
{
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		struct cpe c;
		bool is = cpe_parse(str_of(NAMES[i].text), &mem, &c);

		CHECK(NAMES[i].text, is == (NAMES[i].product != NULL));
		if (!is)
			continue;
		CHECK_STR(NAMES[i].text, cpe_value_text(&c.at[CPE_PRODUCT]), str_of(NAMES[i].product));
		CHECK_STR(NAMES[i].text, cpe_value_text(&c.at[CPE_VERSION]), str_of(NAMES[i].version));
		CHECK_STR(NAMES[i].text, cpe_value_text(&c.at[CPE_UPDATE]), str_of(NAMES[i].update));
		CHECK_STR(NAMES[i].text, cpe_value_text(&c.at[CPE_TARGET_SW]), str_of(NAMES[i].target_sw));
	}
	arena_done(&mem);
}

/* The rows of table 6-2 in its order, with values for i, k, m1 and m2. */
static const struct {
	const char *source, *target;
	enum cpe_relation want;
} RELATIONS[] = {
	{ "*", "*", CPE_EQUAL },        { "*", "-", CPE_SUPERSET },      { "*", "1", CPE_SUPERSET },
	{ "*", "1*", CPE_UNDEFINED },   { "-", "*", CPE_SUBSET },        { "-", "-", CPE_EQUAL },
	{ "-", "1", CPE_DISJOINT },     { "-", "1*", CPE_UNDEFINED },    { "1", "1", CPE_EQUAL },
	{ "1", "2", CPE_DISJOINT },     { "1", "1*", CPE_UNDEFINED },    { "1", "-", CPE_DISJOINT },
	{ "1", "*", CPE_SUBSET },       { "1.*", "1.5", CPE_SUPERSET },  { "1.*", "2.5", CPE_DISJOINT },
	{ "1*", "*", CPE_SUBSET },      { "1*", "-", CPE_DISJOINT },     { "1*", "2*", CPE_UNDEFINED },
	{ "1.?", "1.5", CPE_SUPERSET }, { "1.?", "1.55", CPE_DISJOINT }, { "1.??", "1.55", CPE_SUPERSET },
	{ "*.5", "1.5", CPE_SUPERSET }, { "?.5", "11.5", CPE_DISJOINT }, { "*5*", "1.5.2", CPE_SUPERSET },
};

static void relations(void **state)
{
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(RELATIONS); i++) {
		struct cpe a, b;
		str x = arena_printf(&mem, "cpe:2.3:a:x:y:%s:*:*:*:*:*:*:*", RELATIONS[i].source),
		    y = arena_printf(&mem, "cpe:2.3:a:x:y:%s:*:*:*:*:*:*:*", RELATIONS[i].target);

		assert_true(cpe_parse(x, &mem, &a) && cpe_parse(y, &mem, &b));
		if (cpe_compare(&a.at[CPE_VERSION], &b.at[CPE_VERSION]) != RELATIONS[i].want)
			fail_msg("%s to %s is %d", RELATIONS[i].source, RELATIONS[i].target,
				 (int)cpe_compare(&a.at[CPE_VERSION], &b.at[CPE_VERSION]));
	}
	arena_done(&mem);
}

static const struct {
	const char *vendor, *product, *want_vendor, *want_product;
} PRODUCTS[] = {
	{ "Adobe Systems, Inc.", "Adobe\xc2\xae Illustrator\xe2\x84\xa2", "adobe", "illustrator" },
	{ "adobe", "illustrator", "adobe", "illustrator" },
	{ "", "Adobe Illustrator", "", "adobeillustrator" },
	{ "The Apache Software Foundation", "Apache NimBLE", "apache", "nimble" },
	{ "IBM", "IBM Cognos Controller", "ibm", "cognoscontroller" },
	{ "International Business Machines Corporation", "cognos_controller", "ibm", "cognoscontroller" },
	{ "Open JS", "Node.js", "openjs", "nodejs" },
	{ "x", "Notepad++", "x", "notepad++" },
	{ "n/a", "n/a", "", "" },
	{ "Adobe", "Adobe", "adobe", "adobe" }, /* nothing would be left */
	{ "Co", "Co", "co", "co" },
};

static void products(void **state)
{
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(PRODUCTS); i++) {
		struct prodname n = prodname_of(str_of(PRODUCTS[i].vendor), str_of(PRODUCTS[i].product), &b);

		CHECK_STR(PRODUCTS[i].product, n.vendor, str_of(PRODUCTS[i].want_vendor));
		CHECK_STR(PRODUCTS[i].product, n.product, str_of(PRODUCTS[i].want_product));
	}
	buf_done(&b);
	assert_true(prodname_vendors_akin(STR("cisco"), STR("ciscosystems")));
	assert_true(prodname_vendors_akin(STR(""), STR("cisco")));
	assert_false(prodname_vendors_akin(STR("corel"), STR("adobe")));
	assert_false(prodname_vendors_akin(STR("x"), STR("xerox")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bindings),
		cmocka_unit_test(relations),
		cmocka_unit_test(products),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
