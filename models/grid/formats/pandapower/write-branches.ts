import { shortCircuitAtTap } from '../../circuit/pi-transformer.ts'
import { starOf } from '../../circuit/three-winding.ts'
import { type NetworkFault, networkWarning } from '../../network-fault.ts'
import type { EquivalentBranch, Line, Tap, ThreeWindingTransformer, TwoWindingTransformer } from '../../power-network.ts'
import { tOfPi } from './t-model.ts'
import type { Cells } from './write-tables.ts'

export type Numbers = (id: string) => number

/** pandapower wants a length: where none is known, all values are those of one kilometre. */
const UNKNOWN_LENGTH_KM = 1
/** And a rating: this size stands for none there. */
const NO_RATING_KA = 99_999

export function lineRow(line: Line, number: Numbers, frequencyHz: number, faults: NetworkFault[]): Cells {
  const { lengthKm = UNKNOWN_LENGTH_KM, parallel = 1, summerA, winterA, tanDelta = 0 } = line
  if (summerA !== winterA) faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', `lines/${line.id}`, 'Its ampacity changes with the season; the lower one is written.', 'Nothing.'))
  const lowerA = Math.min(summerA ?? Infinity, winterA ?? Infinity)
  const series = (ohm: number | undefined) => (ohm === undefined ? null : (ohm * parallel) / lengthKm)
  const shunt = (uf: number) => (uf * 1000) / parallel / lengthKm
  return {
    name: line.name ?? line.id, std_type: line.type ?? null, from_bus: number(line.from), to_bus: number(line.to), length_km: lengthKm,
    r_ohm_per_km: series(line.rOhm), x_ohm_per_km: series(line.xOhm), c_nf_per_km: shunt(line.cUf), g_us_per_km: shunt(2 * Math.PI * frequencyHz * line.cUf * tanDelta) * 1e-3,
    r0_ohm_per_km: series(line.r0Ohm), x0_ohm_per_km: series(line.x0Ohm), c0_nf_per_km: line.c0Uf === undefined ? null : shunt(line.c0Uf),
    max_i_ka: lowerA === Infinity ? NO_RATING_KA : lowerA / 1000 / parallel, df: line.derating ?? 1, parallel, type: null, in_service: line.fromClosed || line.toClosed, geo: null,
  }
}

/** The nameplate of the T that pandapower takes by default for our pi. */
export function transformerRow(one: TwoWindingTransformer, number: Numbers, faults: NetworkFault[]): Cells {
  const { ratedKva, impedanceFactor = 1, tap, atLowestTap, atHighestTap } = one
  if (atLowestTap !== undefined || atHighestTap !== undefined) faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', `transformers/${one.id}`, 'Its impedance changes with the tap; that of the present position is written.', 'Nothing.'))
  const { voltagePct, copperLossKw } = shortCircuitAtTap({ voltagePct: one.shortCircuitVoltagePct, copperLossKw: one.copperLossKw }, tap, atLowestTap, atHighestTap)
  const plate = tOfPi({ ratedKva, shortCircuitVoltagePct: voltagePct * impedanceFactor, copperLossKw: copperLossKw * impedanceFactor, noLoadLossKw: one.noLoadLossKw, noLoadCurrentPct: one.noLoadCurrentPct })
  return {
    name: one.name ?? one.id, std_type: null, hv_bus: number(one.from), lv_bus: number(one.to), sn_mva: ratedKva / 1000, vn_hv_kv: one.fromKv, vn_lv_kv: one.toKv,
    vk_percent: plate.shortCircuitVoltagePct, vkr_percent: (plate.copperLossKw * 100) / ratedKva, pfe_kw: plate.noLoadLossKw, i0_percent: plate.noLoadCurrentPct, shift_degree: one.clock * 30,
    ...tapCells(tap, tap?.side === 'from' ? 'hv' : 'lv'), vector_group: one.fromWinding && one.toWinding ? `${one.fromWinding}${one.toWinding.toLowerCase()}` : null,
    tap_dependency_table: false, parallel: one.parallel ?? 1, df: (one.limitPct ?? 100) / 100, in_service: one.fromClosed || one.toClosed,
  }
}

/** Legs of the star become pairs as pandapower turns them back: resistance and reactance apart, on the smaller of the two powers. */
export function threeWindingRow(one: ThreeWindingTransformer, number: Numbers, faults: NetworkFault[]): Cells {
  const { windings, tap } = one
  if ([one.pair12, one.pair13, one.pair23].some((pair) => pair.atLowestTap !== undefined || pair.atHighestTap !== undefined)) {
    faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', `threeWindingTransformers/${one.id}`, 'Its impedance changes with the tap; that of the present position is written.', 'Nothing.'))
  }
  const firstKva = windings[0].ratedKva
  const star = starOf(one)
  const first = tOfPi(star[0])
  const legs = [first, star[1], star[2]].map(({ ratedKva, shortCircuitVoltagePct, copperLossKw }) => {
    const z = (shortCircuitVoltagePct / 100) * (firstKva / ratedKva)
    const r = (copperLossKw / ratedKva) * (firstKva / ratedKva)
    return { r, x: Math.sign(z) * Math.sqrt(Math.max(0, z * z - r * r)) }
  })
  const sides = ['hv', 'mv', 'lv'] as const
  const pairs = [[0, 1], [1, 2], [0, 2]] as const
  const cells: Record<string, number> = {}
  pairs.forEach(([a, b], k) => {
    const onSmaller = Math.min(windings[a].ratedKva, windings[b].ratedKva) / firstKva
    cells[`vk_${sides[k]}_percent`] = Math.hypot(legs[a].r + legs[b].r, legs[a].x + legs[b].x) * onSmaller * 100
    cells[`vkr_${sides[k]}_percent`] = (legs[a].r + legs[b].r) * onSmaller * 100
  })
  windings.forEach((winding, k) => {
    cells[`${sides[k]}_bus`] = number(winding.bus)
    cells[`sn_${sides[k]}_mva`] = winding.ratedKva / 1000
    cells[`vn_${sides[k]}_kv`] = winding.ratedKv
  })
  return {
    name: one.name ?? one.id, std_type: null, ...cells, pfe_kw: first.noLoadLossKw, i0_percent: first.noLoadCurrentPct, shift_mv_degree: windings[1].clock * 30, shift_lv_degree: windings[2].clock * 30,
    ...tapCells(tap, tap === undefined ? null : sides[tap.winding - 1]), tap_at_star_point: false, tap_dependency_table: false, in_service: windings.some((winding) => winding.closed),
  }
}

function tapCells(tap: Omit<Tap, 'side'> | undefined, side: 'hv' | 'mv' | 'lv' | null): Cells {
  if (tap === undefined) return { tap_side: null, tap_neutral: null, tap_min: null, tap_max: null, tap_step_percent: null, tap_step_degree: null, tap_pos: null, tap_changer_type: null }
  return { tap_side: side, tap_neutral: tap.neutral, tap_min: tap.lowest, tap_max: tap.highest, tap_step_percent: tap.stepPct, tap_step_degree: tap.angleDeg ?? 0, tap_pos: tap.position, tap_changer_type: 'Ratio' }
}

/** An impedance, or with a ratio or a shift a transformer; undefined where neither can say it. */
export function equivalentRow(one: EquivalentBranch, number: Numbers, kv: (bus: string) => number, basePowerKva: number): Cells | undefined {
  const { rPu, xPu, gPu, bPu, ratio, shiftDeg } = one
  const snMva = basePowerKva / 1000
  const inService = one.fromClosed || one.toClosed
  if (ratio === 1 && shiftDeg === 0 && (one.fromClosed === one.toClosed || bPu > 0 || gPu < 0)) {
    const admittance = { gf_pu: gPu / 2, bf_pu: bPu / 2, gt_pu: gPu / 2, bt_pu: bPu / 2 }
    return { name: one.name ?? one.id, from_bus: number(one.from), to_bus: number(one.to), rft_pu: rPu, xft_pu: xPu, rtf_pu: rPu, xtf_pu: xPu, ...admittance, sn_mva: snMva, in_service: inService }
  }
  if (bPu > 0 || gPu < 0) return undefined
  const plate = tOfPi({
    ratedKva: basePowerKva, shortCircuitVoltagePct: (Math.sign(xPu) || 1) * Math.hypot(rPu, xPu) * 100, copperLossKw: rPu * basePowerKva,
    noLoadLossKw: gPu * basePowerKva, noLoadCurrentPct: Math.hypot(gPu, bPu) * 100,
  })
  return {
    name: one.name ?? one.id, std_type: null, hv_bus: number(one.from), lv_bus: number(one.to), sn_mva: snMva, vn_hv_kv: kv(one.from) * ratio, vn_lv_kv: kv(one.to),
    vk_percent: plate.shortCircuitVoltagePct, vkr_percent: (plate.copperLossKw * 100) / basePowerKva, pfe_kw: plate.noLoadLossKw, i0_percent: plate.noLoadCurrentPct, shift_degree: shiftDeg,
    ...tapCells(undefined, null), vector_group: null, tap_dependency_table: false, parallel: 1, df: 1, in_service: inService,
  }
}
