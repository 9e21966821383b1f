/** A ring with loads and something too small, and the loading of its elements by a load flow. */
import { branchLoadingPct, judged } from '#models/capacity/judge.ts'
import { elementsOf, stepLimits } from '#models/capacity/limits.ts'
import { USUAL_CATALOGUE } from '#models/capacity/usual-catalogue.ts'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { Network, Switch } from '#models/district/schema.ts'
import { buildGrid, type GridOptions } from '#models/grid/network.ts'
import { type RingOptions, ringNetwork } from '#models/grid/ring.testkit.ts'
import { downstreamBuses, feedingTree } from '#models/grid/topology.ts'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import type { LoadPart } from '../base-year.ts'
import type { ConstrainedElement, MeasureContext, MeasureOption, NetworkEffect } from '../measure.ts'

export const AT = Date.parse('2026-01-15T12:00:00Z')
const HOURS = 48
const HOUR_MS = 3_600_000

/** The ring of `ring.testkit.ts` with a switch at the `from` end of each of its sections between stations. */
export function switchedRing(options: RingOptions = {}): Network {
  const network = ringNetwork({ boundary: false, ...options })
  const added = network.lineSections.filter(({ id }) => /^R\d+$/.test(id)).map(({ id }): Switch => (
    { id: `${id}.A`, name: `${id}.A`, kind: 'load-break-switch', lineSection: id, end: 'from', remote: true, positions: [{ validFrom: '2020-01-01T00:00:00Z', closed: true }] }
  ))
  return { ...network, switches: [...network.switches, ...added] }
}

export const constrainedAt = (id: string, kind: ConstrainedElement['kind'], more: Partial<ConstrainedElement> = {}): ConstrainedElement => (
  { id, kind, firstYear: 2030, peakPct: 120, excessKw: kind === 'bus' ? NaN : 40, hours: 100, energyMwh: 2, states: ['N'], ...more }
)

/** Twelve dwellings with electric heating at each end of a low-voltage feeder: `kw` in the evening, a quarter of it else. */
export function heatedDwellings(network: Network, kw: number): readonly LoadPart[] {
  const { busIds } = buildGrid(network, AT)
  return busIds.flatMap((id, bus): LoadPart[] => {
    if (!id.endsWith('.J2')) return []
    const powerKw = Float64Array.from({ length: HOURS }, (_, hour) => (hour % 24 >= 18 && hour % 24 < 22 ? kw : kw / 4))
    return [{ bus, loadClass: 'dwelling-electric-heating', powerKw, perDegreeKw: new Float64Array(24).fill(kw / 40), tanPhi: 0, annualEnergyKwh: kw * 3000, deliveryPoints: 12, measuredShare: 0.6 }]
  })
}

export function contextOf(network: Network, constrained: readonly ConstrainedElement[], more: Partial<MeasureContext> & { readonly parts?: readonly LoadPart[] } = {}): MeasureContext {
  const grid = buildGrid(network, AT)
  const tree = feedingTree(grid)
  const at = Float64Array.from({ length: HOURS }, (_, hour) => AT + hour * HOUR_MS)
  const localHour = Uint8Array.from(at, (_, hour) => hour % 24)
  const { parts = heatedDwellings(network, 40), ...rest } = more
  return {
    district: { ...sampleDistrict(), network, deliveryPoints: [] }, network, grid, constrained, catalogue: USUAL_CATALOGUE, offers: [], toYear: 2041,
    fedBy: (id) => (grid.branchIndex.has(id) ? downstreamBuses(tree, grid.branchIndex.get(id) as number) : []),
    base: {
      at, month: new Uint8Array(HOURS).fill(1), localHour, dayType: new Uint8Array(HOURS), localDay: Uint16Array.from(at, (_, hour) => Math.floor(hour / 24)),
      temperatureC: new Float64Array(HOURS).fill(6), busCount: grid.busCount, parts, customersByBus: new Float64Array(grid.busCount), measuredHours: HOURS,
      curveOfClass: new Map([
        ['pv', { relative: Float64Array.from(localHour, (hour) => (hour >= 10 && hour < 16 ? 4 : 0)), perDegree: new Float64Array(24), curves: 3 }],
        ['ev-charger', { relative: Float64Array.from(localHour, (hour) => (hour >= 18 ? 3 : 1 / 3)), perDegree: new Float64Array(24), curves: 8 }],
      ]),
    },
    ...rest,
  }
}

/** Loading of every section and transformer in January, % of its limit, with loads by name of the bus, kW. */
export function loadingPct(network: Network, loadsKw: Readonly<Record<string, number>>, options: GridOptions = {}): ReadonlyMap<string, number> {
  const grid = buildGrid(network, AT, options)
  const activeKw = new Float64Array(grid.busCount)
  for (const [bus, kw] of Object.entries(loadsKw)) activeKw[grid.busIndex.get(bus) as number] = kw
  const flow = solveLoadFlow(prepareLoadFlow(grid), { scenarios: 1, activeKw, reactiveKvar: new Float64Array(grid.busCount) })
  if (flow.settled[0] === 0) throw new Error('the load flow of a test did not settle')
  const limits = stepLimits(network, grid, Float64Array.of(AT), [1]).sets[0]
  const elements = judged(grid, elementsOf(grid))
  return new Map(elements.elements.branchIds.map((id, k) => [id, branchLoadingPct(elements, limits, flow, 0, k)]))
}

export function networkEffectOf(option: MeasureOption | undefined): NetworkEffect {
  if (option?.effect.kind !== 'network') throw new Error(`${option?.id} does not change the network`)
  return option.effect
}
