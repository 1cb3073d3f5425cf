/* page_css.h - styles of pages, and their hashes for the policy. Thread rule: pure functions. */
#ifndef SPOOR_REPORT_PAGE_CSS_H
#define SPOOR_REPORT_PAGE_CSS_H

#include "report/out.h"

/* Of the document for print. */
bytes page_print_style(void);

/* 'sha256-...' of a piece of a page, so that its policy lets nothing else run or style. */
void page_hash_source(bytes source, buf *out);

#endif
