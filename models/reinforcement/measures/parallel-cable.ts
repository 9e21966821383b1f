import { MOST_PARALLEL } from '#models/capacity/remedies.ts'
import type { Measure } from '../measure.ts'
import { sectionEffect } from './network-effect.ts'
import { sectionIsMedium, sectionsToEnlarge } from './places.ts'

export const CABLE_LIFE_YEARS = 40

/** One more of the same kind beside it, in a trench of its own. It needs no catalogue: what lies there is known. */
export const parallelCable: Measure = {
  kind: 'parallel-cable',
  propose: (context) => sectionsToEnlarge(context).filter(({ section: { parallel = 1 } }) => parallel < MOST_PARALLEL).map(({ section, lifts }) => ({
    id: `parallel-cable ${section.id}`, measure: 'parallel-cable', at: section.id, group: `cable ${section.id}`, lifts,
    effect: sectionEffect(section.id, `${(section.parallel ?? 1) + 1} x ${section.cable}`, (one) => ({ ...one, parallel: (one.parallel ?? 1) + 1 })),
    costs: { once: [{ item: sectionIsMedium(context, section) ? 'mv-cable-laid-km' : 'lv-cable-laid-km', quantity: section.lengthKm }], lifeYears: CABLE_LIFE_YEARS, yearly: [] },
  })),
}
