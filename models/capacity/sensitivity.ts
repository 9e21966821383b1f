/**
 * Linear estimate of how much a bus could still take, from how the voltages of the network answer to a current drawn
 * there. It only says where the exact search has to look: nothing is concluded from it alone.
 */
import { createLoadFlowResult, type LoadFlowResult, type PreparedLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { JUDGED_OUTPUTS, type Judged } from './judge.ts'
import { BASIS, type ElementLimits } from './limits.ts'
import type { PeakLift } from './peak-factor.ts'

/** Answers below this share of the bus's own are rounding. */
const ROUNDING = 1e-9
/** Share of the base power drawn to see the answer; smaller ones follow where a weak bus cannot take it. */
const DRAWN_SHARES = [0.05, 0.005, 0.0005]
const SQRT3 = Math.sqrt(3)

/** Complex answers to a current of 1 pu drawn at one bus. */
export interface BusSensitivity {
  readonly bus: number
  /** Change of the voltage of each bus, pu: minus the column of the impedance matrix. */
  readonly voltageRe: Float64Array
  readonly voltageIm: Float64Array
  /** Branches whose current answers at all, and by how much at each end, pu. */
  readonly branches: readonly number[]
  readonly fromRe: Float64Array
  readonly fromIm: Float64Array
  readonly toRe: Float64Array
  readonly toIm: Float64Array
}

/**
 * One load flow a bus with a small load and none elsewhere: the network between the buses is linear, so that the answer is
 * exact whatever the load (not so where generators hold a voltage: there it is the tangent).
 * @returns undefined for a bus that no source reaches or that takes no load at all
 */
export function busSensitivities(one: Judged, prepared: PreparedLoadFlow, buses: readonly number[]): (BusSensitivity | undefined)[] {
  const { busCount, basePowerKva } = one.circuit
  const block = 64
  const into = createLoadFlowResult(one.circuit, block, JUDGED_OUTPUTS)
  const none = new Float64Array(block * busCount)
  const activeKw = new Float64Array(block * busCount)
  const idle = complexVoltages(one, solveLoadFlow(prepared, { scenarios: 1, activeKw: none, reactiveKvar: none }, { into }), 0)
  const found: (BusSensitivity | undefined)[] = buses.map(() => undefined)
  for (const share of DRAWN_SHARES) {
    const open = buses.flatMap((bus, k) => (found[k] === undefined && one.fed[bus] === 1 ? [k] : []))
    for (let first = 0; first < open.length; first += block) {
      const these = open.slice(first, first + block)
      activeKw.fill(0)
      these.forEach((k, scenario) => (activeKw[scenario * busCount + buses[k]] = share * basePowerKva))
      const flow = solveLoadFlow(prepared, { scenarios: these.length, activeKw, reactiveKvar: none }, { into })
      these.forEach((k, scenario) => {
        if (flow.settled[scenario] === 1) found[k] = answerOf(one, idle, complexVoltages(one, flow, scenario), buses[k], share)
      })
    }
  }
  return found
}

interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

/** Voltages without the clocks of the transformers, as the two-ports see them; 0 where not fed. */
export function complexVoltages({ circuit, fed }: Judged, flow: LoadFlowResult, scenario: number): Complex {
  const re = new Float64Array(circuit.busCount)
  const im = new Float64Array(circuit.busCount)
  for (let bus = 0; bus < circuit.busCount; bus += 1) {
    if (fed[bus] === 0) continue
    const at = scenario * circuit.busCount + bus
    const angle = flow.angleRad[at] - circuit.busClockRad[bus]
    re[bus] = flow.voltagePu[at] * Math.cos(angle)
    im[bus] = flow.voltagePu[at] * Math.sin(angle)
  }
  return { re, im }
}

function answerOf(one: Judged, idle: Complex, loaded: Complex, bus: number, drawnPu: number): BusSensitivity {
  const { circuit } = one
  const square = loaded.re[bus] ** 2 + loaded.im[bus] ** 2
  // i = conj(s / v) with s real.
  const iRe = (drawnPu * loaded.re[bus]) / square
  const iIm = (drawnPu * loaded.im[bus]) / square
  const iSquare = iRe * iRe + iIm * iIm
  const voltageRe = new Float64Array(circuit.busCount)
  const voltageIm = new Float64Array(circuit.busCount)
  for (let j = 0; j < circuit.busCount; j += 1) {
    const dRe = loaded.re[j] - idle.re[j]
    const dIm = loaded.im[j] - idle.im[j]
    voltageRe[j] = (dRe * iRe + dIm * iIm) / iSquare
    voltageIm[j] = (dIm * iRe - dRe * iIm) / iSquare
  }
  const branchCount = circuit.branchFrom.length
  const answer = { fromRe: new Float64Array(branchCount), fromIm: new Float64Array(branchCount), toRe: new Float64Array(branchCount), toIm: new Float64Array(branchCount) }
  const branches: number[] = []
  for (let k = 0; k < branchCount; k += 1) {
    const [fromRe, fromIm, toRe, toIm] = branchCurrents(one, { re: voltageRe, im: voltageIm }, k)
    answer.fromRe[k] = fromRe
    answer.fromIm[k] = fromIm
    answer.toRe[k] = toRe
    answer.toIm[k] = toIm
    // A current of 1 pu is drawn: what answers with less than rounding does not answer.
    if (Math.abs(fromRe) + Math.abs(fromIm) + Math.abs(toRe) + Math.abs(toIm) > 1e-6) branches.push(k)
  }
  return { bus, voltageRe, voltageIm, branches, ...answer }
}

/** Currents into both ends of a branch, pu. */
function branchCurrents({ circuit }: Judged, v: Complex, k: number): [number, number, number, number] {
  const { ffG, ffB, ftG, ftB, ttG, ttB, tfG = ftG, tfB = ftB } = circuit.admittance
  const from = circuit.branchFrom[k]
  const to = circuit.branchTo[k]
  const fr = from < 0 ? 0 : v.re[from], fi = from < 0 ? 0 : v.im[from]
  const tr = to < 0 ? 0 : v.re[to], ti = to < 0 ? 0 : v.im[to]
  return [
    ffG[k] * fr - ffB[k] * fi + ftG[k] * tr - ftB[k] * ti, ffG[k] * fi + ffB[k] * fr + ftG[k] * ti + ftB[k] * tr,
    tfG[k] * fr - tfB[k] * fi + ttG[k] * tr - ttB[k] * ti, tfG[k] * fi + tfB[k] * fr + ttG[k] * ti + ttB[k] * tr,
  ]
}

/**
 * Active power, kW and at most `mostKw`, at which the first limit of a computed step is expected to break.
 * @param sign 1 for demand, -1 for generation
 */
export function estimatedHeadroomKw(
  one: Judged, limits: ElementLimits, answer: BusSensitivity, flow: LoadFlowResult, scenario: number, voltages: Complex,
  { sign, tanPhi, mostKw, lift, baseScenario = scenario }: { sign: 1 | -1; tanPhi: number; mostKw: number; lift?: PeakLift; baseScenario?: number },
): number {
  const { circuit, elements } = one
  const { bus } = answer
  const square = (voltages.re[bus] ** 2 + voltages.im[bus] ** 2) * circuit.basePowerKva
  // Current drawn for each kW: conj(s / v) with s = sign (1 + j tanPhi) / base.
  const iRe = (sign * (voltages.re[bus] + tanPhi * voltages.im[bus])) / square
  const iIm = (sign * (voltages.im[bus] - tanPhi * voltages.re[bus])) / square
  let leastKw = mostKw

  const considerEnd = (k: number, end: number, nowRe: number, nowIm: number, answerRe: number, answerIm: number, limit: number): void => {
    if (end < 0 || limit === Infinity) return
    const byPower = elements.basis[k] === BASIS.power
    const limitPu = byPower ? limit / (circuit.basePowerKva * Math.hypot(voltages.re[end], voltages.im[end])) : (limit * SQRT3 * circuit.busBaseKv[end]) / circuit.basePowerKva
    const now = Math.hypot(nowRe, nowIm)
    const allowed = limitPu - ((lift?.branchFactor[k] ?? 1) - 1) * now
    const sRe = answerRe * iRe - answerIm * iIm
    const sIm = answerRe * iIm + answerIm * iRe
    // |now + x s| = allowed, the positive root.
    const a = sRe * sRe + sIm * sIm
    const b = nowRe * sRe + nowIm * sIm
    const c = now * now - allowed * allowed
    if (a > 0) leastKw = Math.min(leastKw, allowed <= now ? 0 : (-b + Math.sqrt(b * b - a * c)) / a)
  }
  for (const k of answer.branches) {
    if (one.ignoredBranch[k] === 1) continue
    const [fromRe, fromIm, toRe, toIm] = branchCurrents(one, voltages, k)
    considerEnd(k, circuit.branchFrom[k], fromRe, fromIm, answer.fromRe[k], answer.fromIm[k], limits.branchFrom[k])
    considerEnd(k, circuit.branchTo[k], toRe, toIm, answer.toRe[k], answer.toIm[k], limits.branchTo[k])
  }

  const drops = lift?.extraDropPu(flow, baseScenario)
  for (let j = 0; j < circuit.busCount; j += 1) {
    if (one.fed[j] === 0 || one.ignoredBus[j] === 1) continue
    const re = voltages.re[j]
    const im = voltages.im[j]
    const dRe = answer.voltageRe[j] * iRe - answer.voltageIm[j] * iIm
    const dIm = answer.voltageRe[j] * iIm + answer.voltageIm[j] * iRe
    const pu = Math.sqrt(re * re + im * im)
    const ratePu = (dRe * re + dIm * im) / pu
    if (Math.abs(ratePu) < ROUNDING / mostKw) continue
    const room = (ratePu < 0 ? limits.lowestPu[j] : limits.highestPu[j]) - (pu - (drops?.[j] ?? 0))
    leastKw = Math.min(leastKw, Math.max(0, room / ratePu))
  }
  return leastKw
}
