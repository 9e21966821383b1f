import { loadingPct, ratingSquares } from './branch-loading.ts'
import { LANES } from './lanes.ts'
import type { FixedPoint } from './fixed-point.ts'
import type { LoadFlowResult } from './scenarios.ts'

const SQRT3 = Math.sqrt(3)

/** Writes the wanted columns of a block; scenarios that did not settle become NaN in all of them. */
export function writeBlock(fixedPoint: FixedPoint, result: LoadFlowResult, first: number, lanes: number): void {
  const { circuit, fed, slot, slotCount, workspace } = fixedPoint
  const { voltageRe, voltageIm } = workspace
  for (let lane = 0; lane < lanes; lane += 1) {
    if (result.settled[first + lane] === 1) continue
    for (let k = lane; k < slotCount * LANES; k += LANES) voltageRe[k] = voltageIm[k] = NaN
  }
  for (let lane = 0; lane < lanes; lane += 1) {
    const offset = (first + lane) * circuit.busCount
    for (let bus = 0; bus < circuit.busCount; bus += 1) {
      const re = fed[bus] === 1 ? voltageRe[slot[bus] * LANES + lane] : NaN
      const im = voltageIm[slot[bus] * LANES + lane]
      result.voltagePu[offset + bus] = Math.sqrt(re * re + im * im)
      if (result.wanted.angles) result.angleRad[offset + bus] = Math.atan2(im, re) + circuit.busClockRad[bus]
    }
  }
  if (result.wanted.currents || result.wanted.powers || result.wanted.totals || result.wanted.loadings !== undefined) writeBranches(fixedPoint, result, first, lanes)
}

/** Currents and powers at both ends of every branch, and the sums over the network. */
function writeBranches(fixedPoint: FixedPoint, result: LoadFlowResult, first: number, lanes: number): void {
  const { circuit, fed, slot, slotCount, workspace } = fixedPoint
  const { voltageRe, voltageIm, activePu, reactivePu } = workspace
  const { ffG, ffB, ftG, ftB, ttG, ttB } = circuit.admittance
  const { wanted, currentFromA, currentToA, activeFromKw, reactiveFromKvar, activeToKw, reactiveToKvar } = result
  const base = circuit.basePowerKva
  const branchCount = circuit.branchFrom.length
  const isSource = sourceMask(circuit)
  const squares = wanted.loadings === undefined ? undefined : ratingSquares(circuit, wanted.loadings)
  const lossKw = new Float64Array(LANES)
  const injectionKw = new Float64Array(LANES)
  const injectionKvar = new Float64Array(LANES)
  for (let k = 0; k < branchCount; k += 1) {
    const from = circuit.branchFrom[k]
    const to = circuit.branchTo[k]
    const energised = (from >= 0 && fed[from] === 1) || (to >= 0 && fed[to] === 1)
    // An open end draws nothing: its own voltage only has to be finite.
    const fromSlot = (energised ? slot[from >= 0 ? from : to] : slotCount - 1) * LANES
    const toSlot = (energised ? slot[to >= 0 ? to : from] : slotCount - 1) * LANES
    const fromA = from >= 0 ? base / (SQRT3 * circuit.busBaseKv[from]) : 0
    const toA = to >= 0 ? base / (SQRT3 * circuit.busBaseKv[to]) : 0
    const fromSource = from >= 0 && isSource[from] === 1
    const toSource = to >= 0 && isSource[to] === 1
    const gff = ffG[k], bff = ffB[k], gft = ftG[k], bft = ftB[k], gtt = ttG[k], btt = ttB[k]
    for (let lane = 0; lane < lanes; lane += 1) {
      const fr = energised ? voltageRe[fromSlot + lane] : NaN
      const fi = voltageIm[fromSlot + lane]
      const tr = energised ? voltageRe[toSlot + lane] : NaN
      const ti = voltageIm[toSlot + lane]
      const ifr = gff * fr - bff * fi + gft * tr - bft * ti
      const ifi = gff * fi + bff * fr + gft * ti + bft * tr
      const itr = gft * fr - bft * fi + gtt * tr - btt * ti
      const iti = gft * fi + bft * fr + gtt * ti + btt * tr
      const at = (first + lane) * branchCount + k
      if (wanted.currents) {
        currentFromA[at] = Math.sqrt(ifr * ifr + ifi * ifi) * fromA
        currentToA[at] = Math.sqrt(itr * itr + iti * iti) * toA
      }
      if (squares !== undefined) result.loadingPct[at] = loadingPct(squares, k, ifr * ifr + ifi * ifi, fr * fr + fi * fi, itr * itr + iti * iti, tr * tr + ti * ti)
      if (!wanted.powers && !wanted.totals) continue
      const pf = (fr * ifr + fi * ifi) * base
      const qf = (fi * ifr - fr * ifi) * base
      const pt = (tr * itr + ti * iti) * base
      const qt = (ti * itr - tr * iti) * base
      if (wanted.powers) {
        activeFromKw[at] = pf
        reactiveFromKvar[at] = qf
        activeToKw[at] = pt
        reactiveToKvar[at] = qt
      }
      if (energised) lossKw[lane] += pf + pt
      // What leaves the bus, not what crosses the internal impedance: exact however stiff the source is.
      if (fromSource) {
        injectionKw[lane] += pf
        injectionKvar[lane] += qf
      }
      if (toSource) {
        injectionKw[lane] += pt
        injectionKvar[lane] += qt
      }
    }
  }
  if (!wanted.totals) return
  for (let lane = 0; lane < lanes; lane += 1) {
    const scenario = first + lane
    let loadKw = 0
    for (let bus = 0; bus < circuit.busCount; bus += 1) {
      if (fed[bus] === 0) continue
      const at = slot[bus] * LANES + lane
      const square = voltageRe[at] * voltageRe[at] + voltageIm[at] * voltageIm[at]
      const shuntKw = circuit.shuntG[bus] === 0 ? 0 : circuit.shuntG[bus] * square * base
      loadKw += activePu[at] * base
      lossKw[lane] += shuntKw
      if (isSource[bus] === 0) continue
      injectionKw[lane] += activePu[at] * base + shuntKw
      injectionKvar[lane] += (reactivePu[at] - circuit.shuntB[bus] * square) * base
    }
    const settled = result.settled[scenario] === 1
    result.injectionKw[scenario] = settled ? injectionKw[lane] : NaN
    result.injectionKvar[scenario] = settled ? injectionKvar[lane] : NaN
    result.loadKw[scenario] = settled ? loadKw : NaN
    result.lossesKw[scenario] = settled ? lossKw[lane] : NaN
  }
}

function sourceMask(circuit: FixedPoint['circuit']): Uint8Array {
  const mask = new Uint8Array(circuit.busCount)
  for (const source of circuit.sources) mask[source.bus] = 1
  return mask
}
