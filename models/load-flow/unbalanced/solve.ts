/**
 * Unbalanced load flow of many scenarios over one network: the fixed point of the balanced engine (../fixed-point.ts), conductor by
 * conductor. A load draws conj(s / v) with the voltage across it; all conductors' equations are solved with one factorisation.
 */
import { LANES, solveFactors } from '../lanes.ts'
import { EARTH, type PreparedUnbalanced } from './prepare.ts'

/** Loads in the order of the network, value [scenario * loadCount + load]; at nominal voltage where they follow it. */
export interface UnbalancedScenarios {
  readonly scenarios: number
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
}

export interface UnbalancedOptions {
  /** Largest power missing at a load, kVA. */
  readonly toleranceKva?: number
  readonly maxIterations?: number
}

/**
 * Bus columns by phase [(scenario * busCount + bus) * 3 + phase], bus columns [scenario * busCount + bus], branch columns by
 * conductor [(scenario * branchCount + branch) * 4 + conductor] at the from and to end. NaN where nothing was computed.
 */
export interface UnbalancedResult {
  readonly scenarios: number
  readonly busCount: number
  readonly branchCount: number
  readonly settled: Uint8Array
  readonly iterations: Uint16Array
  /** Phase to neutral (to earth where the bus has no neutral conductor), pu of the nominal phase voltage. */
  readonly voltagePu: Float64Array
  readonly angleRad: Float64Array
  readonly toEarthV: Float64Array
  /** Neutral to earth, V; 0 where the neutral is earth. */
  readonly neutralV: Float64Array
  /** V2 / V1 of the phase-to-neutral voltages, percent (Fortescue; the ratio of EN 50160). */
  readonly unbalancePct: Float64Array
  readonly currentFromA: Float64Array
  readonly currentToA: Float64Array
  readonly loadKw: Float64Array
  readonly lossesKw: Float64Array
}

const DEFAULT_TOLERANCE_KVA = 1e-6
const DEFAULT_MAX_ITERATIONS = 100

export function solveUnbalanced(prepared: PreparedUnbalanced, loads: UnbalancedScenarios, options: UnbalancedOptions = {}): UnbalancedResult {
  const result = createResult(prepared, loads.scenarios)
  const block = () => new Float64Array(prepared.slotCount * LANES)
  const workspace = { vr: block(), vi: block(), xr: block(), xi: block(), pw: new Float64Array(prepared.loadFrom.length * LANES), qw: new Float64Array(prepared.loadFrom.length * LANES) }
  for (let first = 0; first < loads.scenarios; first += LANES) {
    const lanes = Math.min(LANES, loads.scenarios - first)
    settleBlock(prepared, loads, options, workspace, result, first, lanes)
    for (let lane = 0; lane < lanes; lane += 1) {
      if (result.settled[first + lane] === 1) writeScenario(prepared, workspace, result, first + lane, lane)
    }
  }
  return result
}

interface Workspace { readonly vr: Float64Array; readonly vi: Float64Array; readonly xr: Float64Array; readonly xi: Float64Array; readonly pw: Float64Array; readonly qw: Float64Array }

function createResult({ network, branches }: PreparedUnbalanced, scenarios: number): UnbalancedResult {
  const busCount = network.buses.length
  const branchCount = branches.length
  const column = (length: number) => new Float64Array(length).fill(NaN)
  return {
    scenarios, busCount, branchCount, settled: new Uint8Array(scenarios), iterations: new Uint16Array(scenarios),
    voltagePu: column(scenarios * busCount * 3), angleRad: column(scenarios * busCount * 3), toEarthV: column(scenarios * busCount * 3), neutralV: column(scenarios * busCount), unbalancePct: column(scenarios * busCount),
    currentFromA: column(scenarios * branchCount * 4), currentToA: column(scenarios * branchCount * 4), loadKw: column(scenarios), lossesKw: column(scenarios),
  }
}

function settleBlock(prepared: PreparedUnbalanced, loads: UnbalancedScenarios, options: UnbalancedOptions, { vr, vi, xr, xi, pw, qw }: Workspace, result: UnbalancedResult, first: number, lanes: number): void {
  const { factors, slot, slotCount, sourceRe, sourceIm, noLoadRe, noLoadIm, loadFrom, loadTo, loadNominalV, network } = prepared
  const { toleranceKva = DEFAULT_TOLERANCE_KVA, maxIterations = DEFAULT_MAX_ITERATIONS } = options
  const loadCount = loadFrom.length
  const fromSlot = Int32Array.from(loadFrom, (node) => slot[node] * LANES)
  const toSlot = Int32Array.from(loadTo, (node) => (node === EARTH ? -1 : slot[node] * LANES))
  const exponent = Float64Array.from(network.loads, ({ kind }) => (kind === 'power' ? 0 : kind === 'current' ? 1 : 2))
  for (let load = 0; load < loadCount; load += 1) for (let lane = 0; lane < LANES; lane += 1) {
    const k = (first + Math.min(lane, lanes - 1)) * loadCount + load
    pw[load * LANES + lane] = fromSlot[load] < 0 ? 0 : loads.activeKw[k] * 1000
    qw[load * LANES + lane] = fromSlot[load] < 0 ? 0 : loads.reactiveKvar[k] * 1000
  }
  for (let p = 0; p < slotCount; p += 1) for (let lane = 0; lane < LANES; lane += 1) {
    vr[p * LANES + lane] = noLoadRe[p]
    vi[p * LANES + lane] = noLoadIm[p]
  }
  const size = factors.size
  const squareVa = (toleranceKva * 1000) ** 2
  const moving = new Uint8Array(LANES).fill(1)
  const missing = new Uint8Array(LANES)
  let open = lanes
  for (let iteration = 1; iteration <= maxIterations && open > 0; iteration += 1) {
    for (let p = 0, k = 0; p < size; p += 1) for (let lane = 0; lane < LANES; lane += 1, k += 1) {
      xr[k] = sourceRe[p]
      xi[k] = sourceIm[p]
    }
    for (let load = 0; load < loadCount; load += 1) {
      const from = fromSlot[load]
      const to = toSlot[load]
      if (from < 0) continue
      for (let lane = 0; lane < LANES; lane += 1) {
        const re = vr[from + lane] - (to < 0 ? 0 : vr[to + lane])
        const im = vi[from + lane] - (to < 0 ? 0 : vi[to + lane])
        const square = re * re + im * im
        const share = exponent[load] === 0 ? 1 : exponent[load] === 1 ? Math.sqrt(square) / loadNominalV[load] : square / loadNominalV[load] ** 2
        const p = (pw[load * LANES + lane] * share) / square
        const q = (qw[load * LANES + lane] * share) / square
        const ir = p * re + q * im
        const ii = p * im - q * re
        if (from < size * LANES) {
          xr[from + lane] -= ir
          xi[from + lane] -= ii
        }
        if (to >= 0 && to < size * LANES) {
          xr[to + lane] += ir
          xi[to + lane] += ii
        }
      }
    }
    solveFactors(factors, xr, xi)
    // Ideal sources hold their voltages.
    for (let k = size * LANES; k < slotCount * LANES; k += 1) {
      xr[k] = vr[k]
      xi[k] = vi[k]
    }
    missing.fill(0)
    for (let load = 0; load < loadCount; load += 1) {
      const from = fromSlot[load]
      const to = toSlot[load]
      if (from < 0) continue
      for (let lane = 0; lane < LANES; lane += 1) {
        const re = vr[from + lane] - (to < 0 ? 0 : vr[to + lane])
        const im = vi[from + lane] - (to < 0 ? 0 : vi[to + lane])
        const stepRe = xr[from + lane] - (to < 0 ? 0 : xr[to + lane]) - re
        const stepIm = xi[from + lane] - (to < 0 ? 0 : xi[to + lane]) - im
        const va = pw[load * LANES + lane] ** 2 + qw[load * LANES + lane] ** 2
        // As in the balanced engine: s (v' - v) / v is missing, up to twice that where the load follows the voltage. A NaN is missing.
        if (!(4 * va * (stepRe * stepRe + stepIm * stepIm) <= squareVa * (re * re + im * im))) missing[lane] = 1
      }
    }
    // A settled scenario is held, so that its result does not depend on its company.
    for (let lane = 0; lane < LANES; lane += 1) {
      if (moving[lane] === 0) continue
      for (let k = lane; k < size * LANES; k += LANES) {
        vr[k] = xr[k]
        vi[k] = xi[k]
      }
      if (missing[lane] === 1) continue
      moving[lane] = 0
      if (lane >= lanes) continue
      result.settled[first + lane] = 1
      result.iterations[first + lane] = iteration
      open -= 1
    }
  }
  for (let lane = 0; lane < lanes; lane += 1) if (moving[lane] === 1) result.iterations[first + lane] = maxIterations
}

const SQRT3 = Math.sqrt(3)

/** Voltages, currents and sums of one settled scenario. No object a value: this is as hot as the solution itself. */
function writeScenario(prepared: PreparedUnbalanced, { vr, vi, pw }: Workspace, result: UnbalancedResult, scenario: number, lane: number): void {
  const { network, nodeOf, fed, branches, loadFrom, loadTo, loadNominalV, offset } = prepared
  for (let bus = 0; bus < result.busCount; bus += 1) {
    if (fed[bus] === 0) continue
    const at = scenario * result.busCount + bus
    const neutral = nodeOf[bus * 4 + 3]
    const neutralRe = neutral < 0 ? 0 : vr[offset[neutral] + lane]
    const neutralIm = neutral < 0 ? 0 : vi[offset[neutral] + lane]
    const perVolt = SQRT3 / (network.buses[bus].nominalKv * 1000)
    let sumRe = 0, sumIm = 0, turnedRe = 0, turnedIm = 0
    for (let phase = 0; phase < 3; phase += 1) {
      const k = offset[nodeOf[bus * 4 + phase]] + lane
      result.toEarthV[at * 3 + phase] = Math.sqrt(vr[k] * vr[k] + vi[k] * vi[k])
      const x = vr[k] - neutralRe
      const y = vi[k] - neutralIm
      result.voltagePu[at * 3 + phase] = Math.sqrt(x * x + y * y) * perVolt
      result.angleRad[at * 3 + phase] = Math.atan2(y, x)
      // V1 = (Va + a Vb + a^2 Vc) / 3 and V2 = (Va + a^2 Vb + a Vc) / 3, a third left out of both.
      const cos = COS[phase]
      const sin = SIN[phase]
      sumRe += x * cos - y * sin
      sumIm += x * sin + y * cos
      turnedRe += x * cos + y * sin
      turnedIm += y * cos - x * sin
    }
    result.neutralV[at] = Math.sqrt(neutralRe * neutralRe + neutralIm * neutralIm)
    result.unbalancePct[at] = 100 * Math.sqrt((turnedRe * turnedRe + turnedIm * turnedIm) / (sumRe * sumRe + sumIm * sumIm))
  }
  let lossesW = 0
  for (let branch = 0; branch < branches.length; branch += 1) {
    const { nodes, fromCount, y, fed: isFed } = branches[branch]
    if (!isFed) continue
    const at = (scenario * result.branchCount + branch) * 4
    const { size, re: g, im: b } = y
    for (let i = 0; i < size; i += 1) {
      let ir = 0
      let ii = 0
      for (let j = 0; j < size; j += 1) {
        if (nodes[j] < 0) continue
        const k = offset[nodes[j]] + lane
        const gij = g[i * size + j]
        const bij = b[i * size + j]
        ir += gij * vr[k] - bij * vi[k]
        ii += gij * vi[k] + bij * vr[k]
      }
      if (nodes[i] >= 0) lossesW += vr[offset[nodes[i]] + lane] * ir + vi[offset[nodes[i]] + lane] * ii
      const current = Math.sqrt(ir * ir + ii * ii)
      if (i < fromCount) result.currentFromA[at + i] = current
      else result.currentToA[at + i - fromCount] = current
    }
  }
  for (let bus = 0; bus < result.busCount; bus += 1) {
    const node = nodeOf[bus * 4 + 3]
    const earthOhm = network.buses[bus].neutral?.earthOhm
    if (node >= 0 && fed[bus] === 1 && earthOhm !== undefined) lossesW += (vr[offset[node] + lane] ** 2 + vi[offset[node] + lane] ** 2) / earthOhm
  }
  let loadW = 0
  for (let load = 0; load < loadFrom.length; load += 1) {
    const from = offset[loadFrom[load]]
    if (from < 0) continue
    const { kind } = network.loads[load]
    let share = 1
    if (kind !== 'power') {
      const to = loadTo[load]
      const re = vr[from + lane] - (to < 0 ? 0 : vr[offset[to] + lane])
      const im = vi[from + lane] - (to < 0 ? 0 : vi[offset[to] + lane])
      share = Math.sqrt(re * re + im * im) / loadNominalV[load]
      if (kind === 'impedance') share *= share
    }
    loadW += pw[load * LANES + lane] * share
  }
  result.loadKw[scenario] = loadW / 1000
  result.lossesKw[scenario] = lossesW / 1000
}

const COS = [0, 1, 2].map((phase) => Math.cos((2 * Math.PI * phase) / 3))
const SIN = [0, 1, 2].map((phase) => Math.sin((2 * Math.PI * phase) / 3))
