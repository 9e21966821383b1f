import type { ShortCircuitPair, Tap, ThreeWindingTransformer, TwoWindingTransformer, Winding } from '../../power-network.ts'
import { piOfT } from './t-model.ts'
import type { Row } from './tables.ts'

export interface TransformerReading {
  /** How the file's short-circuit and no-load values are meant: pandapower's own default is 't'. */
  readonly transformerModel: 't' | 'pi'
  /** false: shift_degree is passed over, as pandapower does with calculate_voltage_angles=False. */
  readonly phaseShifts: boolean
}

type Nameplate = Omit<TwoWindingTransformer, 'id' | 'name' | 'from' | 'to' | 'fromClosed' | 'toClosed'>

export function readTransformer(row: Row, { transformerModel, phaseShifts }: TransformerReading): Nameplate {
  const ratedKva = row.need('sn_mva', 0) * 1000
  const plate = {
    ratedKva, shortCircuitVoltagePct: row.need('vk_percent'), copperLossKw: (row.need('vkr_percent') * ratedKva) / 100,
    noLoadLossKw: row.need('pfe_kw'), noLoadCurrentPct: row.need('i0_percent'),
  }
  if (transformerModel === 't') refuseUnequalHalves(row)
  refuseTables(row)
  if (row.has('tap2_pos') && row.or('tap2_step_percent', 0) !== 0 && row.or('tap2_pos', 0) !== row.or('tap2_neutral', 0)) row.refuse('It has a second tap changer off its neutral position (tap2_pos).')
  const { tap, shiftDeg } = readTap(row)
  const parallel = row.or('parallel', 1)
  const derating = row.or('df', 1)
  return {
    ...(transformerModel === 't' ? piOfT(plate) : plate), fromKv: row.need('vn_hv_kv', 0), toKv: row.need('vn_lv_kv', 0),
    clock: ((phaseShifts ? row.or('shift_degree', 0) : 0) + shiftDeg) / 30,
    ...(tap && { tap }), ...windingsOf(row.text('vector_group')),
    ...(parallel !== 1 && { parallel }), ...(derating !== 1 && { limitPct: 100 * derating }),
  }
}

/**
 * Short-circuit values of pairs become legs of a star as pandapower makes them (resistance and reactance apart), and pairs again
 * whose sums give those legs.
 */
export function readThreeWindingTransformer(row: Row, closed: (bus: string, side: 'hv' | 'mv' | 'lv') => boolean, { transformerModel, phaseShifts }: TransformerReading): ThreeWindingTransformer {
  const sides = ['hv', 'mv', 'lv'] as const
  const ratedKva = sides.map((side) => row.need(`sn_${side}_mva`, 0) * 1000)
  const [s1, s2, s3] = ratedKva
  // Each pair is on the smaller of its two powers; `hv`: 1-2, `mv`: 2-3, `lv`: 1-3.
  const smaller = [Math.min(s1, s2), Math.min(s2, s3), Math.min(s1, s3)]
  const pairs = sides.map((side, k) => {
    const z = (row.need(`vk_${side}_percent`) / 100) * (s1 / smaller[k])
    const r = (row.need(`vkr_${side}_percent`) / 100) * (s1 / smaller[k])
    return { r, x: Math.sqrt(Math.max(0, z * z - r * r)) }
  })
  const leg = (a: number, b: number, opposite: number) => {
    const half = (of: 'r' | 'x') => (pairs[a][of] + pairs[b][of] - pairs[opposite][of]) / 2
    return { r: half('r'), x: half('x') }
  }
  const [first, second, third] = [leg(0, 2, 1), leg(0, 1, 2), leg(1, 2, 0)]
  const plate = {
    ratedKva: s1, shortCircuitVoltagePct: sized(first) * 100, copperLossKw: first.r * s1, noLoadLossKw: row.need('pfe_kw'), noLoadCurrentPct: row.need('i0_percent'),
  }
  // The magnetising branch stands in the leg of the first winding.
  const { shortCircuitVoltagePct, copperLossKw, noLoadLossKw, noLoadCurrentPct } = transformerModel === 't' ? piOfT(plate) : plate
  const legs = [{ z: shortCircuitVoltagePct / 100, r: copperLossKw / s1 }, { z: sized(second), r: second.r }, { z: sized(third), r: third.r }]
  const pair = (a: number, b: number): ShortCircuitPair => {
    const scale = Math.min(ratedKva[a], ratedKva[b]) / s1
    return { voltagePct: (legs[a].z + legs[b].z) * scale * 100, copperLossKw: (legs[a].r + legs[b].r) * s1 * scale * scale }
  }
  refuseTables(row)
  if (row.flag('tap_at_star_point', false)) row.refuse('Its tap changer is at the star point.', 'Give it at its winding.')
  if (row.has('loss_side') && row.text('loss_side')?.toLowerCase() !== 'hv') row.refuse(`Its no-load losses are at "${row.text('loss_side')}".`, 'Give them at "hv".')
  const { tap, shiftDeg } = readTap(row)
  if (shiftDeg !== 0) row.refuse('An ideal phase shifter in a three-winding transformer is not read.')
  const clockOf = (side: 'mv' | 'lv') => (phaseShifts ? row.or(`shift_${side}_degree`, 0) / 30 : 0)
  const winding = (sides.indexOf((row.text('tap_side') ?? 'hv') as 'hv') + 1) as 1 | 2 | 3
  const end = (side: 'hv' | 'mv' | 'lv', k: number) => {
    const bus = row.reference(`${side}_bus`, 'bus')
    return { bus, closed: closed(bus, side), ratedKva: ratedKva[k], ratedKv: row.need(`vn_${side}_kv`, 0), clock: side === 'hv' ? 0 : clockOf(side) }
  }
  return {
    id: row.id, ...(row.has('name') && { name: row.text('name') }), windings: [end('hv', 0), end('mv', 1), end('lv', 2)],
    pair12: pair(0, 1), pair13: pair(0, 2), pair23: pair(1, 2), noLoadLossKw, noLoadCurrentPct,
    ...(tap && { tap: { winding, position: tap.position, neutral: tap.neutral, lowest: tap.lowest, highest: tap.highest, stepPct: tap.stepPct, ...(tap.angleDeg !== undefined && { angleDeg: tap.angleDeg }) } }),
  }
}

/** Impedance with the sign of its reactance: a leg of a star may be negative. */
const sized = ({ r, x }: { readonly r: number; readonly x: number }): number => (Math.sign(x) || 1) * Math.hypot(r, x)

/**
 * pandapower 3 says the type of the tap changer and takes one without a type as none; before, `tap_phase_shifter` told the ideal
 * ones apart. An ideal phase shifter turns without changing the ratio.
 */
function readTap(row: Row): { readonly tap?: Tap; readonly shiftDeg: number } {
  if (!row.has('tap_side') || !row.has('tap_pos')) return { shiftDeg: 0 }
  const type = row.knows('tap_changer_type') ? row.text('tap_changer_type') : row.flag('tap_phase_shifter', false) ? 'Ideal' : 'Ratio'
  if (type === undefined || type === 'None') return { shiftDeg: 0 }
  const position = row.need('tap_pos')
  const neutral = row.or('tap_neutral', 0)
  const stepPct = row.or('tap_step_percent', 0)
  const stepDeg = row.or('tap_step_degree', 0)
  if (type === 'Ideal') {
    const steps = position - neutral
    const turnDeg = stepDeg !== 0 ? steps * stepDeg : 2 * ((Math.asin((steps * stepPct) / 200) * 180) / Math.PI)
    return { shiftDeg: row.text('tap_side') === 'hv' ? turnDeg : -turnDeg }
  }
  if (type !== 'Ratio' && type !== 'Symmetrical') {
    row.refuse(`Its tap changer is of the type "${type}".`, 'Use "Ratio", "Symmetrical" or "Ideal".')
    return { shiftDeg: 0 }
  }
  return {
    shiftDeg: 0,
    tap: {
      side: row.text('tap_side') === 'hv' ? 'from' : 'to', position, neutral, lowest: row.or('tap_min', Math.min(position, neutral)), highest: row.or('tap_max', Math.max(position, neutral)), stepPct,
      ...(stepDeg !== 0 && { angleDeg: stepDeg }),
    },
  }
}

function refuseUnequalHalves(row: Row): void {
  for (const column of ['leakage_resistance_ratio_hv', 'leakage_reactance_ratio_hv']) {
    if (row.or(column, 0.5) !== 0.5) row.refuse(`"${column}" is ${row.text(column)}: only a T with equal halves is read.`, 'Set it to 0.5, or read the transformers as "pi".')
  }
}

function refuseTables(row: Row): void {
  if (row.flag('tap_dependency_table', false) || row.flag('tap_dependent_impedance', false)) row.refuse('Its values depend on a table by tap position.', 'Write the values of the present position, and clear the flag.')
}

function windingsOf(group: string | undefined): { fromWinding?: Winding; toWinding?: Winding } {
  const found = /^(D|YN|Y|ZN|Z)(d|yn|y|zn|z)/.exec(group ?? '')
  return found === null ? {} : { fromWinding: found[1] as Winding, toWinding: found[2].toUpperCase() as Winding }
}
