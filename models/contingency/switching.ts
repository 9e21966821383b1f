/**
 * What switches can part and join: buses and elements as nodes, each end of an element as an edge that its devices open.
 * Nothing electrical is in it; it answers which breakers trip, what can be isolated, and what a source reaches.
 *
 * Where the document is silent it is assumed that
 * - a transformer has a protection of its own at both sides (at MV/LV a fuse and the main LV circuit breaker: a crew has to
 *   go there; at other levels breakers under remote control),
 * - a source has a breaker of its own, under remote control,
 * - a protection that is nearer to the fault trips before one that is further (selectivity).
 */
import type { Network } from '#models/district/schema.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import type { GridModel } from '#models/grid/network.ts'

export interface SwitchingDevice {
  /** Id of the switch; of the transformer or source whose own protection it is. */
  readonly id: string
  readonly edge: number
  /** Trips by itself when a fault lies behind it. */
  readonly protects: boolean
  readonly remote: boolean
  /** Declared in the document. */
  readonly operatingTimeS: number | undefined
  /** Index in the document's switches; -1: own protection of a transformer or source. */
  readonly switchIndex: number
}

export interface SwitchingEdge {
  /** Node of the element (section, transformer, source) and of the bus it is connected to. */
  readonly element: number
  readonly bus: number
  /** In series: the edge is closed when all of them are. Empty: nothing can open it. */
  readonly devices: readonly number[]
}

export interface SwitchingGraph {
  /** Buses, then sections, transformers and sources. */
  readonly nodeIds: readonly string[]
  readonly nodeIndex: ReadonlyMap<string, number>
  readonly busCount: number
  readonly sectionCount: number
  readonly transformerCount: number
  readonly edges: readonly SwitchingEdge[]
  readonly edgesOf: readonly (readonly number[])[]
  readonly devices: readonly SwitchingDevice[]
  /** State before the fault. */
  readonly normal: SwitchState
}

export interface SwitchState {
  /** By device. */
  readonly closed: Uint8Array
  /** By node; 1: faulted, or tied to the fault by something that has not been opened. */
  readonly zone: Uint8Array
}

/** @param grid the same network as switched before the fault (`buildGrid`) */
export function switchingGraph(network: Network, grid: GridModel): SwitchingGraph {
  const { busIds, sectionIds, transformerIds, busCount, sectionCount } = grid
  const sourceIds = network.sources.map((source) => source.id)
  const nodeIds = [...busIds, ...sectionIds, ...transformerIds, ...sourceIds]
  const edges: { element: number; bus: number; devices: number[] }[] = []
  const edgesOf: number[][] = nodeIds.map(() => [])
  const devices: SwitchingDevice[] = []
  const closed: number[] = []
  const addEdge = (element: number, bus: number): number => {
    edges.push({ element, bus, devices: [] })
    const edge = edges.length - 1
    edgesOf[element].push(edge)
    edgesOf[bus].push(edge)
    return edge
  }
  const addDevice = (device: SwitchingDevice, isClosed: number): void => {
    edges[device.edge].devices.push(devices.length)
    devices.push(device)
    closed.push(isClosed)
  }

  const ends = Array.from({ length: sectionCount + transformerIds.length }, (_, branch) => {
    const element = busCount + branch
    return { from: addEdge(element, grid.wiredFrom[branch]), to: addEdge(element, grid.wiredTo[branch]) }
  })
  network.switches.forEach((one, switchIndex) => {
    const edge = ends[grid.branchIndex.get(one.lineSection) as number][one.end]
    addDevice({ id: one.id, edge, protects: one.kind === 'breaker', remote: one.remote, operatingTimeS: one.operatingTimeS, switchIndex }, grid.switchClosed[switchIndex])
  })
  network.transformers.forEach((transformer, t) => {
    const remote = transformer.lvKv > LOW_VOLTAGE_LIMIT_KV
    for (const edge of Object.values(ends[sectionCount + t])) addDevice({ id: transformer.id, edge, protects: true, remote, operatingTimeS: undefined, switchIndex: -1 }, 1)
  })
  network.sources.forEach((source, s) => {
    const edge = addEdge(busCount + sectionCount + transformerIds.length + s, grid.busIndex.get(source.node) as number)
    addDevice({ id: source.id, edge, protects: true, remote: true, operatingTimeS: undefined, switchIndex: -1 }, 1)
  })
  return {
    nodeIds, nodeIndex: new Map(nodeIds.map((id, node) => [id, node])), busCount, sectionCount, transformerCount: transformerIds.length,
    edges, edgesOf, devices, normal: { closed: Uint8Array.from(closed), zone: new Uint8Array(nodeIds.length) },
  }
}

export const isEdgeClosed = (graph: SwitchingGraph, state: SwitchState, edge: number): boolean => graph.edges[edge].devices.every((device) => state.closed[device] === 1)

export function otherEnd(graph: SwitchingGraph, edge: number, node: number): number {
  const { element, bus } = graph.edges[edge]
  return node === element ? bus : element
}

/** Nodes reached from `starts` over the edges that `passes` lets through. */
export function reach(graph: SwitchingGraph, starts: readonly number[], passes: (edge: number, to: number) => boolean): Uint8Array {
  const reached = new Uint8Array(graph.nodeIds.length)
  const waiting = [...starts]
  for (const node of waiting) reached[node] = 1
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const edge of graph.edgesOf[node]) {
      const to = otherEnd(graph, edge, node)
      if (reached[to] === 1 || !passes(edge, to)) continue
      reached[to] = 1
      waiting.push(to)
    }
  }
  return reached
}

/** 1: a source reaches the node. Nothing is fed through the faulted zone. */
export function energised(graph: SwitchingGraph, state: SwitchState): Uint8Array {
  const firstSource = graph.busCount + graph.sectionCount + graph.transformerCount
  const sources = graph.nodeIds.map((_, node) => node).slice(firstSource).filter((node) => state.zone[node] === 0)
  return reach(graph, sources, (edge, to) => state.zone[to] === 0 && isEdgeClosed(graph, state, edge))
}

/**
 * What the protections do: everything tied to the fault up to the nearest protection on each way is out; of those, the ones
 * trip behind which there is a source. The protection of a faulted transformer itself trips at both sides.
 */
export function trip(graph: SwitchingGraph, faulted: number): { readonly state: SwitchState; readonly tripped: readonly number[] } {
  const { normal, edges, devices } = graph
  const protectionOf = (edge: number) => edges[edge].devices.find((device) => devices[device].protects)
  const zone = reach(graph, [faulted], (edge) => isEdgeClosed(graph, normal, edge) && protectionOf(edge) === undefined)
  const live = energised(graph, { closed: normal.closed, zone })
  const closed = normal.closed.slice()
  const tripped: number[] = []
  edges.forEach((edge, k) => {
    const device = protectionOf(k)
    if (device === undefined || !isEdgeClosed(graph, normal, k) || zone[edge.element] === zone[edge.bus]) return
    const isOwn = edge.element === faulted && devices[device].switchIndex < 0
    if (!isOwn && live[zone[edge.element] === 1 ? edge.bus : edge.element] === 0) return
    closed[device] = 0
    tripped.push(device)
  })
  return { state: { closed, zone }, tripped }
}

export type DeviceFilter = (device: SwitchingDevice) => boolean

/**
 * Opens the allowed devices nearest to the fault on every way.
 * @returns the zone that is left and the devices that were opened
 */
export function isolate(graph: SwitchingGraph, state: SwitchState, faulted: number, allowed: DeviceFilter): { readonly state: SwitchState; readonly opened: readonly number[] } {
  const { edges } = graph
  const zone = reach(graph, [faulted], (edge) => isEdgeClosed(graph, state, edge) && openingDevice(graph, state, edge, allowed) === undefined)
  const closed = state.closed.slice()
  const opened: number[] = []
  edges.forEach((edge, k) => {
    if (zone[edge.element] === zone[edge.bus] || !isEdgeClosed(graph, state, k)) return
    const device = openingDevice(graph, state, k, allowed) as number
    closed[device] = 0
    opened.push(device)
  })
  return { state: { closed, zone }, opened }
}

/** The device that opens a closed edge: one that the document names rather than an assumed protection. */
export function openingDevice(graph: SwitchingGraph, state: SwitchState, edge: number, allowed: DeviceFilter): number | undefined {
  const usable = graph.edges[edge].devices.filter((device) => state.closed[device] === 1 && allowed(graph.devices[device]))
  return usable.find((device) => graph.devices[device].switchIndex >= 0) ?? usable[0]
}

/** Devices to close so that the edge is closed; undefined where one of them is not allowed. */
export function closingDevices(graph: SwitchingGraph, state: SwitchState, edge: number, allowed: DeviceFilter): readonly number[] | undefined {
  const open = graph.edges[edge].devices.filter((device) => state.closed[device] === 0)
  return open.every((device) => allowed(graph.devices[device])) ? open : undefined
}
