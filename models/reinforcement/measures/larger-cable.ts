import { type CableType, nominalKvOf, relaid } from '#models/capacity/remedies.ts'
import type { LineSection } from '#models/district/schema.ts'
import type { Measure, MeasureContext } from '../measure.ts'
import { sectionEffect } from './network-effect.ts'
import { CABLE_LIFE_YEARS } from './parallel-cable.ts'
import { sectionsToEnlarge } from './places.ts'

/** Sizes proposed for one section. */
const MOST_SIZES = 2

/** The next sizes of the catalogue in place of what lies there, whether or not that is in the catalogue. */
export const largerCable: Measure = {
  kind: 'larger-cable',
  propose: (context) => sectionsToEnlarge(context).flatMap(({ section, lifts }) => largerTypes(context, section).map((type) => ({
    id: `larger-cable ${section.id} ${type.cable}`, measure: 'larger-cable' as const, at: section.id, group: `cable ${section.id}`, lifts,
    effect: sectionEffect(section.id, type.cable, (one) => relaid(one, type)),
    costs: { once: [{ item: type.costItemPerKm, quantity: section.lengthKm }], lifeYears: CABLE_LIFE_YEARS, yearly: [] },
  }))),
}

/** More ampacity in both seasons: a cable that gains in winter and loses in summer is no enlargement. */
function largerTypes({ network, catalogue }: MeasureContext, section: LineSection): CableType[] {
  const kv = nominalKvOf(network, section.from)
  const presentA = (season: 'summerA' | 'winterA') => Math.max(...section.ratings.map((rating) => rating[season])) * (section.parallel ?? 1)
  const [summerA, winterA] = [presentA('summerA'), presentA('winterA')]
  return catalogue.cables.filter((type) => type.nominalKv === kv && type.summerA > summerA && type.winterA > winterA).sort((a, b) => a.winterA - b.winterA).slice(0, MOST_SIZES)
}
