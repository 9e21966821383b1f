import type { Network } from '#models/district/schema.ts'
import { BASE_KVA } from './radial-flow.ts'
import type { RadialBranch, RadialNetwork } from './radial-flow.ts'

/** The network of the document with the switches as they stand at one instant, and where its elements went. */
export interface SwitchedNetwork {
  readonly radial: RadialNetwork
  /** Names which switches are open: two instants with the same key have the same network. */
  readonly key: string
}

/** Indices that stay the same whatever the switches do. */
export interface NetworkIndex {
  readonly buses: ReadonlyMap<string, number>
  readonly nominalKv: Float64Array
  readonly lineSections: ReadonlyMap<string, number>
  /** Branch index of each transformer. */
  readonly transformers: ReadonlyMap<string, number>
}

const FREQUENCY_RADIANS = 2 * Math.PI * 50

export function indexNetwork(network: Network): NetworkIndex {
  const nodes = [...network.busbars, ...network.junctions]
  // Each line section may end in the air at either end when its switch there is open: two spare buses a section.
  const spare = network.lineSections.flatMap(({ from }) => {
    const kv = nodes.find(({ id }) => id === from)?.nominalVoltageKv ?? 1
    return [kv, kv]
  })
  return {
    buses: new Map(nodes.map(({ id }, index) => [id, index])),
    nominalKv: Float64Array.from([...nodes.map(({ nominalVoltageKv }) => nominalVoltageKv), ...spare]),
    lineSections: new Map(network.lineSections.map(({ id }, index) => [id, index])),
    transformers: new Map(network.transformers.map(({ id }, index) => [id, network.lineSections.length + index])),
  }
}

export function openSwitches(network: Network, at: number): string[] {
  return network.switches.filter((one) => !isClosed(one, at)).map(({ id }) => id)
}

export function isClosed({ positions }: Network['switches'][number], at: number): boolean {
  const now = positions.find(({ validFrom, validTo }) => Date.parse(validFrom) <= at && (validTo === undefined || at < Date.parse(validTo)))
  return now?.closed ?? true
}

/** Instants at which a switch changes, ascending. */
export function switchingInstants(network: Network): number[] {
  const instants = network.switches.flatMap(({ positions }) => positions.flatMap(({ validFrom, validTo }) => [Date.parse(validFrom), validTo === undefined ? Infinity : Date.parse(validTo)]))
  return [...new Set(instants)].filter(Number.isFinite).sort((a, b) => a - b)
}

export function switchedNetwork(network: Network, index: NetworkIndex, at: number): SwitchedNetwork {
  const open = new Set(openSwitches(network, at))
  const nodes = network.busbars.length + network.junctions.length
  const openEnds = new Set(network.switches.filter(({ id }) => open.has(id)).map(({ lineSection, end }) => `${lineSection} ${end}`))
  const bus = (id: string): number => index.buses.get(id)!

  const lines = network.lineSections.map((section, place): RadialBranch => {
    const baseOhm = index.nominalKv[bus(section.from)] ** 2 / (BASE_KVA / 1_000)
    const parallel = section.parallel ?? 1
    return {
      from: openEnds.has(`${section.id} from`) ? nodes + 2 * place : bus(section.from),
      to: openEnds.has(`${section.id} to`) ? nodes + 2 * place + 1 : bus(section.to),
      rPu: (section.rOhmPerKm * section.lengthKm) / parallel / baseOhm,
      xPu: (section.xOhmPerKm * section.lengthKm) / parallel / baseOhm,
      chargingPu: FREQUENCY_RADIANS * section.cUfPerKm * 1e-6 * section.lengthKm * parallel * baseOhm,
      noLoadGPu: 0, noLoadBPu: 0, ratio: 1,
    }
  })
  const transformers = network.transformers.map((one): RadialBranch => {
    // Impedance on the rated voltage and power of the LV side, turned to the base of its bus.
    const toBase = (BASE_KVA / one.ratedKva) * (one.lvKv / index.nominalKv[bus(one.lvNode)]) ** 2
    const rPu = (one.shortCircuitResistivePct / 100) * toBase
    const zPu = (one.shortCircuitVoltagePct / 100) * toBase
    const apparent = (one.noLoadCurrentPct / 100) * one.ratedKva
    const hvTurn = (one.hvKv / index.nominalKv[bus(one.hvNode)]) * (1 + ((one.tap?.position ?? 0) * (one.tap?.stepPct ?? 0)) / 100)
    return {
      from: bus(one.hvNode), to: bus(one.lvNode), rPu, xPu: Math.sqrt(Math.max(0, zPu * zPu - rPu * rPu)), chargingPu: 0,
      noLoadGPu: one.noLoadLossKw / BASE_KVA,
      noLoadBPu: -Math.sqrt(Math.max(0, apparent * apparent - one.noLoadLossKw ** 2)) / BASE_KVA,
      ratio: hvTurn / (one.lvKv / index.nominalKv[bus(one.lvNode)]),
    }
  })
  const sources = network.sources.map((source) => {
    const zPu = BASE_KVA / 1_000 / source.shortCircuitMva
    const xPu = zPu / Math.hypot(1, source.rxRatio)
    return { bus: bus(source.node), voltagePu: source.voltagePu, rPu: xPu * source.rxRatio, xPu }
  })
  return { radial: { nominalKv: index.nominalKv, branches: [...lines, ...transformers], sources }, key: [...open].sort().join(' ') }
}
