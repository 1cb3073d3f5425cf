#include "report/choice.h"

struct choice choice_make(const uint64_t of[CHOICE_RANKS], uint64_t room)
{
	for (int r = CHOICE_RANKS - 1; r > 0; r--) {
		if (of[r] >= room)
			return (struct choice){ (uint8_t)r, room };
		room -= of[r];
	}
	return (struct choice){ 0, room };
}

bool choice_take(struct choice *c, uint8_t rank)
{
	if (rank != c->least)
		return rank > c->least;
	if (c->of_least == 0)
		return false;
	c->of_least--;
	return true;
}
