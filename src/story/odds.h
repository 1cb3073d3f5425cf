/* odds.h - what a clue adds to the log-odds that a host was under control.
 *
 * Each family of evidence speaks once, with its strongest clue; the sum with the prior gives the
 * probability. Hosts that are cleared or cannot be judged have one by their class. Thread rule: constants. */
#ifndef SPOOR_STORY_ODDS_H
#define SPOOR_STORY_ODDS_H

#include "story/incident.h"

#define ODDS_PRIOR (-4.0)
#define ODDS_CLEARED (-6.0) /* logs cover the time and show nothing */
#define ODDS_STOPPED (-4.5) /* cleared, and something was stopped on it */

/* Of the strongest clue of a family. */
double clue_odds(enum clue_family family, enum clue_grade grade);

/* 0..1 */
double odds_probability(double odds);

#endif
