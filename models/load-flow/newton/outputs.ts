import { loadingPct, type RatingSquares, ratingSquares } from '../branch-loading.ts'
import type { LoadFlowResult, LoadScenarios } from '../scenarios.ts'
import type { NewtonState } from './iteration.ts'
import type { PreparedNewton } from './prepare.ts'
import { generatedPu } from './reactive-limits.ts'

const SQRT3 = Math.sqrt(3)

/** What the outputs of many scenarios share. */
export interface OutputWriter {
  readonly prepared: PreparedNewton
  readonly result: LoadFlowResult
  readonly isSource: Uint8Array
  readonly ratings: RatingSquares | undefined
  /** Voltage by bus. */
  readonly re: Float64Array
  readonly im: Float64Array
}

export function createOutputWriter(prepared: PreparedNewton, result: LoadFlowResult): OutputWriter {
  const { circuit } = prepared
  const isSource = new Uint8Array(circuit.busCount)
  for (const { bus } of circuit.sources) isSource[bus] = 1
  const { loadings } = result.wanted
  const ratings = loadings === undefined ? undefined : ratingSquares(circuit, loadings)
  return { prepared, result, isSource, ratings, re: new Float64Array(circuit.busCount), im: new Float64Array(circuit.busCount) }
}

/** Writes every wanted column of one scenario; NaN in all of them when it did not settle. */
export function writeScenario(writer: OutputWriter, state: NewtonState, loads: LoadScenarios, scenario: number): void {
  const { prepared, result, re, im } = writer
  const { circuit, fed, nodal, generatorRow } = prepared
  const settled = result.settled[scenario] === 1
  re.fill(NaN)
  im.fill(NaN)
  for (let bus = 0; bus < circuit.busCount && settled; bus += 1) {
    if (fed[bus] === 0) continue
    const p = nodal.row[bus]
    re[bus] = p < 0 ? nodal.idealRe[bus] : state.re[p]
    im[bus] = p < 0 ? nodal.idealIm[bus] : state.im[p]
  }
  const offset = scenario * circuit.busCount
  for (let bus = 0; bus < circuit.busCount; bus += 1) {
    result.voltagePu[offset + bus] = Math.sqrt(re[bus] * re[bus] + im[bus] * im[bus])
    if (result.wanted.angles) result.angleRad[offset + bus] = Math.atan2(im[bus], re[bus]) + circuit.busClockRad[bus]
  }
  generatorRow.forEach((p, generator) => {
    result.generatorKvar[scenario * generatorRow.length + generator] = settled && p >= 0 ? generatedPu(state, p) * circuit.basePowerKva : NaN
  })
  if (!result.wanted.currents && !result.wanted.powers && !result.wanted.totals && result.wanted.loadings === undefined) return
  const sums = writeBranches(writer, scenario)
  if (result.wanted.totals) writeTotals(writer, loads, scenario, sums)
}

/** Sums over the branches in pu: what is lost in them, and what enters them at the buses of sources. */
interface Sums {
  readonly lost: number
  readonly sourceP: number
  readonly sourceQ: number
}

/** Currents and powers at both ends of every branch. */
function writeBranches({ prepared: { circuit, fed }, result, isSource, ratings, re, im }: OutputWriter, scenario: number): Sums {
  const { branchFrom, branchTo, busBaseKv, basePowerKva } = circuit
  const { ffG, ffB, ftG, ftB, ttG, ttB, tfG = ftG, tfB = ftB } = circuit.admittance
  const { wanted } = result
  let lost = 0
  let sourceP = 0
  let sourceQ = 0
  for (let k = 0; k < branchFrom.length; k += 1) {
    const at = scenario * branchFrom.length + k
    const from = branchFrom[k]
    const to = branchTo[k]
    const energised = (from >= 0 && fed[from] === 1) || (to >= 0 && fed[to] === 1)
    // The two-port of a branch with an open end has no admittance there: 0 stands for the voltage of that end.
    const fr = !energised ? NaN : from < 0 ? 0 : re[from]
    const fi = from < 0 ? 0 : im[from]
    const tr = !energised ? NaN : to < 0 ? 0 : re[to]
    const ti = to < 0 ? 0 : im[to]
    const fromRe = ffG[k] * fr - ffB[k] * fi + ftG[k] * tr - ftB[k] * ti
    const fromIm = ffG[k] * fi + ffB[k] * fr + ftG[k] * ti + ftB[k] * tr
    const toRe = tfG[k] * fr - tfB[k] * fi + ttG[k] * tr - ttB[k] * ti
    const toIm = tfG[k] * fi + tfB[k] * fr + ttG[k] * ti + ttB[k] * tr
    if (wanted.currents) {
      result.currentFromA[at] = Math.sqrt(fromRe * fromRe + fromIm * fromIm) * (from < 0 ? 1 : basePowerKva / (SQRT3 * busBaseKv[from]))
      result.currentToA[at] = Math.sqrt(toRe * toRe + toIm * toIm) * (to < 0 ? 1 : basePowerKva / (SQRT3 * busBaseKv[to]))
    }
    if (ratings !== undefined) result.loadingPct[at] = loadingPct(ratings, k, fromRe * fromRe + fromIm * fromIm, fr * fr + fi * fi, toRe * toRe + toIm * toIm, tr * tr + ti * ti)
    const fromP = fr * fromRe + fi * fromIm
    const fromQ = fi * fromRe - fr * fromIm
    const toP = tr * toRe + ti * toIm
    const toQ = ti * toRe - tr * toIm
    if (wanted.powers) {
      result.activeFromKw[at] = fromP * basePowerKva
      result.reactiveFromKvar[at] = fromQ * basePowerKva
      result.activeToKw[at] = toP * basePowerKva
      result.reactiveToKvar[at] = toQ * basePowerKva
    }
    if (!energised) continue
    lost += fromP + toP
    if (from >= 0 && isSource[from] === 1) {
      sourceP += fromP
      sourceQ += fromQ
    }
    if (to >= 0 && isSource[to] === 1) {
      sourceP += toP
      sourceQ += toQ
    }
  }
  return { lost, sourceP, sourceQ }
}

function writeTotals({ prepared: { circuit, fed, generatorRow }, result, isSource, re, im }: OutputWriter, loads: LoadScenarios, scenario: number, { lost, sourceP, sourceQ }: Sums): void {
  const { basePowerKva, shuntG, shuntB } = circuit
  const offset = scenario * circuit.busCount
  let loadKw = 0
  let lossesKw = lost * basePowerKva
  let injectionKw = sourceP * basePowerKva
  let injectionKvar = sourceQ * basePowerKva
  for (let bus = 0; bus < circuit.busCount; bus += 1) {
    if (fed[bus] === 0) continue
    const at = offset + bus
    const square = re[bus] * re[bus] + im[bus] * im[bus]
    const magnitude = Math.sqrt(square)
    const activeKw = loads.activeKw[at] + (loads.currentKw?.[at] ?? 0) * magnitude + (loads.impedanceKw?.[at] ?? 0) * square
    const reactiveKvar = loads.reactiveKvar[at] + (loads.currentKvar?.[at] ?? 0) * magnitude + (loads.impedanceKvar?.[at] ?? 0) * square
    const shuntKw = shuntG[bus] * square * basePowerKva
    loadKw += activeKw
    lossesKw += shuntKw
    if (isSource[bus] === 0) continue
    injectionKw += activeKw + shuntKw
    injectionKvar += reactiveKvar - shuntB[bus] * square * basePowerKva
  }
  // A generator on the bus of a source delivers beside it.
  circuit.generators?.forEach(({ bus }, generator) => {
    const kvar = result.generatorKvar[scenario * generatorRow.length + generator]
    if (isSource[bus] === 1 && generatorRow[generator] >= 0) injectionKvar -= kvar
  })
  result.injectionKw[scenario] = injectionKw
  result.injectionKvar[scenario] = injectionKvar
  result.loadKw[scenario] = loadKw
  result.lossesKw[scenario] = lossesKw
}
