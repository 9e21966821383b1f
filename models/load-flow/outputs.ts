import { LANES } from './lanes.ts'
import type { LoadFlowResult } from './load-flow.ts'
import type { PreparedLoadFlow } from './prepare.ts'

const SQRT3 = Math.sqrt(3)

/** Currents and powers at both ends of every branch, from the voltages of a settled block. */
export function writeBranches(prepared: PreparedLoadFlow, result: LoadFlowResult, first: number, lanes: number): void {
  const { circuit, slot, workspace, slotCount } = prepared
  const { voltageRe, voltageIm } = workspace
  const { ffG, ffB, ftG, ftB, ttG, ttB } = circuit.admittance
  const base = circuit.basePowerKva
  const branchCount = circuit.branchFrom.length
  const { currentFromA, currentToA, activeFromKw, reactiveFromKvar, activeToKw, reactiveToKvar } = result
  for (let k = 0; k < branchCount; k += 1) {
    const from = circuit.branchFrom[k]
    const to = circuit.branchTo[k]
    // An open end draws nothing: its own voltage only has to be finite.
    const fromSlot = (from >= 0 ? slot[from] : to >= 0 ? slot[to] : slotCount - 1) * LANES
    const toSlot = (to >= 0 ? slot[to] : from >= 0 ? slot[from] : slotCount - 1) * LANES
    const fromA = from >= 0 ? base / (SQRT3 * circuit.busBaseKv[from]) : 0
    const toA = to >= 0 ? base / (SQRT3 * circuit.busBaseKv[to]) : 0
    const gff = ffG[k], bff = ffB[k], gft = ftG[k], bft = ftB[k], gtt = ttG[k], btt = ttB[k]
    for (let lane = 0; lane < lanes; lane += 1) {
      const fr = voltageRe[fromSlot + lane]
      const fi = voltageIm[fromSlot + lane]
      const tr = voltageRe[toSlot + lane]
      const ti = voltageIm[toSlot + lane]
      const ifr = gff * fr - bff * fi + gft * tr - bft * ti
      const ifi = gff * fi + bff * fr + gft * ti + bft * tr
      const itr = gft * fr - bft * fi + gtt * tr - btt * ti
      const iti = gft * fi + bft * fr + gtt * ti + btt * tr
      const at = (first + lane) * branchCount + k
      currentFromA[at] = Math.sqrt(ifr * ifr + ifi * ifi) * fromA
      currentToA[at] = Math.sqrt(itr * itr + iti * iti) * toA
      activeFromKw[at] = (fr * ifr + fi * ifi) * base
      reactiveFromKvar[at] = (fi * ifr - fr * ifi) * base
      activeToKw[at] = (tr * itr + ti * iti) * base
      reactiveToKvar[at] = (ti * itr - tr * iti) * base
    }
  }
}

/** Power of the sources, supplied loads and losses of each scenario of a block whose branch flows are written. */
export function writeTotals(prepared: PreparedLoadFlow, result: LoadFlowResult, first: number, lanes: number): void {
  const { circuit, fed, slot, sourceBuses, workspace } = prepared
  const { activePu, reactivePu } = workspace
  const base = circuit.basePowerKva
  const branchCount = circuit.branchFrom.length
  for (let lane = 0; lane < lanes; lane += 1) {
    const scenario = first + lane
    let loadKw = 0
    let lossesKw = 0
    for (let bus = 0; bus < circuit.busCount; bus += 1) {
      if (fed[bus] === 0) continue
      loadKw += activePu[slot[bus] * LANES + lane] * base
      lossesKw += circuit.shuntG[bus] * result.voltagePu[scenario * circuit.busCount + bus] ** 2 * base
    }
    for (let k = scenario * branchCount; k < (scenario + 1) * branchCount; k += 1) {
      const lost = result.activeFromKw[k] + result.activeToKw[k]
      if (lost === lost) lossesKw += lost
    }
    let injectionKw = 0
    let injectionKvar = 0
    for (const bus of sourceBuses) {
      // What leaves the bus, not what crosses the internal impedance: exact however stiff the source is.
      const voltagePu = result.voltagePu[scenario * circuit.busCount + bus]
      injectionKw += (activePu[slot[bus] * LANES + lane] + circuit.shuntG[bus] * voltagePu ** 2) * base
      injectionKvar += (reactivePu[slot[bus] * LANES + lane] - circuit.shuntB[bus] * voltagePu ** 2) * base
      for (let k = 0; k < branchCount; k += 1) {
        const at = scenario * branchCount + k
        if (circuit.branchFrom[k] === bus) {
          injectionKw += result.activeFromKw[at]
          injectionKvar += result.reactiveFromKvar[at]
        }
        if (circuit.branchTo[k] === bus) {
          injectionKw += result.activeToKw[at]
          injectionKvar += result.reactiveToKvar[at]
        }
      }
    }
    const settled = result.settled[scenario] === 1
    result.injectionKw[scenario] = settled ? injectionKw : NaN
    result.injectionKvar[scenario] = settled ? injectionKvar : NaN
    result.loadKw[scenario] = loadKw
    result.lossesKw[scenario] = settled ? lossesKw : NaN
  }
}
