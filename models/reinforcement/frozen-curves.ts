/** Relative curves of load classes, made of the cells and nothing else: a class within a broader cell has the curve of the cell. */
import type { FrozenCell, FrozenYear } from './frozen-year.ts'
import type { IdentifiedYear } from './identified-year.ts'

/** `curves`: delivery points that were measured in the cells; 0: the curve is assumed or level, and whoever uses it says so. */
export function frozenCurves({ parts, assumedCurves, hours }: IdentifiedYear, cells: readonly FrozenCell[], buses: FrozenYear['buses']): FrozenYear['curves'] {
  const cellOf = new Map(cells.map((cell) => [cell.id, cell]))
  const classes = new Set([...buses.map(({ loadClass }) => loadClass), ...assumedCurves.keys()])
  return [...classes].map((loadClass) => {
    const own = [...new Set(buses.filter((row) => row.loadClass === loadClass).map(({ cell }) => cellOf.get(cell)!))]
    const powerKw = sum(own.map((cell) => cell.powerKw), hours)
    const perDegreeKw = sum(own.map((cell) => cell.perDegreeKw), 24)
    const meanKw = Math.abs(powerKw.reduce((total, kw) => total + kw, 0)) / hours
    const measured = own.filter(({ measuredShare }) => measuredShare > 0).reduce((total, { deliveryPoints, kind, measuredShare }) => total + (kind === 'boundary' ? 1 : Math.max(1, Math.round(deliveryPoints * measuredShare))), 0)
    const assumed = assumedCurves.get(loadClass)
    const sign = parts.some((part) => part.loadClass === loadClass && part.isProduction) ? -1 : 1
    if (meanKw === 0 || (measured === 0 && assumed !== undefined)) return { loadClass, curves: 0, relative: Float32Array.from(assumed ?? new Float32Array(hours).fill(1)), perDegree: new Float32Array(24) }
    return { loadClass, curves: measured, relative: Float32Array.from(powerKw, (kw) => (sign * kw) / meanKw), perDegree: Float32Array.from(perDegreeKw, (kw) => kw / meanKw) }
  })
}

function sum(columns: readonly Float32Array[], length: number): Float64Array {
  const total = new Float64Array(length)
  for (const column of columns) column.forEach((value, i) => { total[i]! += value })
  return total
}
