/** How often what is called after an outage is called: it decides what calling costs, never what must be held ready. */

/** Assumed by this project, not from an operator's statistics: an element of a buried 20 kV network fails once in twenty years and is repaired in a day. */
export const ASSUMED_OUTAGES = { aYear: 0.05, repairH: 24 } as const
const HOURS_A_YEAR = 8760

/** Share of a year in which a given element is out. */
export const outageShare = ({ aYear, repairH }: { readonly aYear: number; readonly repairH: number } = ASSUMED_OUTAGES): number => (aYear * repairH) / HOURS_A_YEAR
