import { seeded, shuffled } from '#models/capacity/random.ts'

export interface TreeRows {
  /** Row-major [rows x featureCount]; no NaN. */
  readonly features: Float32Array
  readonly featureCount: number
  /** Rows that are learned from, by their number in `features`. */
  readonly rows: Int32Array
}

/**
 * Rows cut into bins, once for all that is learned from them: the bin of a value is the number of the feature's edges
 * below it. Features that never change have no place; the others stand in a random order, by fours.
 */
export interface BinnedRows {
  readonly count: number
  readonly featureCount: number
  /** By place: the feature, -1 where the last four are not filled. */
  readonly featureAt: Int16Array
  /** By feature, rising. */
  readonly edges: readonly Float64Array[]
  /** [place][row]. */
  readonly columns: Uint8Array
}

const ORDER_SEED = 3
/** Values a bin from which the edges of a feature are taken. */
const SAMPLE_A_BIN = 80

/** Edges of each feature at quantiles of what is learned from, at most `most` bins (up to 256), and the bin of each row. */
export function cutIntoBins({ features, featureCount, rows }: TreeRows, most: number): BinnedRows {
  const n = rows.length
  const every = Math.max(1, Math.floor(n / (SAMPLE_A_BIN * most)))
  const sample = new Float32Array(Math.ceil(n / every))
  const edges = Array.from({ length: featureCount }, (_, f) => {
    let count = 0
    for (let i = 0; i < n; i += every) sample[count++] = features[rows[i]! * featureCount + f]!
    return edgesOf(sample.subarray(0, count).sort(), most)
  })
  // Like features stand side by side; trees see places by fours, so the order is mixed.
  const changing = [...shuffled(featureCount, seeded(ORDER_SEED))].filter((f) => edges[f]!.length > 0)
  const places = 4 * Math.ceil(changing.length / 4)
  const featureAt = new Int16Array(places).fill(-1)
  featureAt.set(changing)
  const columns = new Uint8Array(places * n)
  for (const [place, f] of changing.entries()) putBins(columns.subarray(place * n, (place + 1) * n), features, featureCount, f, rows, edges[f]!)
  return { count: n, featureCount, featureAt, edges, columns }
}

function edgesOf(sorted: Float32Array, most: number): Float64Array {
  const count = sorted.length
  const cuts: number[] = []
  for (let b = 1; b < most && count > 0; b += 1) {
    const at = Math.min(count - 1, Math.floor((b * count) / most))
    const edge = (sorted[at]! + sorted[Math.min(count - 1, at + 1)]!) / 2
    if (edge < sorted[count - 1]! && (cuts.length === 0 || edge > cuts[cuts.length - 1]!)) cuts.push(edge)
  }
  return Float64Array.from(cuts)
}

const TABLE = 512

/** Bins by a table over the range of the edges that says where to begin to look. */
function putBins(column: Uint8Array, features: Float32Array, featureCount: number, feature: number, rows: Int32Array, edges: Float64Array): void {
  const last = edges.length
  const lowest = edges[0]!
  const highest = edges[last - 1]!
  const perStep = last > 1 ? TABLE / (highest - lowest) : 0
  const first = new Uint8Array(TABLE + 1)
  for (let t = 0, bin = 0; t <= TABLE; t += 1) {
    // A step lower, so that no rounding begins too far up.
    while (bin < last - 1 && edges[bin]! < lowest + (t - 1) / perStep) bin += 1
    first[t] = bin
  }
  for (let i = 0; i < column.length; i += 1) {
    const value = features[rows[i]! * featureCount + feature]!
    if (value <= lowest) continue
    let bin = last
    if (value <= highest) {
      bin = first[Math.floor((value - lowest) * perStep)]!
      while (value > edges[bin]!) bin += 1
    }
    column[i] = bin
  }
}
