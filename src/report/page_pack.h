/* page_pack.h - a stream that comes out as gzip in base64. Thread rule: one owner. */
#ifndef SPOOR_REPORT_PAGE_PACK_H
#define SPOOR_REPORT_PAGE_PACK_H

#include "report/out.h"

struct page_pack;

/* NULL: no memory. */
struct page_pack *page_pack_new(struct out *to);
/* As the `pass` of another out. */
int page_pack_pass(void *pack, bytes piece);
/* The rest; frees. 0 or an errno. */
int page_pack_end(struct page_pack *pack);

#endif
