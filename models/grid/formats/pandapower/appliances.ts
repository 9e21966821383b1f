import { type NetworkFault, networkWarning } from '../../network-fault.ts'
import type { Bus, Line, Load, Shunt, VoltageControlledGenerator, VoltageSource } from '../../power-network.ts'
import type { Row } from './tables.ts'

export type At = (row: Row) => { readonly id: string; readonly bus: string; readonly closed: boolean }

/** Shares of constant impedance and current, active and reactive apart since pandapower 3, become loads of their own. */
export function readLoad(row: Row, at: At): Load[] {
  const scaling = row.or('scaling', 1)
  const kw = row.need('p_mw') * 1000 * scaling
  const kvar = row.or('q_mvar', 0) * 1000 * scaling
  const share = (part: 'z' | 'i', power: 'p' | 'q') => row.or(`const_${part}_${power}_percent`, row.or(`const_${part}_percent`, 0)) / 100
  const parts = [
    { suffix: '.z', kind: 'impedance', p: share('z', 'p'), q: share('z', 'q') },
    { suffix: '.i', kind: 'current', p: share('i', 'p'), q: share('i', 'q') },
  ] as const
  const rest = (power: 'p' | 'q') => 1 - parts[0][power] - parts[1][power]
  const place = at(row)
  return [
    { ...place, activeKw: kw * rest('p'), reactiveKvar: kvar * rest('q'), kind: 'power' },
    ...parts.filter(({ p, q }) => p !== 0 || q !== 0).map(({ suffix, kind, p, q }): Load => ({ ...place, id: place.id + suffix, activeKw: kw * p, reactiveKvar: kvar * q, kind })),
  ]
}

/** Static generators (sign -1) and storages, whose power is drawn. */
export function readConstantPower(row: Row, at: At, sign: 1 | -1): Load {
  const scaled = sign * row.or('scaling', 1) * 1000
  return { ...at(row), activeKw: row.need('p_mw') * scaled, reactiveKvar: row.or('q_mvar', 0) * scaled, kind: 'power' }
}

/** A balanced study sees the sum of the phases, as pandapower's own does. */
export function readAsymmetric(row: Row, at: At, sign: 1 | -1): Load {
  const scaled = sign * row.or('scaling', 1) * 1000
  const sum = (power: string, unit: string) => ['a', 'b', 'c'].reduce((total, phase) => total + row.or(`${power}_${phase}_${unit}`, 0), 0) * scaled
  return { ...at(row), activeKw: sum('p', 'mw'), reactiveKvar: sum('q', 'mvar'), kind: 'power' }
}

/** A ward draws a constant power, and more through an admittance. */
export function readWard(row: Row, at: At): { readonly load: Load; readonly shunt: Shunt } {
  const place = at(row)
  return {
    load: { ...place, activeKw: row.need('ps_mw') * 1000, reactiveKvar: row.need('qs_mvar') * 1000, kind: 'power' },
    shunt: { ...place, id: `${place.id}.z`, activeKw: row.need('pz_mw') * 1000, reactiveKvar: row.need('qz_mvar') * 1000 },
  }
}

/** An extended ward holds, behind an impedance more, the voltage of a bus of its own. */
export function readExtendedWard(row: Row, at: At, kvOf: (bus: string) => number): { readonly bus: Bus; readonly line: Line; readonly generator: VoltageControlledGenerator } {
  const { id, bus: from, closed } = at(row)
  const to = `${id}.inside`
  return {
    bus: { id: to, nominalKv: kvOf(from) },
    line: { id: `${id}.impedance`, from, to, fromClosed: closed, toClosed: closed, rOhm: row.need('r_ohm'), xOhm: row.need('x_ohm'), cUf: 0 },
    generator: { id: `${id}.voltage`, bus: to, closed, activeKw: 0, voltagePu: row.need('vm_pu', 0) },
  }
}

/** Its powers are drawn at its own rated voltage. */
export function readShunt(row: Row, at: At, kvOf: (bus: string) => number): Shunt {
  if (row.flag('step_dependency_table', false)) row.refuse('Its power depends on a table by step.', 'Write the powers of the present step, and clear the flag.')
  const place = at(row)
  const nominalKv = kvOf(place.bus)
  const scaled = row.or('step', 1) * (nominalKv / row.or('vn_kv', nominalKv)) ** 2 * 1000
  return { ...place, activeKw: row.or('p_mw', 0) * scaled, reactiveKvar: row.need('q_mvar') * scaled }
}

/** The short-circuit power in the file is for fault studies: pandapower's load flow takes the source as ideal. */
export const readSource = (row: Row, at: At): VoltageSource => ({ ...at(row), voltagePu: row.or('vm_pu', 1), angleDeg: row.or('va_degree', 0) })

export function readGenerator(row: Row, at: At): VoltageControlledGenerator {
  const limit = (column: string) => { const mvar = row.optional(column); return mvar === undefined ? undefined : mvar * 1000 }
  const [lowestKvar, highestKvar] = [limit('min_q_mvar'), limit('max_q_mvar')]
  return {
    ...at(row), activeKw: row.need('p_mw') * 1000 * row.or('scaling', 1), voltagePu: row.need('vm_pu', 0),
    ...(lowestKvar !== undefined && { lowestKvar }), ...(highestKvar !== undefined && { highestKvar }),
  }
}

/** pandapower takes the mean share of the loads of a bus and applies it to all that stands there. */
export function sharedBusWarnings(loads: readonly Load[]): NetworkFault[] {
  const byBus = new Map<string, Load[]>()
  for (const load of loads) byBus.set(load.bus, [...(byBus.get(load.bus) ?? []), load])
  return [...byBus].flatMap(([bus, here]) => {
    const elements = new Set(here.map((load) => load.id.replace(/\.[zi]$/, '')))
    if (elements.size < 2 || here.every((load) => load.kind === 'power')) return []
    return [networkWarning('PF_NETWORK_FILE_UNSUPPORTED', bus, 'Loads of constant impedance or current stand here beside others. Each keeps its own shares; pandapower would apply their mean to all.', 'Nothing, or give each load a bus of its own.')]
  })
}
