#include "story/odds.h"

#include <math.h>

static const double ODDS[FAMILIES][GRADES] = {
	[FAMILY_ENDPOINT] = { 0, 0, 0.5, 2.0, 7.0 }, [FAMILY_DELIVERY] = { 0, 0, 0.5, 1.5, 2.0 },
	[FAMILY_NETWORK] = { 0, 0, 0.5, 3.5, 4.0 },  [FAMILY_LOGON] = { 0, 0, 0.3, 1.5, 5.5 },
	[FAMILY_ALERT] = { 0, 0, 0.3, 0.5, 2.0 },    [FAMILY_SERVICE] = { 0, 0, 0.5, 2.0, 7.0 },
};

double clue_odds(enum clue_family family, enum clue_grade grade)
{
	return (unsigned)family < FAMILIES && (unsigned)grade < GRADES ? ODDS[family][grade] : 0;
}

double odds_probability(double odds)
{
	return 1 / (1 + exp(-odds));
}
