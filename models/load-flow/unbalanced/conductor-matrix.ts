import type { ConductorMatrix } from './network.ts'

/** Inverse of a complex matrix by Gauss-Jordan with the largest pivot. @throws RangeError for a singular one */
export function inverse({ size, re, im }: ConductorMatrix): ConductorMatrix {
  const width = 2 * size
  const ar = new Float64Array(size * width)
  const ai = new Float64Array(size * width)
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      ar[row * width + column] = re[row * size + column]
      ai[row * width + column] = im[row * size + column]
    }
    ar[row * width + size + row] = 1
  }
  const swap = (one: number, other: number, column: Float64Array) => {
    for (let k = 0; k < width; k += 1) [column[one * width + k], column[other * width + k]] = [column[other * width + k], column[one * width + k]]
  }
  for (let pivot = 0; pivot < size; pivot += 1) {
    let best = pivot
    for (let row = pivot + 1; row < size; row += 1) if (Math.hypot(ar[row * width + pivot], ai[row * width + pivot]) > Math.hypot(ar[best * width + pivot], ai[best * width + pivot])) best = row
    if (best !== pivot) {
      swap(best, pivot, ar)
      swap(best, pivot, ai)
    }
    const at = pivot * width + pivot
    const square = ar[at] * ar[at] + ai[at] * ai[at]
    if (!(square > 0)) throw new RangeError('a conductor has no impedance')
    const dr = ar[at] / square
    const di = -ai[at] / square
    for (let k = pivot * width; k < (pivot + 1) * width; k += 1) [ar[k], ai[k]] = [ar[k] * dr - ai[k] * di, ar[k] * di + ai[k] * dr]
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue
      const fr = ar[row * width + pivot]
      const fi = ai[row * width + pivot]
      for (let k = 0; k < width; k += 1) {
        ar[row * width + k] -= fr * ar[pivot * width + k] - fi * ai[pivot * width + k]
        ai[row * width + k] -= fr * ai[pivot * width + k] + fi * ar[pivot * width + k]
      }
    }
  }
  const cut = (from: Float64Array) => Float64Array.from({ length: size * size }, (_, k) => from[Math.floor(k / size) * width + size + (k % size)])
  return { size, re: cut(ar), im: cut(ai) }
}
