/* codepage.h - legacy code pages to UTF-8, by tables that the build makes.
 *
 * Not iconv: it loads its tables when they are first asked for, which a sandboxed worker cannot, and keeps
 * them in the process. Thread rule: constant tables, pure functions. */
#ifndef SPOOR_READERS_CODEPAGE_H
#define SPOOR_READERS_CODEPAGE_H

#include "util/buf.h"

struct codepage;

/* By name or alias ("gb18030" "cp936" "gbk" "cp932" "shift_jis" "cp949" "euc-kr" "cp1251" "cp1252" ...),
 * case and '-' '_' do not matter; NULL if it is none of ours. */
const struct codepage *codepage_named(str name);
const char *codepage_name(const struct codepage *cp);

/* Append s in UTF-8; bytes that are no character of the code page as \xNN. */
void codepage_decode(const struct codepage *cp, bytes s, buf *out);

/* The code page that text with bytes above 0x7F is most likely in, judged by which of them it fills with
 * common characters; NULL where there is too little text or no code page stands out. */
const struct codepage *codepage_guess(bytes s);

#endif
