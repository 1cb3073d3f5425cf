// Which tactics of ATT&CK a technique belongs to, for techniques that are usual in incidents (attack.mitre.org, Enterprise). A rule
// names several tactics and techniques without saying which goes with which; this tells. What v19 split into Stealth and Defense
// Impairment is left to the tags of the rule: `evades`.
const P = 'persistence', E = 'execution', V = 'privilege-escalation', C = 'credential-access', D = 'discovery', L = 'lateral-movement', K = 'collection',
  N = 'command-and-control', X = 'exfiltration', I = 'initial-access', M = 'impact';
const EVADES = ['stealth', 'defense-impairment', 'defense-evasion'];

const TACTICS: Record<string, string[]> = {
  T1003: [C], T1005: [K], T1007: [D], T1012: [D], T1016: [D], T1018: [D], T1021: [L], T1027: EVADES, T1033: [D], T1036: EVADES, T1037: [P, V], T1039: [K], T1040: [C, D],
  T1041: [X], T1046: [D], T1047: [E], T1048: [X], T1049: [D], T1053: [E, P, V], T1055: [V, ...EVADES], T1056: [K, C], T1057: [D], T1059: [E], T1068: [V], T1069: [D],
  T1070: EVADES, T1071: [N], T1072: [E, L], T1074: [K], T1078: [I, P, V, ...EVADES], T1082: [D], T1083: [D], T1087: [D], T1090: [N], T1095: [N], T1098: [P, V], T1102: [N],
  T1105: [N], T1106: [E], T1110: [C], T1112: [P, ...EVADES], T1113: [K], T1114: [K], T1133: [I, P], T1134: [V, ...EVADES], T1135: [D], T1136: [P], T1140: EVADES, T1176: [P],
  T1187: [C], T1189: [I], T1190: [I], T1195: [I], T1197: [P, ...EVADES], T1199: [I], T1201: [D], T1202: EVADES, T1203: [E], T1204: [E], T1210: [L], T1211: EVADES,
  T1212: [C], T1218: EVADES, T1219: [N], T1222: EVADES, T1482: [D], T1484: [V, ...EVADES], T1485: [M], T1486: [M], T1489: [M], T1490: [M], T1505: [P], T1518: [D], T1525: [P],
  T1534: [L], T1543: [P, V], T1546: [P, V], T1547: [P, V], T1548: [V, ...EVADES], T1550: [L, ...EVADES], T1552: [C], T1553: EVADES, T1554: [P], T1555: [C], T1556: [C, P, ...EVADES],
  T1557: [C, K], T1558: [C], T1559: [E], T1560: [K], T1561: [M], T1562: EVADES, T1563: [L], T1564: EVADES, T1566: [I], T1567: [X], T1568: [N], T1569: [E], T1570: [L],
  T1571: [N], T1572: [N], T1573: [N], T1574: [P, V, ...EVADES], T1615: [D], T1620: EVADES, T1649: [C],
};

/* Of the tactics that a rule names, those that its technique belongs to; all of them where the table does not know it. */
export function tacticsOf(technique: string, named: string[]): string[] {
  const known = TACTICS[technique.split('.')[0]];
  if (!known) return named;
  const both = named.filter((t) => known.includes(t));
  return both.length ? both : named.length ? [] : known.filter((t) => !EVADES.includes(t));
}
