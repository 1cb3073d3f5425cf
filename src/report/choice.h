/* choice.h - the highest of many by rank, as many as there is room for, without sorting them.
 * Thread rule: one owner. */
#ifndef SPOOR_REPORT_CHOICE_H
#define SPOOR_REPORT_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#define CHOICE_RANKS 256

struct choice {
	uint8_t least;     /* what is of this rank is taken while there is room */
	uint64_t of_least; /* how many more of it */
};

#define CHOICE_ALL ((struct choice){ 0, UINT64_MAX })

/* of[r]: how many have rank r. */
struct choice choice_make(const uint64_t of[CHOICE_RANKS], uint64_t room);

/* Is the next one, of this rank, among them? To be asked once for each, in any order. */
bool choice_take(struct choice *c, uint8_t rank);

#endif
