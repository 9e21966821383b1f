import type { Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { likelyAmount, likelyScenario } from './likely-scenario.ts'
import { busesBehindAny, isMedium, transformersTooSmall } from './places.ts'

/** Of what a newcomer draws, so much may be held back; assumed, as its contract is not written yet. */
const HELD_BACK_SHARE = 0.5
/** Hours a year after which nobody would sign; assumed. */
const HOURS_A_YEAR_HELD = 200
const MOST_HOURS_A_DAY = 6
const EV_CLASS = 'ev-charger'
/** What a car does not get now it gets before it leaves; assumed. */
const EV_REBOUND = { share: 1, withinH: 8 }
const HOURS_A_YEAR = 8760

/**
 * Who is connected later accepts a limit in named hours, and is connected without waiting for works. Nothing is paid for being ready;
 * what is held back is paid. As large as in the most probable scenario.
 */
export const flexibleConnection: Measure = { kind: 'flexible-connection', propose: (context) => [...arrivals(context), ...chargers(context)] }

function arrivals(context: MeasureContext): MeasureOption[] {
  const { grid, base } = context
  const behind = busesBehindAny(context)
  const together = new Map<string, { readonly node: string; readonly year: number; readonly loadClass: string; readonly peakKw: number }>()
  for (const { node, year, loadClass, peakKw } of likelyScenario(context)?.arrivals ?? []) {
    const name = `${node} ${loadClass} ${year}`
    together.set(name, { node, year, loadClass, peakKw: (together.get(name)?.peakKw ?? 0) + peakKw })
  }
  return [...together].flatMap(([name, { node, year, peakKw, loadClass }]): MeasureOption[] => {
    const bus = grid.busIndex.get(node)
    const relative = base.curveOfClass.get(loadClass)?.relative
    if (bus === undefined || relative === undefined || !behind.has(bus)) return []
    const most = relative.reduce((peak, one) => Math.max(peak, one), 0)
    return option(name, node, bus, relative.map((one) => ((one * peakKw) / most) * HELD_BACK_SHARE), year, { share: 0, withinH: 1 })
  })
}

/** Charging points at work and in public places; those at home are a matter of smart charging. Half of the fleet to come, from the year in which it is there. */
function chargers(context: MeasureContext): MeasureOption[] {
  const { grid, base, toYear } = context
  const vehicles = likelyScenario(context)?.electricVehicles
  const relative = base.curveOfClass.get(EV_CLASS)?.relative
  if (vehicles === undefined || relative === undefined) return []
  const path = vehicles.vehicles.filter(({ year }) => year <= toYear).map(({ year, amount }) => ({ year, count: likelyAmount(amount) }))
  const half = (path.at(-1)?.count ?? 0) / 2
  const firstYear = path.find(({ count }) => count >= half)?.year
  const weights = weightByBus(context, vehicles.at)
  const total = [...weights.values()].reduce((sum, one) => sum + one, 0)
  if (firstYear === undefined || half === 0 || total === 0) return []
  const meanKw = (half * vehicles.annualEnergyKwh * (vehicles.places.work + vehicles.places.public)) / HOURS_A_YEAR
  // Of substations only: behind a primary transformer the same cars would be counted again.
  return transformersTooSmall(context).filter(({ transformer: { lvKv } }) => !isMedium(lvKv)).flatMap(({ transformer }) => {
    const bus = grid.busIndex.get(transformer.lvNode)
    if (bus === undefined) return []
    const here = context.fedBy(transformer.id).reduce((sum, one) => sum + (weights.get(one) ?? 0), 0)
    return option(`${transformer.lvNode} ${EV_CLASS}`, transformer.lvNode, bus, relative.map((one) => (one * meanKw * HELD_BACK_SHARE * here) / total), firstYear, EV_REBOUND)
  })
}

/** As the study spreads its vehicles; where it does not say how, by the energy of dwellings. */
function weightByBus({ grid, base }: MeasureContext, at: Readonly<Record<string, number>> | undefined): ReadonlyMap<number, number> {
  if (at !== undefined) return new Map(Object.entries(at).map(([node, weight]) => [grid.busIndex.get(node) ?? -1, weight]))
  const weights = new Map<number, number>()
  for (const part of base.parts) if (part.loadClass.startsWith('dwelling')) weights.set(part.bus, (weights.get(part.bus) ?? 0) + part.annualEnergyKwh)
  return weights
}

function option(name: string, at: string, bus: number, wantedKw: Float64Array, firstYear: number, rebound: { readonly share: number; readonly withinH: number }): MeasureOption[] {
  const availableKw = wantedKw.map((kw) => (kw > 0 ? kw : 0))
  const mostKw = availableKw.reduce((most, kw) => Math.max(most, kw), 0)
  if (mostKw === 0) return []
  return [{
    id: `flexible-connection ${name}`, measure: 'flexible-connection', at, firstYear,
    effect: { kind: 'dispatch', bus, mostKw, availableKw, hoursAYear: HOURS_A_YEAR_HELD, mostHoursAnActivation: MOST_HOURS_A_DAY, noticeH: 0, rebound },
    costs: { once: [], lifeYears: 1, yearly: [], perActivatedMwh: [{ item: 'flexible-connection-mwh', quantity: 1 }] },
  }]
}
