/** A ring with long cables for tests of constraints: voltages and currents come near their limits at both levels, and outages move them. */
import type { Network } from '#models/district/schema.ts'
import { buildGrid } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { type CaseOptions, type ConstraintCase, constraintCase } from './constraint-case.ts'
import type { YearLoads } from './constraint-year.ts'

export const HOUR_MS = 3_600_000
export const JANUARY = Date.UTC(2026, 0, 5)
const since = '2020-01-01T00:00:00Z'

export interface LongRingOptions {
  readonly mediumKm?: number
  readonly lowKm?: number
  readonly transformerKva?: number
}

/** Four stations, a load-break switch at both ends of every medium-voltage section. */
export function longRing({ mediumKm = 6, lowKm = 0.2, transformerKva = 630 }: LongRingOptions = {}): Network {
  const ring = ringNetwork({ boundary: false })
  const isMedium = (id: string) => !id.includes('.D')
  const missing = ring.lineSections.filter(({ id }) => isMedium(id)).flatMap(({ id }) => (['from', 'to'] as const).filter((end) => !ring.switches.some((one) => one.lineSection === id && one.end === end))
    .map((end) => ({ id: `${id}.${end}`, name: `${id} ${end}`, kind: 'load-break-switch' as const, lineSection: id, end, remote: true, positions: [{ validFrom: since, closed: true }] })))
  return {
    ...ring, switches: [...ring.switches, ...missing],
    lineSections: ring.lineSections.map((one) => ({ ...one, lengthKm: isMedium(one.id) ? mediumKm : lowKm })),
    transformers: ring.transformers.map((one) => ({ ...one, ratedKva: transformerKva })),
  }
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Hours from the beginning of January on, `kwAt` at each bus, reactive power at a power factor of about 0.95. */
export function ringLoads(network: Network, hours: number, kwAt: (hour: number, bus: string) => number, tanPhi = 0.33): YearLoads {
  const { busIds, busCount } = buildGrid(network, JANUARY)
  const activeKw = new Float64Array(hours * busCount)
  for (let hour = 0; hour < hours; hour += 1) busIds.forEach((bus, b) => { activeKw[hour * busCount + b] = kwAt(hour, bus) })
  return { at: Float64Array.from({ length: hours }, (_, hour) => JANUARY + hour * HOUR_MS), month: new Uint8Array(hours).fill(1), activeKw, reactiveKvar: activeKw.map((kw) => tanPhi * kw) }
}

/** Restoration planned for the heaviest hour. */
export function ringCase(network: Network, loads: YearLoads, customersAt: (bus: string) => number = () => 0, options: CaseOptions = {}): ConstraintCase {
  const { busIds, busCount } = buildGrid(network, JANUARY)
  const totals = Array.from(loads.at, (_, hour) => loads.activeKw.subarray(hour * busCount, (hour + 1) * busCount).reduce((sum, kw) => sum + kw, 0))
  const peak = totals.indexOf(Math.max(...totals))
  const row = (column: Float64Array) => column.slice(peak * busCount, (peak + 1) * busCount)
  const deciding = { at: loads.at.slice(peak, peak + 1), month: [loads.month[peak]], activeKw: row(loads.activeKw), reactiveKvar: row(loads.reactiveKvar) }
  return constraintCase(network, JANUARY, deciding, Float64Array.from(busIds, customersAt), options)
}
