import type { NetworkFault } from '../../network-fault.ts'
import { networkWarning } from '../../network-fault.ts'
import type { EquivalentBranch, Line, Link } from '../../power-network.ts'
import type { Row } from './tables.ts'

/** Resistance to reactance of a switch that has an impedance: pandapower's own default (`switch_rx_ratio`). */
const SWITCH_RX_RATIO = 2
/** Cases converted from elsewhere write a number of this size where a line has no rating. */
const NO_RATING_KA = 9_999

/** Which ends of lines and transformers open switches hold open, and which buses are in service. */
export class Switching {
  readonly #open = new Set<string>()
  readonly #busesOut: ReadonlySet<string>

  constructor(switches: readonly Row[], buses: readonly Row[]) {
    for (const row of switches) {
      const kind = { l: 'line', t: 'trafo', t3: 'trafo3w' }[row.text('et') ?? '']
      if (kind !== undefined && !row.flag('closed')) this.#open.add(`${kind}.${row.need('element')} bus.${row.need('bus')}`)
    }
    this.#busesOut = new Set(buses.filter((bus) => !bus.flag('in_service')).map((bus) => bus.id))
  }

  inService(bus: string): boolean {
    return !this.#busesOut.has(bus)
  }

  closed(element: Row, bus: string): boolean {
    return element.flag('in_service') && this.inService(bus) && !this.#open.has(`${element.id} ${bus}`)
  }

  /** A line at a bus out of service is open there and stays under voltage from its other end; a transformer is out with its bus. */
  ends(row: Row, fromColumn: string, toColumn: string, outWithBus: boolean): Pick<Line, 'id' | 'name' | 'from' | 'to' | 'fromClosed' | 'toClosed'> {
    const from = row.reference(fromColumn, 'bus')
    const to = row.reference(toColumn, 'bus')
    const out = outWithBus && !(this.inService(from) && this.inService(to))
    return { id: row.id, ...(row.has('name') && { name: row.text('name') }), from, to, fromClosed: !out && this.closed(row, from), toClosed: !out && this.closed(row, to) }
  }
}

export function readLine(row: Row, switching: Switching, frequencyHz: number, faults: NetworkFault[]): Line {
  const lengthKm = row.need('length_km', 0)
  const parallel = row.or('parallel', 1)
  const cUf = (row.need('c_nf_per_km') * lengthKm * parallel) / 1000
  const gS = row.or('g_us_per_km', 0) * 1e-6 * lengthKm * parallel
  const series = (column: string) => { const perKm = row.optional(column); return perKm === undefined ? undefined : (perKm * lengthKm) / parallel }
  const r0Ohm = series('r0_ohm_per_km')
  const x0Ohm = series('x0_ohm_per_km')
  const c0NfPerKm = row.optional('c0_nf_per_km')
  const derating = row.or('df', 1)
  if (gS !== 0 && cUf === 0) row.refuse('It has a conductance and no capacitance.', 'Write the conductance as shunts at its ends.')
  return {
    ...switching.ends(row, 'from_bus', 'to_bus', false), lengthKm, ...(parallel !== 1 && { parallel }),
    rOhm: (row.need('r_ohm_per_km') * lengthKm) / parallel, xOhm: (row.need('x_ohm_per_km') * lengthKm) / parallel, cUf,
    ...(gS !== 0 && { tanDelta: gS / (2 * Math.PI * frequencyHz * cUf * 1e-6) }),
    ...(r0Ohm !== undefined && { r0Ohm }), ...(x0Ohm !== undefined && { x0Ohm }), ...(c0NfPerKm !== undefined && { c0Uf: (c0NfPerKm * lengthKm * parallel) / 1000 }),
    ...ampacity(row, parallel, faults), ...(derating !== 1 && { derating }), ...(row.has('std_type') && { type: row.text('std_type') }),
  }
}

function ampacity(row: Row, parallel: number, faults: NetworkFault[]): Pick<Line, 'summerA' | 'winterA'> {
  const ratedKa = row.optional('max_i_ka')
  if (ratedKa === undefined) return {}
  if (ratedKa >= NO_RATING_KA) {
    faults.push(networkWarning('PF_GRID_RATING_MISSING', row.place, `"max_i_ka" is ${ratedKa}, which stands for no rating.`))
    return {}
  }
  const ampere = ratedKa * 1000 * parallel
  return { summerA: ampere, winterA: ampere }
}

/** Switches between buses: without impedance they are links, with one they are short lines. */
export function readBusSwitch(row: Row, switching: Switching): Link | Line {
  const from = row.reference('bus', 'bus')
  const to = row.reference('element', 'bus')
  const closed = row.flag('closed') && switching.inService(from) && switching.inService(to)
  const ends = { id: row.id, ...(row.has('name') && { name: row.text('name') }), from, to, fromClosed: closed, toClosed: closed }
  const ohm = row.or('z_ohm', 0)
  if (ohm <= 0) return { ...ends, kind: 'link' }
  const xOhm = ohm / Math.hypot(1, SWITCH_RX_RATIO)
  return { ...ends, rOhm: xOhm * SWITCH_RX_RATIO, xOhm, cUf: 0 }
}

/** An impedance is in pu of its own rated power, the same at both ends. */
export function readImpedance(row: Row, switching: Switching, basePowerKva: number): EquivalentBranch {
  const ratedKva = row.need('sn_mva', 0) * 1000
  const rPu = row.need('rft_pu')
  const xPu = row.need('xft_pu')
  const [g, b] = [row.or('gf_pu', 0), row.or('bf_pu', 0)]
  if (row.or('rtf_pu', rPu) !== rPu || row.or('xtf_pu', xPu) !== xPu) row.refuse('Its impedance differs by direction (rft and rtf, xft and xtf).')
  if (row.or('gt_pu', 0) !== g || row.or('bt_pu', 0) !== b) row.refuse('Its admittances at the two ends differ (gf and gt, bf and bt).')
  const scale = basePowerKva / ratedKva
  return { ...switching.ends(row, 'from_bus', 'to_bus', true), rPu: rPu * scale, xPu: xPu * scale, gPu: (2 * g) / scale, bPu: (2 * b) / scale, ratio: 1, shiftDeg: 0 }
}
