import { LANES } from '../lanes.ts'
import { shareAt, type UnbalancedWorkspace } from './fixed-point.ts'
import { EARTH, type PreparedUnbalanced } from './prepare.ts'
import type { UnbalancedResult } from './scenarios.ts'

const SQRT3 = Math.sqrt(3)
const COS = [0, 1, 2].map((phase) => Math.cos((2 * Math.PI * phase) / 3))
const SIN = [0, 1, 2].map((phase) => Math.sin((2 * Math.PI * phase) / 3))

/** All wanted columns of one settled scenario. No object a value: this is as hot as the solution itself. */
export function writeUnbalanced(prepared: PreparedUnbalanced, workspace: UnbalancedWorkspace, result: UnbalancedResult, scenario: number, lane: number): void {
  writeBuses(prepared, workspace, result, scenario, lane)
  if (result.wanted.currents || result.wanted.totals) writeBranches(prepared, workspace, result, scenario, lane)
}

/** NaN into all columns of a scenario that did not settle. */
export function blankUnbalanced(result: UnbalancedResult, scenario: number): void {
  for (const column of [result.voltagePu, result.angleRad, result.toEarthV, result.neutralV, result.unbalancePct, result.currentFromA, result.currentToA, result.loadKw, result.lossesKw]) {
    const width = column.length / result.scenarios
    column.fill(NaN, scenario * width, (scenario + 1) * width)
  }
}

function writeBuses({ network, fed, basis, slotOf }: PreparedUnbalanced, { re, im }: UnbalancedWorkspace, result: UnbalancedResult, scenario: number, lane: number): void {
  const { wanted } = result
  for (let bus = 0; bus < result.busCount; bus += 1) {
    if (fed[bus] === 0) continue
    const at = scenario * result.busCount + bus
    const neutral = slotOf[bus * 4 + 3]
    const neutralRe = neutral === EARTH ? 0 : re[neutral * LANES + lane]
    const neutralIm = neutral === EARTH ? 0 : im[neutral * LANES + lane]
    const zero = slotOf[bus * 4] * LANES + lane
    const alpha = slotOf[bus * 4 + 1] * LANES + lane
    const beta = slotOf[bus * 4 + 2] * LANES + lane
    const perVolt = SQRT3 / (network.buses[bus].nominalKv * 1000)
    let sumRe = 0, sumIm = 0, turnedRe = 0, turnedIm = 0
    for (let phase = 0; phase < 3; phase += 1) {
      const b = bus * 9 + phase * 3
      const earthRe = basis[b] * re[zero] + basis[b + 1] * re[alpha] + basis[b + 2] * re[beta]
      const earthIm = basis[b] * im[zero] + basis[b + 1] * im[alpha] + basis[b + 2] * im[beta]
      const x = earthRe - neutralRe
      const y = earthIm - neutralIm
      result.voltagePu[at * 3 + phase] = Math.sqrt(x * x + y * y) * perVolt
      if (wanted.toEarth) result.toEarthV[at * 3 + phase] = Math.sqrt(earthRe * earthRe + earthIm * earthIm)
      if (wanted.angles) result.angleRad[at * 3 + phase] = Math.atan2(y, x)
      // V1 = (Va + a Vb + a^2 Vc) / 3 and V2 = (Va + a^2 Vb + a Vc) / 3, a third left out of both.
      const cos = COS[phase]
      const sin = SIN[phase]
      sumRe += x * cos - y * sin
      sumIm += x * sin + y * cos
      turnedRe += x * cos + y * sin
      turnedIm += y * cos - x * sin
    }
    if (wanted.toEarth) result.neutralV[at] = Math.sqrt(neutralRe * neutralRe + neutralIm * neutralIm)
    if (wanted.unbalance) result.unbalancePct[at] = 100 * Math.sqrt((turnedRe * turnedRe + turnedIm * turnedIm) / (sumRe * sumRe + sumIm * sumIm))
  }
}

/** Currents of the variables of one end of a branch. */
const endRe = new Float64Array(4)
const endIm = new Float64Array(4)

function writeBranches({ basis, branches, earths, loads }: PreparedUnbalanced, { re, im, acrossRe, acrossIm, watts }: UnbalancedWorkspace, result: UnbalancedResult, scenario: number, lane: number): void {
  const { fed, fromBus, toBus, firstRow, fromCount, rowSlot, current, through } = branches
  const { wanted } = result
  let lossesW = 0
  for (let branch = 0; branch < result.branchCount; branch += 1) {
    if (fed[branch] === 0) continue
    const at = (scenario * result.branchCount + branch) * 4
    for (let end = 0; end < 2; end += 1) {
      const first = end === 0 ? firstRow[branch] : firstRow[branch] + fromCount[branch]
      const count = end === 0 ? fromCount[branch] : firstRow[branch + 1] - first
      // What goes through comes out as it went in.
      const known = end === 1 && through[branch] === 1
      for (let k = 0; k < count; k += 1) {
        let ir = known ? -endRe[k] : 0
        let ii = known ? -endIm[k] : 0
        if (!known) for (let entry = current.start[first + k]; entry < current.start[first + k + 1]; entry += 1) {
          const place = current.slot[entry] * LANES + lane
          const g = current.re[entry]
          const b = (current.im as Float64Array)[entry]
          ir += g * re[place] - b * im[place]
          ii += g * im[place] + b * re[place]
        }
        endRe[k] = ir
        endIm[k] = ii
        const own = rowSlot[first + k] * LANES + lane
        if (own >= 0) lossesW += re[own] * ir + im[own] * ii
      }
      if (wanted.currents) writeEnd(basis, end === 0 ? fromBus[branch] : toBus[branch], count, end === 0 ? result.currentFromA : result.currentToA, at)
    }
  }
  if (!wanted.totals) return
  for (const { slot, conductanceS } of earths) lossesW += (re[slot * LANES + lane] ** 2 + im[slot * LANES + lane] ** 2) * conductanceS
  let loadW = 0
  for (let load = 0; load < loads.fed.length; load += 1) {
    if (loads.fed[load] === 0) continue
    const k = load * LANES + lane
    loadW += watts[k] * shareAt(loads.exponent[load], (acrossRe[k] * acrossRe[k] + acrossIm[k] * acrossIm[k]) / (loads.nominalV[load] * loads.nominalV[load]))
  }
  result.loadKw[scenario] = loadW / 1000
  result.lossesKw[scenario] = lossesW / 1000
}

function writeEnd(basis: Float64Array, bus: number, count: number, column: Float64Array, at: number): void {
  for (let phase = 0; phase < 3; phase += 1) {
    const b = bus * 9 + phase * 3
    const ir = basis[b] * endRe[0] + basis[b + 1] * endRe[1] + basis[b + 2] * endRe[2]
    const ii = basis[b] * endIm[0] + basis[b + 1] * endIm[1] + basis[b + 2] * endIm[2]
    column[at + phase] = Math.sqrt(ir * ir + ii * ii)
  }
  if (count === 4) column[at + 3] = Math.sqrt(endRe[3] * endRe[3] + endIm[3] * endIm[3])
}
