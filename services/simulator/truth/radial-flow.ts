/**
 * The field's own physics: a backward/forward sweep over a radial network. On purpose another method, and other code, than
 * Penfeld's load flow, so that the demonstration checks one against the other instead of against itself.
 *
 * Per unit on 1 MVA and the nominal voltage of each bus. Loads draw constant power (load convention, kW and kvar).
 */
export const BASE_KVA = 1_000

export interface RadialBranch {
  readonly from: number
  readonly to: number
  readonly rPu: number
  readonly xPu: number
  /** Charging of a line, half at each end. */
  readonly chargingPu: number
  /** No-load admittance of a transformer, on its `from` side. */
  readonly noLoadGPu: number
  readonly noLoadBPu: number
  /** Voltage of `from` over voltage of `to` at no load; a branch other than 1 carries power only downwards. */
  readonly ratio: number
}

export interface RadialSource {
  readonly bus: number
  readonly voltagePu: number
  readonly rPu: number
  readonly xPu: number
}

export interface RadialNetwork {
  readonly nominalKv: Float64Array
  readonly branches: readonly RadialBranch[]
  readonly sources: readonly RadialSource[]
}

/** Columns `element * steps + step`. Power flows from `from` to `to`; `from` values enter the branch, `to` values leave it. */
export interface FlowResult {
  readonly steps: number
  readonly fromKw: Float64Array
  readonly fromKvar: Float64Array
  readonly toKw: Float64Array
  readonly toKvar: Float64Array
  readonly fromA: Float64Array
  readonly toA: Float64Array
  /** Per bus; 0 where no source reaches. */
  readonly voltagePu: Float64Array
  /** Per source. */
  readonly sourceKw: Float64Array
}

export interface RadialFlow {
  /** Branches that would close a loop and were taken as open: this method cannot see them. */
  readonly loops: readonly number[]
  /** Loads as columns `bus * steps + step`. Writes the steps from `fromStep` to `toStep` into `result`. */
  solve(loadKw: Float64Array, loadKvar: Float64Array, result: FlowResult, fromStep: number, toStep: number): void
}

export function emptyResult(network: RadialNetwork, steps: number): FlowResult {
  const perBranch = () => new Float64Array(network.branches.length * steps)
  return {
    steps, fromKw: perBranch(), fromKvar: perBranch(), toKw: perBranch(), toKvar: perBranch(), fromA: perBranch(), toA: perBranch(),
    voltagePu: new Float64Array(network.nominalKv.length * steps), sourceKw: new Float64Array(network.sources.length * steps),
  }
}

const TOLERANCE_PU = 1e-8
const MOST_SWEEPS = 30

export function createRadialFlow(network: RadialNetwork): RadialFlow {
  const { nominalKv, branches, sources } = network
  const tree = spanTree(network)
  const { order, parentBranch, parentBus } = tree
  const buses = nominalKv.length

  const shuntG = new Float64Array(buses)
  const shuntB = new Float64Array(buses)
  for (const branch of branches) {
    shuntB[branch.from] += branch.chargingPu / 2 + branch.noLoadBPu
    shuntB[branch.to] += branch.chargingPu / 2
    shuntG[branch.from] += branch.noLoadGPu
  }
  // What the sweep touches for every bus and every step lies in flat arrays, in the order of the tree.
  const r = new Float64Array(buses)
  const x = new Float64Array(buses)
  const ratio = new Float64Array(buses).fill(1)
  const source = new Int32Array(buses).fill(-1)
  for (const bus of order) {
    const branch = branches[parentBranch[bus]]
    if (branch !== undefined) [r[bus], x[bus], ratio[bus]] = [branch.rPu, branch.xPu, branch.ratio]
  }
  sources.forEach((one, index) => {
    ;[r[one.bus], x[one.bus], source[one.bus]] = [one.rPu, one.xPu, index]
  })

  const vRe = new Float64Array(buses)
  const vIm = new Float64Array(buses)
  /** Current that flows into each bus from its parent, on the bus's own side. */
  const iRe = new Float64Array(buses)
  const iIm = new Float64Array(buses)

  const sweep = (loadKw: Float64Array, loadKvar: Float64Array, steps: number, step: number): number => {
    for (const bus of order) {
      const re = vRe[bus]
      const im = vIm[bus]
      const p = loadKw[bus * steps + step] / BASE_KVA
      const q = loadKvar[bus * steps + step] / BASE_KVA
      const square = re * re + im * im
      iRe[bus] = (p * re + q * im) / square + shuntG[bus] * re - shuntB[bus] * im
      iIm[bus] = (p * im - q * re) / square + shuntG[bus] * im + shuntB[bus] * re
    }
    for (let place = order.length - 1; place >= 0; place--) {
      const bus = order[place]
      const parent = parentBus[bus]
      if (parent < 0) continue
      iRe[parent] += iRe[bus] / ratio[bus]
      iIm[parent] += iIm[bus] / ratio[bus]
    }
    let change = 0
    for (const bus of order) {
      const parent = parentBus[bus]
      const upRe = parent < 0 ? sources[source[bus]].voltagePu : vRe[parent] / ratio[bus]
      const upIm = parent < 0 ? 0 : vIm[parent] / ratio[bus]
      const re = upRe - (r[bus] * iRe[bus] - x[bus] * iIm[bus])
      const im = upIm - (r[bus] * iIm[bus] + x[bus] * iRe[bus])
      change = Math.max(change, Math.abs(re - vRe[bus]), Math.abs(im - vIm[bus]))
      vRe[bus] = re
      vIm[bus] = im
    }
    return change
  }

  const write = (result: FlowResult, step: number): void => {
    const { steps } = result
    for (const bus of order) {
      result.voltagePu[bus * steps + step] = Math.hypot(vRe[bus], vIm[bus])
      if (source[bus] >= 0) {
        result.sourceKw[source[bus] * steps + step] = (vRe[bus] * iRe[bus] + vIm[bus] * iIm[bus]) * BASE_KVA
      }
    }
    for (const bus of order) {
      const index = parentBranch[bus]
      if (index < 0) continue
      const branch = branches[index]
      const downwards = branch.to === bus
      // Series current in the sense from -> to, on the `to` side; the end shunts are added to what each end sees.
      const seriesRe = downwards ? iRe[bus] : -iRe[bus]
      const seriesIm = downwards ? iIm[bus] : -iIm[bus]
      writeEnd(branch.from, seriesRe / branch.ratio, seriesIm / branch.ratio, branch.noLoadGPu, branch.chargingPu / 2 + branch.noLoadBPu, index * steps + step, result.fromKw, result.fromKvar, result.fromA)
      writeEnd(branch.to, seriesRe, seriesIm, 0, -branch.chargingPu / 2, index * steps + step, result.toKw, result.toKvar, result.toA)
    }
  }

  const writeEnd = (bus: number, re: number, im: number, g: number, b: number, at: number, kw: Float64Array, kvar: Float64Array, ampere: Float64Array): void => {
    const endRe = re + g * vRe[bus] - b * vIm[bus]
    const endIm = im + g * vIm[bus] + b * vRe[bus]
    kw[at] = (vRe[bus] * endRe + vIm[bus] * endIm) * BASE_KVA
    kvar[at] = (vIm[bus] * endRe - vRe[bus] * endIm) * BASE_KVA
    ampere[at] = (Math.hypot(endRe, endIm) * BASE_KVA) / (Math.sqrt(3) * nominalKv[bus])
  }

  return {
    loops: tree.loops,
    solve(loadKw, loadKvar, result, fromStep, toStep) {
      // A flat start for each call: the result depends on these loads alone, not on what was solved before.
      vRe.fill(1)
      vIm.fill(0)
      for (let step = fromStep; step < toStep; step++) {
        // The last step's voltages are a start that needs two or three sweeps.
        for (let sweeps = 0; sweeps < MOST_SWEEPS; sweeps++) if (sweep(loadKw, loadKvar, result.steps, step) < TOLERANCE_PU) break
        write(result, step)
      }
    },
  }
}

function spanTree({ nominalKv, branches, sources }: RadialNetwork): { order: number[]; parentBranch: Int32Array; parentBus: Int32Array; loops: number[] } {
  const at: number[][] = Array.from(nominalKv, () => [])
  branches.forEach((branch, index) => {
    at[branch.from].push(index)
    at[branch.to].push(index)
  })
  const parentBranch = new Int32Array(nominalKv.length).fill(-1)
  const parentBus = new Int32Array(nominalKv.length).fill(-1)
  const reached = new Set<number>(sources.map(({ bus }) => bus))
  const order = [...reached]
  const loops = new Set<number>()
  for (let place = 0; place < order.length; place++) {
    const bus = order[place]
    for (const index of at[bus]) {
      if (index === parentBranch[bus]) continue
      const branch = branches[index]
      const other = branch.from === bus ? branch.to : branch.from
      if (branch.ratio !== 1 && branch.from !== bus) continue
      if (reached.has(other)) {
        if (parentBranch[other] !== index) loops.add(index)
        continue
      }
      reached.add(other)
      parentBranch[other] = index
      parentBus[other] = bus
      order.push(other)
    }
  }
  return { order, parentBranch, parentBus, loops: [...loops] }
}
