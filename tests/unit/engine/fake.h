/* fake.h - readers, rules and renderers of these tests, in place of the real ones at link time.
 *
 * A fake file is a row of 64-byte records. The first names the format: "FAKE" or, for one that may be
 * read in pieces, "FAKP". The first byte of each other record is what happens:
 *   E an event, its record id behind it; "evil" in it is a finding    B a gap     F the reader gives up
 *   S segmentation fault   L endless loop   X exit   M an invalid message   O tries to open a file
 * Thread rule: constants. */
#ifndef SPOOR_TESTS_ENGINE_FAKE_H
#define SPOOR_TESTS_ENGINE_FAKE_H

#define FAKE_RECORD 64u

#endif
