/**
 * The switching state over time. A loading, a run or a load-duration curve belongs to the state it was computed or measured in: a
 * feeder that carries the load of its neighbour for an afternoon has no new peak, it has another state.
 */
import type { Network } from '#models/district/schema.ts'
import { validAt } from './dated.ts'
import { buildGrid } from './network.ts'
import { feederOfBuses, feedingTree } from './topology.ts'

/** A measured position holds from its time until the next one of the same switch, and wins over the dated normal position. */
export interface MeasuredPosition {
  readonly switchId: string
  /** ms since 1970. */
  readonly at: number
  readonly closed: boolean
}

/** `from` is included, `to` excluded, ms since 1970. */
export interface SwitchingState {
  readonly from: number
  readonly to: number
  /** The same for the same open switches, whatever the document says besides and whenever it was. */
  readonly key: string
  /** By id of the switch; true: closed. */
  readonly positions: ReadonlyMap<string, boolean>
}

/**
 * The states from one instant to another, without gap and in order; neighbours differ. A switch of which nothing is known is open,
 * as in `buildGrid`; busbar couplers count as switches.
 */
export function switchingStates(network: Network, from: number, to: number, measured: readonly MeasuredPosition[] = []): readonly SwitchingState[] {
  const switches = [...network.switches, ...(network.busbarCouplers ?? [])]
  const known = new Set(switches.map((one) => one.id))
  const events = measured.filter((one) => known.has(one.switchId)).sort((a, b) => a.at - b.at)
  const dated = switches.flatMap((one) => one.positions.flatMap(({ validFrom, validTo }) => (validTo === undefined ? [validFrom] : [validFrom, validTo])))
  const borders = [from, ...new Set([...dated.map((text) => Date.parse(text)), ...events.map((one) => one.at)].filter((at) => at > from && at < to).sort((a, b) => a - b))]
  const latest = new Map<string, boolean>()
  const states: SwitchingState[] = []
  let seen = 0
  borders.forEach((at, k) => {
    for (; seen < events.length && events[seen].at <= at; seen += 1) latest.set(events[seen].switchId, events[seen].closed)
    const positions = new Map(switches.map((one) => [one.id, latest.get(one.id) ?? validAt(one.positions, at)?.closed ?? false]))
    const key = switchingKey(positions)
    const before = states.at(-1)
    const end = borders[k + 1] ?? to
    if (before?.key === key) states[states.length - 1] = { ...before, to: end }
    else states.push({ from: at, to: end, key, positions })
  })
  return from < to ? states : []
}

/** Of the open switches only: a switch more in the document that is closed changes nothing. FNV-1a over 2 x 32 bits. */
export function switchingKey(positions: ReadonlyMap<string, boolean>): string {
  const open = [...positions].filter(([, closed]) => !closed).map(([id]) => id).sort().join('\n')
  const hash = (seed: number) => {
    let value = seed
    for (let k = 0; k < open.length; k += 1) value = Math.imul(value ^ open.charCodeAt(k), 0x01000193)
    return (value >>> 0).toString(16).padStart(8, '0')
  }
  return hash(0x811c9dc5) + hash(0x1000193)
}

/** Buses that another feeder feeds than before. */
export interface Transfer {
  readonly fromFeeder: string
  readonly toFeeder: string
  readonly buses: readonly string[]
}

/** What a change of switching moved from feeder to feeder; buses that were or are fed by none are no transfer. */
export function transfersBetween(network: Network, before: SwitchingState, after: SwitchingState): readonly Transfer[] {
  const feederOf = ({ from, positions }: SwitchingState) => {
    const grid = buildGrid(network, from, { positions })
    return { grid, feeder: feederOfBuses(network, grid, feedingTree(grid)) }
  }
  const [was, is] = [feederOf(before), feederOf(after)]
  const moved = new Map<string, Transfer & { buses: string[] }>()
  was.grid.busIds.forEach((id, bus) => {
    const [fromIndex, toIndex] = [was.feeder[bus], is.feeder[bus]]
    if (fromIndex < 0 || toIndex < 0 || fromIndex === toIndex) return
    const [fromFeeder, toFeeder] = [network.feeders[fromIndex].id, network.feeders[toIndex].id]
    const pair = `${fromFeeder}\n${toFeeder}`
    const transfer = moved.get(pair) ?? { fromFeeder, toFeeder, buses: [] }
    transfer.buses.push(id)
    moved.set(pair, transfer)
  })
  return [...moved.values()]
}

export interface Series {
  /** Ascending, ms since 1970. */
  readonly at: ArrayLike<number>
  /** NaN: missing. */
  readonly values: ArrayLike<number>
}

export interface StatePeak {
  readonly key: string
  /** Largest value and its time; values that are missing do not count. */
  readonly peak: number
  readonly at: number
  readonly values: number
}

/** The largest value under each switching state, in the order the states first occur; states without a value are left out. */
export function peakByState({ at, values }: Series, states: readonly SwitchingState[]): readonly StatePeak[] {
  const peaks = new Map<string, StatePeak>()
  let k = 0
  for (const { from, to, key } of states) {
    while (k < at.length && at[k] < from) k += 1
    for (; k < at.length && at[k] < to; k += 1) {
      const value = values[k]
      if (Number.isNaN(value)) continue
      const before = peaks.get(key)
      const higher = before === undefined || value > before.peak
      peaks.set(key, { key, peak: higher ? value : before.peak, at: higher ? at[k] : before.at, values: (before?.values ?? 0) + 1 })
    }
  }
  return [...peaks.values()]
}

/** Peaks above the earlier one under the same state. Under a state that was never seen nothing can be compared: no new peak. */
export function newPeaks(earlier: readonly StatePeak[], later: readonly StatePeak[]): readonly StatePeak[] {
  const known = new Map(earlier.map((one) => [one.key, one.peak]))
  return later.filter(({ key, peak }) => known.has(key) && peak > (known.get(key) as number))
}
