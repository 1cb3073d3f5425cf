/* Inventories as they come: tables with a header, and lists of CPE names. */
#include "util/limits.h"
#include "warn/stock.h"
#include "warn/tablein.h"

enum column {
	C_PARTY,
	C_HOST,
	C_VENDOR,
	C_PRODUCT,
	C_VERSION,
	C_CPE,
	C_PURL,
	C_EXPOSURE,
	C_CONTACT,
	C_OWNER,
	C_IP,
	COLUMNS
};

/* Names as tablein_plain() makes them. */
static const struct {
	const char *name;
	enum column column;
} NAMES[] = {
	{ "party", C_PARTY },
	{ "organisation", C_PARTY },
	{ "organization", C_PARTY },
	{ "org", C_PARTY },
	{ "constituent", C_PARTY },
	{ "customer", C_PARTY },
	{ "company", C_PARTY },
	{ "单位", C_PARTY },     /* unit */
	{ "单位名称", C_PARTY }, /* name of the unit */
	{ "组织", C_PARTY },     /* organisation */
	{ "host", C_HOST },
	{ "hostname", C_HOST },
	{ "fqdn", C_HOST },
	{ "asset", C_HOST },
	{ "assetname", C_HOST },
	{ "device", C_HOST },
	{ "computer", C_HOST },
	{ "server", C_HOST },
	{ "主机", C_HOST },   /* host */
	{ "主机名", C_HOST }, /* host name */
	{ "资产", C_HOST },   /* asset */
	{ "ip", C_IP },
	{ "ipaddress", C_IP },
	{ "address", C_IP },
	{ "ip地址", C_IP },
	{ "vendor", C_VENDOR },
	{ "manufacturer", C_VENDOR },
	{ "maker", C_VENDOR },
	{ "publisher", C_VENDOR },
	{ "supplier", C_VENDOR },
	{ "厂商", C_VENDOR },   /* maker */
	{ "供应商", C_VENDOR }, /* supplier */
	{ "product", C_PRODUCT },
	{ "productname", C_PRODUCT },
	{ "software", C_PRODUCT },
	{ "softwarename", C_PRODUCT },
	{ "application", C_PRODUCT },
	{ "产品", C_PRODUCT },     /* product */
	{ "产品名称", C_PRODUCT }, /* product name */
	{ "软件", C_PRODUCT },     /* software */
	{ "version", C_VERSION },
	{ "productversion", C_VERSION },
	{ "softwareversion", C_VERSION },
	{ "release", C_VERSION },
	{ "版本", C_VERSION },   /* version */
	{ "版本号", C_VERSION }, /* version number */
	{ "cpe", C_CPE },
	{ "cpe23", C_CPE },
	{ "cpename", C_CPE },
	{ "purl", C_PURL },
	{ "packageurl", C_PURL },
	{ "exposure", C_EXPOSURE },
	{ "exposed", C_EXPOSURE },
	{ "internetfacing", C_EXPOSURE },
	{ "zone", C_EXPOSURE },
	{ "暴露", C_EXPOSURE }, /* exposure */
	{ "contact", C_CONTACT },
	{ "mail", C_CONTACT },
	{ "email", C_CONTACT },
	{ "联系人", C_CONTACT }, /* contact */
	{ "邮箱", C_CONTACT },   /* mail box */
	{ "owner", C_OWNER },
	{ "responsible", C_OWNER },
	{ "负责人", C_OWNER }, /* responsible */
};

/* Which cell is which; -1: the table has no such column. */
static int header(const struct tablein *t, int column[COLUMNS])
{
	char plain[64];
	int found = 0;

	for (int c = 0; c < COLUMNS; c++)
		column[c] = -1;
	for (size_t i = 0; i < t->n; i++) {
		str name = t->cell[i].len <= sizeof plain ? tablein_plain(t->cell[i], plain) : (str){ 0 };

		for (size_t k = 0; k < COUNT(NAMES); k++)
			if (str_is(name, NAMES[k].name) && column[NAMES[k].column] < 0) {
				column[NAMES[k].column] = (int)i;
				found++;
			}
	}
	return found;
}

static str at(const struct tablein *t, const int column[COLUMNS], enum column c)
{
	return column[c] >= 0 && (size_t)column[c] < t->n ? t->cell[column[c]] : (str){ 0 };
}

static str either(str a, str b)
{
	return a.len ? a : b;
}

static int full(err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u rows of inventory, or no memory for them",
		       LIMIT_WARN_ROWS);
}

static int read_table(struct stock *s, struct tablein *t, err *e)
{
	int column[COLUMNS], rc;
	arena mem;

	arena_init(&mem, LIMIT_WARN_LIST_BYTES);
	rc = tablein_row(t, &mem, e);
	if (rc > 0)
		header(t, column);
	if (rc == 0 || (rc > 0 && column[C_PRODUCT] < 0 && column[C_CPE] < 0 && column[C_PURL] < 0))
		rc = err_set(
			e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			"the first line names no column product, cpe or purl: an inventory is a table such as "
			"party,host,vendor,product,version");
	while (rc > 0 && (arena_clear(&mem), rc = tablein_row(t, &mem, e)) > 0) {
		struct stock_given g = {
			.party = at(t, column, C_PARTY),
			.host = either(at(t, column, C_HOST), at(t, column, C_IP)),
			.vendor = at(t, column, C_VENDOR),
			.product = at(t, column, C_PRODUCT),
			.version = at(t, column, C_VERSION),
			.contact = either(at(t, column, C_CONTACT), at(t, column, C_OWNER)),
			.cpe = at(t, column, C_CPE),
			.purl = at(t, column, C_PURL),
			.exposure = at(t, column, C_EXPOSURE),
		};

		stock_add(s, &g);
		if (s->failed)
			rc = full(e);
	}
	arena_done(&mem);
	return rc;
}

static int read_names(struct stock *s, str text, err *e)
{
	while (text.len && !s->failed) {
		str line = str_trim(str_cut(text, '\n', &text)), rest;
		struct stock_given g = { .cpe = str_cut(line, ',', &rest) };

		if (line.len && line.ptr[0] != '#')
			stock_add(s, &g);
	}
	return s->failed ? full(e) : 0;
}

int stock_read(struct stock *s, str text, str source, err *e)
{
	struct tablein *t = malloc(sizeof *t);
	int rc;

	if (!t)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an inventory");
	tablein_open(t, text);
	rc = cpe_is_like(t->rest) ? read_names(s, t->rest, e) : read_table(s, t, e);
	free(t);
	return rc < 0 ? err_prefix(e, "%.*s", STR_ARG(source)) : 0;
}
