/**
 * Brings dark parts of a network back by closing switches, one part at a time, each from the side on which the network is
 * loaded least afterwards. A part that is fed again hangs on exactly one closed switch, so that no loop is ever closed: the
 * network stays radial even during the operations.
 */
import { holds, type Margin } from '#models/capacity/judge.ts'
import { judgeState, type RestorationCase, type StateJudgement } from './restoration-case.ts'
import { closingDevices, type DeviceFilter, energised, isEdgeClosed, openingDevice, otherEnd, reach, type SwitchState } from './switching.ts'

/** A reclosure that was possible and not carried out. */
export interface Refusal {
  /** Switches that would have been closed. */
  readonly close: readonly string[]
  readonly margin: Margin
}

export interface Resupply {
  readonly state: SwitchState
  /** Devices in the order of the operations. */
  readonly opened: readonly number[]
  readonly closed: readonly number[]
  /** Of the parts that stayed dark. */
  readonly refused: readonly Refusal[]
}

interface Transfer {
  readonly state: SwitchState
  readonly opened: readonly number[]
  readonly closed: readonly number[]
}

export function resupply(one: RestorationCase, from: SwitchState, allowed: DeviceFilter): Resupply {
  let state = from
  const opened: number[] = []
  const closed: number[] = []
  for (;;) {
    const refused: Refusal[] = []
    const transfer = firstTransfer(one, state, allowed, refused)
    if (transfer === undefined) return { state, opened, closed, refused }
    state = transfer.state
    opened.push(...transfer.opened)
    closed.push(...transfer.closed)
  }
}

/** The best transfer for the largest dark part that has one that holds. */
function firstTransfer(one: RestorationCase, state: SwitchState, allowed: DeviceFilter, refused: Refusal[]): Transfer | undefined {
  const live = energised(one.graph, state)
  for (const part of darkParts(one, state, live)) {
    const ways = waysInto(one, state, live, part, allowed).map((edges) => closeEdges(one, state, edges, allowed))
    if (ways.length === 0) continue
    const before = judgeState(one, state)
    const judged = ways.map((way) => judgeState(one, way.state)).map((after, k) => ({ way: ways[k], margin: after.margin, ...addedLoading(before, after) }))
    judged.sort((a, b) => Number(holds(b.margin)) - Number(holds(a.margin)) || a.worstShare - b.worstShare)
    if (holds(judged[0].margin) || one.supplyAll) return judged[0].way
    for (const { way, margin } of judged) refused.push({ close: way.closed.map((device) => one.graph.devices[device].id), margin })
    const piece = largestPiece(one, state, part, ways, allowed)
    if (piece !== undefined) return piece
  }
  return undefined
}

/** A rise by less is not what the transfer is chosen by: it comes from the voltage. */
const LEAST_RISE = 1e-3

/** The largest loading among the branches that the transfer loads more: those of the part itself are the same on every way. */
function addedLoading(before: StateJudgement, after: StateJudgement): { readonly worstShare: number } {
  let worstShare = 0
  after.branchShare.forEach((share, k) => {
    if (share > worstShare && share - before.branchShare[k] > LEAST_RISE) worstShare = share
  })
  return { worstShare }
}

/** Connected dark parts outside the zone that have load or customers, the largest load first. Masks over the nodes. */
function darkParts(one: RestorationCase, state: SwitchState, live: Uint8Array): readonly Uint8Array[] {
  const { graph } = one
  const seen = live.slice()
  const parts: { readonly mask: Uint8Array; readonly kw: number }[] = []
  for (let bus = 0; bus < graph.busCount; bus += 1) {
    if (seen[bus] === 1 || state.zone[bus] === 1) continue
    const mask = reach(graph, [bus], (edge, to) => state.zone[to] === 0 && isEdgeClosed(graph, state, edge))
    for (let node = 0; node < mask.length; node += 1) if (mask[node] === 1) seen[node] = 1
    const { kw, wanted } = demandOf(one, mask)
    if (wanted) parts.push({ mask, kw })
  }
  return parts.sort((a, b) => b.kw - a.kw).map((part) => part.mask)
}

/** Mean demand over the steps; wanted: somebody is connected there. */
function demandOf({ graph, loads, customers }: RestorationCase, mask: Uint8Array): { readonly kw: number; readonly wanted: boolean } {
  let kw = 0
  let wanted = false
  for (let bus = 0; bus < graph.busCount; bus += 1) {
    if (mask[bus] === 0) continue
    if (customers[bus] > 0) wanted = true
    for (let step = 0; step < loads.scenarios; step += 1) {
      const busKw = loads.activeKw[step * graph.busCount + bus]
      if (busKw !== 0) wanted = true
      kw += Math.max(0, busKw) / loads.scenarios
    }
  }
  return { kw, wanted }
}

/**
 * For each open switch at the border of the live network, the switches to close from there into the part; over dark pieces
 * in which nobody is connected (a tie that is open at both ends) if need be, over as few as possible.
 */
function waysInto(one: RestorationCase, state: SwitchState, live: Uint8Array, part: Uint8Array, allowed: DeviceFilter): readonly (readonly number[])[] {
  const { graph } = one
  const ways: number[][] = []
  graph.edges.forEach(({ element, bus }, edge) => {
    if (live[element] === live[bus] || isEdgeClosed(graph, state, edge)) return
    const start = live[element] === 1 ? bus : element
    if (state.zone[start] === 1 || closingDevices(graph, state, edge, allowed) === undefined) return
    const way = shortestWay(one, state, live, part, allowed, start)
    if (way !== undefined) ways.push([edge, ...way])
  })
  return ways
}

/** Breadth first by number of edges to close: closed edges cost nothing. */
function shortestWay(one: RestorationCase, state: SwitchState, live: Uint8Array, part: Uint8Array, allowed: DeviceFilter, start: number): readonly number[] | undefined {
  const { graph } = one
  let border: { readonly node: number; readonly way: readonly number[] }[] = [{ node: start, way: [] }]
  const seen = live.slice()
  while (border.length > 0) {
    const next: typeof border = []
    for (const { node, way } of border) {
      if (seen[node] === 1) continue
      const piece = reach(graph, [node], (edge, to) => state.zone[to] === 0 && isEdgeClosed(graph, state, edge))
      if (piece.some((inside, k) => inside === 1 && part[k] === 1)) return way
      for (let inside = 0; inside < piece.length; inside += 1) if (piece[inside] === 1) seen[inside] = 1
      // Through a piece with load of its own the part would be fed together with that one: it is a part by itself.
      if (demandOf(one, piece).wanted) continue
      for (let inside = 0; inside < piece.length; inside += 1) {
        if (piece[inside] === 0) continue
        for (const edge of graph.edgesOf[inside]) {
          const to = otherEnd(graph, edge, inside)
          if (isEdgeClosed(graph, state, edge) || seen[to] === 1 || state.zone[to] === 1 || closingDevices(graph, state, edge, allowed) === undefined) continue
          next.push({ node: to, way: [...way, edge] })
        }
      }
    }
    border = next
  }
  return undefined
}

function closeEdges({ graph }: RestorationCase, state: SwitchState, edges: readonly number[], allowed: DeviceFilter): Transfer {
  const closed = edges.flatMap((edge) => closingDevices(graph, state, edge, allowed) ?? [])
  const after = state.closed.slice()
  for (const device of closed) after[device] = 1
  return { state: { closed: after, zone: state.zone }, opened: [], closed }
}

/** Where a part is too large for every way into it: the largest piece of it that one way feeds with one more switch opened. */
function largestPiece(one: RestorationCase, state: SwitchState, part: Uint8Array, ways: readonly Transfer[], allowed: DeviceFilter): Transfer | undefined {
  const { graph } = one
  const pieces: { readonly transfer: Transfer; readonly kw: number }[] = []
  graph.edges.forEach(({ element, bus }, edge) => {
    if (part[element] === 0 || part[bus] === 0 || !isEdgeClosed(graph, state, edge)) return
    const device = openingDevice(graph, state, edge, allowed)
    if (device === undefined) return
    for (const way of ways) {
      const closed = way.state.closed.slice()
      closed[device] = 0
      const after = { closed, zone: state.zone }
      const live = energised(graph, after)
      const fed = demandOf(one, part.map((inside, node) => inside & live[node]))
      if (fed.wanted) pieces.push({ transfer: { state: after, opened: [device], closed: way.closed }, kw: fed.kw })
    }
  })
  const whole = demandOf(one, part).kw
  return pieces.filter((piece) => piece.kw < whole).sort((a, b) => b.kw - a.kw).find((piece) => holds(judgeState(one, piece.transfer.state).margin))?.transfer
}
