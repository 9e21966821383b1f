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

function writeScenario(prepared: PreparedUnbalanced, { vr, vi, pw, qw }: Workspace, result: UnbalancedResult, scenario: number, lane: number): void {
  const { network, nodeOf, fed, branches, slot, loadFrom, loadTo, loadNominalV } = prepared
  const re = (node: number) => (node === EARTH ? 0 : vr[slot[node] * LANES + lane])
  const im = (node: number) => (node === EARTH ? 0 : vi[slot[node] * LANES + lane])
  const turn = (angle: number) => [Math.cos(angle), Math.sin(angle)] as const
  network.buses.forEach(({ nominalKv }, bus) => {
    if (fed[bus] === 0) return
    const at = scenario * result.busCount + bus
    const neutral = nodeOf[bus * 4 + 3]
    const phaseV = (nominalKv * 1000) / Math.sqrt(3)
    const across = [0, 1, 2].map((phase) => {
      const node = nodeOf[bus * 4 + phase]
      result.toEarthV[at * 3 + phase] = Math.hypot(re(node), im(node))
      const [x, y] = [re(node) - re(neutral), im(node) - im(neutral)]
      result.voltagePu[at * 3 + phase] = Math.hypot(x, y) / phaseV
      result.angleRad[at * 3 + phase] = Math.atan2(y, x)
      return [x, y] as const
    })
    result.neutralV[at] = Math.hypot(re(neutral), im(neutral))
    const sequence = (order: 1 | -1) => {
      let x = 0
      let y = 0
      across.forEach(([vx, vy], phase) => {
        const [c, s] = turn((order * 2 * Math.PI * phase) / 3)
        x += vx * c - vy * s
        y += vx * s + vy * c
      })
      return Math.hypot(x, y)
    }
    result.unbalancePct[at] = (100 * sequence(-1)) / sequence(1)
  })
  let lossesW = 0
  branches.forEach(({ nodes, fromCount, y }, branch) => {
    if (nodes.some((node) => node >= 0 && slot[node] < 0)) return
    const at = (scenario * result.branchCount + branch) * 4
    for (let i = 0; i < y.size; i += 1) {
      let ir = 0
      let ii = 0
      for (let j = 0; j < y.size; j += 1) {
        const [g, b] = [y.re[i * y.size + j], y.im[i * y.size + j]]
        ir += g * re(nodes[j]) - b * im(nodes[j])
        ii += g * im(nodes[j]) + b * re(nodes[j])
      }
      lossesW += re(nodes[i]) * ir + im(nodes[i]) * ii
      if (i < fromCount) result.currentFromA[at + i] = Math.hypot(ir, ii)
      else result.currentToA[at + i - fromCount] = Math.hypot(ir, ii)
    }
  })
  network.buses.forEach(({ neutral }, bus) => {
    const node = nodeOf[bus * 4 + 3]
    if (node >= 0 && fed[bus] === 1 && neutral?.earthOhm !== undefined) lossesW += (re(node) ** 2 + im(node) ** 2) / neutral.earthOhm
  })
  let loadW = 0
  network.loads.forEach(({ kind }, load) => {
    if (loadFrom[load] < 0 || slot[loadFrom[load]] < 0) return
    const v = Math.hypot(re(loadFrom[load]) - re(loadTo[load]), im(loadFrom[load]) - im(loadTo[load])) / loadNominalV[load]
    loadW += pw[load * LANES + lane] * (kind === 'power' ? 1 : kind === 'current' ? v : v * v)
  })
  void qw
  result.loadKw[scenario] = loadW / 1000
  result.lossesKw[scenario] = lossesW / 1000
}
