import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { District } from '#models/district/schema.ts'
import { SLOT_MS } from './calendar.ts'
import type { LocalDay } from './calendar.ts'
import { uniform } from './hash.ts'
import type { PointTruth } from './point-truth.ts'
import { createRadialFlow, emptyResult } from './radial-flow.ts'
import type { FlowResult, RadialFlow, RadialNetwork } from './radial-flow.ts'
import { indexNetwork, switchedNetwork, switchingInstants } from './radial-network.ts'
import type { NetworkIndex } from './radial-network.ts'

export interface NetworkTruth {
  readonly index: NetworkIndex
  /** `power` of the delivery points and of the boundary loads, `point * slots + slot`. */
  solve(day: LocalDay, power: Float64Array, boundaryPower: Float64Array): FlowResult
}

/** True loads at every bus, metered or not, and what they do to the network as it is switched at that time. */
export function createNetworkTruth(
  { network }: District, points: readonly PointTruth[], boundaries: readonly PointTruth[], seed: number, plantedLoss?: { feeder: string; sharePct: number },
): NetworkTruth {
  const index = indexNetwork(network)
  const busOf = ({ node, id }: PointTruth): number => {
    if (node === undefined) return -1
    const bus = index.buses.get(node)
    if (bus === undefined) throw new PenfeldError('PF_SIMULATOR_POINT_UNKNOWN', `Node "${node}" is not in the network.`, { where: id })
    return bus
  }
  const buses = points.map(busOf)
  const boundaryBuses = boundaries.map(busOf)
  const instants = switchingInstants(network)
  const unmetered = network.unmeteredSharePct / (100 - network.unmeteredSharePct)
  const planted = plantedLoss === undefined ? undefined : plantedPlace(network, index, plantedLoss.feeder)
  const known = new Map<string, { radial: RadialNetwork; flow: RadialFlow }>()
  const switchedAt = new Map<number, { radial: RadialNetwork; flow: RadialFlow }>()

  const networkAt = (at: number): { radial: RadialNetwork; flow: RadialFlow } => {
    const since = instants.findLast((instant) => instant <= at) ?? -Infinity
    let one = switchedAt.get(since)
    if (one !== undefined) return one
    const { key, radial } = switchedNetwork(network, index, at)
    one = known.get(key)
    if (one === undefined) known.set(key, (one = { radial, flow: createRadialFlow(radial) }))
    switchedAt.set(since, one)
    return one
  }

  const loadsOf = (day: LocalDay, power: Float64Array, boundaryPower: Float64Array): { kw: Float64Array; kvar: Float64Array } => {
    const { slots } = day
    const kw = new Float64Array(index.nominalKv.length * slots)
    const kvar = new Float64Array(kw.length)
    const add = (bus: number, from: Float64Array, place: number, active: number, reactive: number): void => {
      for (let slot = 0; slot < slots; slot++) {
        kw[bus * slots + slot] += active * from[place * slots + slot]
        kvar[bus * slots + slot] += reactive * from[place * slots + slot]
      }
    }
    points.forEach((point, place) => {
      const bus = buses[place]
      if (bus < 0) return
      if (point.produces) return add(bus, power, place, -1, -point.tanPhi)
      // Lamps without a meter, theft, meters that stand still: more at one bus on one day than at another.
      const hidden = unmetered * (0.5 + uniform(seed, bus, day.epochDay))
      const extra = planted?.buses.has(bus) === true ? plantedLoss!.sharePct / 100 : 0
      add(bus, power, place, 1 + hidden, (1 + hidden) * point.tanPhi)
      if (extra > 0) add(planted!.at, power, place, extra, extra * point.tanPhi)
    })
    boundaries.forEach((boundary, place) => add(boundaryBuses[place], boundaryPower, place, 1, boundary.tanPhi))
    return { kw, kvar }
  }

  return {
    index,
    solve(day, power, boundaryPower) {
      const { kw, kvar } = loadsOf(day, power, boundaryPower)
      let now = networkAt(day.start)
      const result = emptyResult(now.radial, day.slots)
      let fromSlot = 0
      for (const instant of instants) {
        if (instant <= day.start || instant >= day.end) continue
        const slot = Math.ceil((instant - day.start) / SLOT_MS)
        now.flow.solve(kw, kvar, result, fromSlot, slot)
        fromSlot = slot
        now = networkAt(instant)
      }
      now.flow.solve(kw, kvar, result, fromSlot, day.slots)
      return result
    },
  }
}

function plantedPlace({ feeders, lineSections }: District['network'], index: NetworkIndex, feederId: string): { buses: ReadonlySet<number>; at: number } {
  const feeder = feeders.find(({ id }) => id === feederId)
  if (feeder === undefined) throw new PenfeldError('PF_SIMULATOR_POINT_UNKNOWN', `There is no feeder "${feederId}" to plant a loss on.`, { where: feederId })
  const nodes = feeder.lineSections.flatMap((id) => {
    const section = lineSections.find((one) => one.id === id)!
    return [section.from, section.to]
  }).filter((node) => node !== feeder.busbar)
  const buses = nodes.map((node) => index.buses.get(node)!)
  return { buses: new Set(buses), at: buses[buses.length - 1] }
}
