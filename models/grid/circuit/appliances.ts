/** What stands at the buses: sources, generators that hold a voltage, shunts and loads, summed by bus. */
import type { CircuitGenerator, CircuitSource } from '#models/load-flow/circuit.ts'
import type { LoadScenarios } from '#models/load-flow/scenarios.ts'
import { type NetworkFault, networkError, networkWarning } from '../network-fault.ts'
import type { Load, PowerNetwork, VoltageSource } from '../power-network.ts'

type BusOf = (id: string) => number

/** Below this impedance (pu) a source holds its voltage within rounding, and its admittance would drown the mismatch of its bus. */
const STIFF_PU = 1e-9
/** R/X of a source of which only the short-circuit power is known: R = 0.1 X of IEC 60909-0, 6.2. */
const DEFAULT_RX_RATIO = 0.1

/**
 * Sources in service; several at one bus become one if one of them is ideal.
 * @param busTurnDeg rotation of each bus: the angle of a source is given against it
 */
export function sourcesOf(network: PowerNetwork, busOf: BusOf, busTurnDeg: Float64Array, faults: NetworkFault[]): CircuitSource[] {
  const ideal = new Map<number, VoltageSource>()
  const found: CircuitSource[] = []
  for (const source of network.sources) {
    if (!source.closed) continue
    const bus = busOf(source.bus)
    const { rPu, xPu } = sourceImpedance(source, network.basePowerKva)
    if (rPu === 0 && xPu === 0) {
      const other = ideal.get(bus)
      if (other !== undefined) {
        if (other.voltagePu !== source.voltagePu || (other.angleDeg ?? 0) !== (source.angleDeg ?? 0)) {
          faults.push(networkError('PF_GRID_SOURCES', `sources/${source.id}`, `It holds its bus at ${source.voltagePu} pu, ${source.angleDeg ?? 0} degrees, and ${other.id} the same bus at ${other.voltagePu} pu, ${other.angleDeg ?? 0} degrees.`))
        }
        continue
      }
      ideal.set(bus, source)
    }
    found.push({ bus, voltagePu: source.voltagePu, angleRad: (((source.angleDeg ?? 0) - busTurnDeg[bus]) * Math.PI) / 180, rPu, xPu })
  }
  // Beside an ideal source one with an impedance changes no voltage.
  return found.filter((source) => (source.rPu === 0 && source.xPu === 0) || !ideal.has(source.bus))
}

export function sourceImpedance({ shortCircuitMva, rxRatio = DEFAULT_RX_RATIO }: Pick<VoltageSource, 'shortCircuitMva' | 'rxRatio'>, basePowerKva: number): { rPu: number; xPu: number } {
  const zPu = shortCircuitMva === undefined ? 0 : basePowerKva / 1000 / shortCircuitMva
  if (zPu < STIFF_PU) return { rPu: 0, xPu: 0 }
  const xPu = zPu / Math.hypot(1, rxRatio)
  return { rPu: xPu * rxRatio, xPu }
}

/** One a bus: limits of several add up, their set points must agree. At the bus of an ideal source none is needed. */
export function generatorsOf(network: PowerNetwork, busOf: BusOf, sources: readonly CircuitSource[], withLimits: boolean, faults: NetworkFault[]): CircuitGenerator[] {
  const held = new Set(sources.filter((source) => source.rPu === 0 && source.xPu === 0).map((source) => source.bus))
  const byBus = new Map<number, CircuitGenerator>()
  for (const one of network.generators) {
    if (!one.closed) continue
    const bus = busOf(one.bus)
    if (held.has(bus)) {
      faults.push(networkWarning('PF_GRID_SOURCES', `generators/${one.id}`, `An ideal source holds the voltage of ${one.bus}: only the active power of the generator counts.`, 'Nothing, if that is meant.'))
      continue
    }
    const other = byBus.get(bus)
    if (other !== undefined && other.voltagePu !== one.voltagePu) {
      faults.push(networkError('PF_GRID_SOURCES', `generators/${one.id}`, `It holds ${one.bus} at ${one.voltagePu} pu, another generator at ${other.voltagePu} pu.`, 'Give the generators of one bus one set point.'))
      continue
    }
    // One without a limit leaves the sum without a limit.
    const sum = (a: number | undefined, b: number | undefined) => (withLimits && a !== undefined && b !== undefined ? a + b : undefined)
    byBus.set(bus, {
      bus, voltagePu: one.voltagePu,
      lowestKvar: sum(other === undefined ? 0 : other.lowestKvar, one.lowestKvar), highestKvar: sum(other === undefined ? 0 : other.highestKvar, one.highestKvar),
    })
  }
  return [...byBus.values()]
}

/** Admittance by bus, pu: drawn reactive power is a negative susceptance. */
export function addShunts(network: PowerNetwork, busOf: BusOf, shuntG: Float64Array, shuntB: Float64Array): void {
  for (const { bus, closed, activeKw, reactiveKvar } of network.shunts) {
    if (!closed) continue
    shuntG[busOf(bus)] += activeKw / network.basePowerKva
    shuntB[busOf(bus)] -= reactiveKvar / network.basePowerKva
  }
}

/** One scenario; the columns of a kind that no load has are absent. Generators are loads of negative power. */
export function loadsOf(network: PowerNetwork, busOf: BusOf, busCount: number): LoadScenarios {
  const column = () => new Float64Array(busCount)
  const sumOf = (kind: Load['kind']) => {
    const kw = column()
    const kvar = column()
    const drawn = network.loads.filter((load) => load.closed && load.kind === kind)
    for (const load of drawn) {
      kw[busOf(load.bus)] += load.activeKw
      kvar[busOf(load.bus)] += load.reactiveKvar
    }
    return { kw, kvar, any: drawn.length > 0 }
  }
  const power = sumOf('power')
  for (const one of network.generators) if (one.closed) power.kw[busOf(one.bus)] -= one.activeKw
  const current = sumOf('current')
  const impedance = sumOf('impedance')
  return {
    scenarios: 1, activeKw: power.kw, reactiveKvar: power.kvar,
    ...(current.any && { currentKw: current.kw, currentKvar: current.kvar }),
    ...(impedance.any && { impedanceKw: impedance.kw, impedanceKvar: impedance.kvar }),
  }
}
