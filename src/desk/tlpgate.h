/* tlpgate.h - who may be told of an incident, by its colours of TLP 2.0 and PAP. Thread rule: constant tables.
 *
 *	TLP           who was hurt  hoster  registrar  national team
 *	CLEAR, GREEN  yes           yes     yes        yes
 *	AMBER         yes           yes     yes        yes
 *	AMBER+STRICT  yes           named   named      named
 *	RED           named         named   named      named
 *
 *	PAP           who was hurt  those who run or registered what was used
 *	CLEAR, GREEN  yes           yes
 *	AMBER, RED    yes           named: asking them can be seen by whoever uses it
 *
 * "named": only if the incident's field `named` has the party's name or mail address. Both tables must allow it. */
#ifndef SPOOR_DESK_TLPGATE_H
#define SPOOR_DESK_TLPGATE_H

#include "share/share.h"

enum notice_role { NOTICE_VICTIM, NOTICE_HOSTER, NOTICE_REGISTRAR, NOTICE_NATIONAL, NOTICE_ROLES };
const char *notice_role_name(enum notice_role r); /* "victim" "hoster" "registrar" "national-cert" */
bool notice_role_named(str name, enum notice_role *ret);

/* May it be told? If not, *why is the reason, as the end of a sentence. named: the field of the incident; name, mail: of the
 * party. Colours as the registry has them; an unknown colour is as RED. */
bool tlp_gate(str tlp, str pap, enum notice_role role, str named, str name, str mail, const char **why);
/* May something be asked of those who run what was used (take-downs)? */
bool pap_allows_action(str pap);

#endif
