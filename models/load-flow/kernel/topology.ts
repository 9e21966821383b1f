import { ratingSquares } from '../branch-loading.ts'
import type { FixedPoint } from '../fixed-point.ts'
import { LANES } from '../lanes.ts'
import type { BranchRatings } from '../scenarios.ts'
import { BLOCK_BYTES, BRANCH_BYTES, BUS_BYTES, type Places, SOURCE_END_BYTES } from './layout.ts'

const SQRT3 = Math.sqrt(3)

/** An end of a branch that leaves a source bus: what crosses them is what the sources deliver. */
export interface SourceEnd {
  readonly branch: number
  readonly atFrom: boolean
}

export function sourceEndsOf({ circuit }: FixedPoint): readonly SourceEnd[] {
  const sources = new Set(circuit.sources.map(({ bus }) => bus))
  const ends: SourceEnd[] = []
  for (let branch = 0; branch < circuit.branchFrom.length; branch += 1) {
    if (sources.has(circuit.branchFrom[branch])) ends.push({ branch, atFrom: true })
    if (sources.has(circuit.branchTo[branch])) ends.push({ branch, atFrom: false })
  }
  return ends
}

/** Copies a topology into the memory, as the kernel reads it. */
export function writeTopology(buffer: ArrayBuffer, at: Places, fixedPoint: FixedPoint, sourceEnds: readonly SourceEnd[], ratings: BranchRatings | undefined): void {
  const { circuit, factors, slot, slotCount, sourceRe, sourceIm, noLoadRe, noLoadIm } = fixedPoint
  const { size } = factors
  new Int32Array(buffer, at.start, size + 1).set(factors.start)
  const row = new Int32Array(buffer, at.row, factors.row.length)
  for (let entry = 0; entry < row.length; entry += 1) row[entry] = factors.row[entry] * BLOCK_BYTES
  interleave(new Float64Array(buffer, at.lower, 2 * factors.row.length), factors.lowerRe, factors.lowerIm)
  interleave(new Float64Array(buffer, at.inverse, 2 * size), factors.inverseRe, factors.inverseIm)
  interleave(new Float64Array(buffer, at.source, 2 * size), sourceRe, sourceIm)
  const noLoad = new Float64Array(buffer, at.noLoad, 2 * slotCount)
  interleave(noLoad, noLoadRe, noLoadIm)
  // Nothing feeds what stands in the last slot.
  noLoad.fill(NaN, 2 * slotCount - 2)
  const slotOfBus = new Int32Array(buffer, at.slotOfBus, circuit.busCount)
  for (let bus = 0; bus < circuit.busCount; bus += 1) slotOfBus[bus] = slot[bus] * BLOCK_BYTES
  new Float64Array(buffer, at.clock, circuit.busCount).set(circuit.busClockRad)

  const sums = new Float64Array(buffer, at.sum, size * 2 * LANES)
  for (let p = 0; p < size; p += 1) {
    sums.fill(sourceRe[p], p * 2 * LANES, p * 2 * LANES + LANES)
    sums.fill(sourceIm[p], p * 2 * LANES + LANES, (p + 1) * 2 * LANES)
  }
  writeBranches(buffer, at, fixedPoint, ratings)
  writeSourceEnds(buffer, at, fixedPoint, sourceEnds)
  const buses = new Float64Array(buffer, at.shunt, (circuit.busCount * BUS_BYTES) / 8)
  for (let bus = 0; bus < circuit.busCount; bus += 1) {
    buses[3 * bus] = circuit.shuntG[bus]
    buses[3 * bus + 1] = circuit.shuntB[bus]
    buses[3 * bus + 2] = 0
  }
  for (const { bus } of circuit.sources) buses[3 * bus + 2] = 1
}

function interleave(into: Float64Array, re: Float64Array, im: Float64Array): void {
  for (let k = 0; k < re.length; k += 1) {
    into[2 * k] = re[k]
    into[2 * k + 1] = im[k]
  }
}

/** Block of the end of a branch at `bus`; an open end takes that of the other, a branch that nothing feeds that of nothing. */
function endBlock({ fed, slot, slotCount }: FixedPoint, bus: number, other: number): number {
  const energised = (bus >= 0 && fed[bus] === 1) || (other >= 0 && fed[other] === 1)
  return (energised ? slot[bus >= 0 ? bus : other] : slotCount - 1) * BLOCK_BYTES
}

/** Number by number: every batch over every topology writes them. */
function writeBranches(buffer: ArrayBuffer, at: Places, fixedPoint: FixedPoint, ratings: BranchRatings | undefined): void {
  const { branchFrom, branchTo, busBaseKv, basePowerKva, admittance } = fixedPoint.circuit
  const { ffG, ffB, ftG, ftB, ttG, ttB } = admittance
  const squares = ratings === undefined ? undefined : ratingSquares(fixedPoint.circuit, ratings)
  const offsets = new Int32Array(buffer, at.branch, (branchFrom.length * BRANCH_BYTES) / 4)
  const numbers = new Float64Array(buffer, at.branch, (branchFrom.length * BRANCH_BYTES) / 8)
  const ampere = (bus: number) => (bus >= 0 ? basePowerKva / (SQRT3 * busBaseKv[bus]) : 0)
  for (let k = 0; k < branchFrom.length; k += 1) {
    const from = branchFrom[k]
    const to = branchTo[k]
    offsets[(k * BRANCH_BYTES) / 4] = endBlock(fixedPoint, from, to)
    offsets[(k * BRANCH_BYTES) / 4 + 1] = endBlock(fixedPoint, to, from)
    const place = (k * BRANCH_BYTES) / 8 + 1
    numbers[place] = ffG[k]
    numbers[place + 1] = ffB[k]
    numbers[place + 2] = ftG[k]
    numbers[place + 3] = ftB[k]
    numbers[place + 4] = ttG[k]
    numbers[place + 5] = ttB[k]
    numbers[place + 6] = ampere(from)
    numbers[place + 7] = ampere(to)
    numbers[place + 8] = squares === undefined ? NaN : squares.from[k]
    numbers[place + 9] = squares === undefined ? NaN : squares.to[k]
    numbers[place + 10] = squares === undefined ? 0 : squares.byPower[k]
  }
}

function writeSourceEnds(buffer: ArrayBuffer, at: Places, fixedPoint: FixedPoint, sourceEnds: readonly SourceEnd[]): void {
  const { ffG, ffB, ftG, ftB, ttG, ttB } = fixedPoint.circuit.admittance
  const offsets = new Int32Array(buffer, at.sourceEnds, (sourceEnds.length * SOURCE_END_BYTES) / 4)
  const numbers = new Float64Array(buffer, at.sourceEnds, (sourceEnds.length * SOURCE_END_BYTES) / 8)
  sourceEnds.forEach(({ branch, atFrom }, k) => {
    const { branchFrom, branchTo } = fixedPoint.circuit
    const [here, there] = atFrom ? [branchFrom[branch], branchTo[branch]] : [branchTo[branch], branchFrom[branch]]
    offsets.set([endBlock(fixedPoint, here, there), endBlock(fixedPoint, there, here)], (k * SOURCE_END_BYTES) / 4)
    numbers.set([atFrom ? ffG[branch] : ttG[branch], atFrom ? ffB[branch] : ttB[branch], ftG[branch], ftB[branch]], (k * SOURCE_END_BYTES) / 8 + 1)
  })
}
