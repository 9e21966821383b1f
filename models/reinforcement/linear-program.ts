import type { LinearProgram } from './choice-problem.ts'

/** Writes a linear program down in any order; entries of the same place are added. */
export class ProgramBuilder {
  private readonly costs: number[] = []
  private readonly upper: number[] = []
  private readonly integer: number[] = []
  private readonly rowLower: number[] = []
  private readonly rowUpper: number[] = []
  private readonly entryRow: number[] = []
  private readonly entryColumn: number[] = []
  private readonly entryValue: number[] = []

  get columns(): number { return this.costs.length }
  get rows(): number { return this.rowLower.length }

  /** From 0 to `upper`. */
  column(upper: number, integer = false): number {
    this.upper.push(upper)
    this.integer.push(integer ? 1 : 0)
    return this.costs.push(0) - 1
  }

  /** lower <= sum of value x column <= upper. */
  row(lower: number, upper: number, entries: readonly (readonly [column: number, value: number])[] = []): number {
    this.rowLower.push(lower)
    const row = this.rowUpper.push(upper) - 1
    for (const [column, value] of entries) this.add(row, column, value)
    return row
  }

  add(row: number, column: number, value: number): void {
    // Solvers take less for noise, and warn of it.
    if (Math.abs(value) < 1e-9) return
    this.entryRow.push(row)
    this.entryColumn.push(column)
    this.entryValue.push(value)
  }

  addCost(column: number, cost: number): void { this.costs[column] += cost }

  program(): LinearProgram {
    const columns = this.columns
    const start = new Int32Array(columns + 1)
    for (const column of this.entryColumn) start[column + 1]++
    for (let column = 0; column < columns; column++) start[column + 1] += start[column]
    const next = start.slice(0, columns)
    const row = new Int32Array(this.entryRow.length)
    const value = new Float64Array(this.entryRow.length)
    for (let entry = 0; entry < this.entryRow.length; entry++) {
      const at = next[this.entryColumn[entry]]++
      row[at] = this.entryRow[entry]
      value[at] = this.entryValue[entry]
    }
    return {
      costs: Float64Array.from(this.costs), lower: new Float64Array(columns), upper: Float64Array.from(this.upper), integer: Uint8Array.from(this.integer),
      rowLower: Float64Array.from(this.rowLower), rowUpper: Float64Array.from(this.rowUpper), ...sumRepeated(start, row, value, this.rows),
    }
  }
}

function sumRepeated(start: Int32Array, row: Int32Array, value: Float64Array, rows: number): Pick<LinearProgram, 'columnStart' | 'rowIndex' | 'value'> {
  const columnStart = new Int32Array(start.length)
  const placeOf = new Int32Array(rows).fill(-1)
  let kept = 0
  for (let column = 0; column + 1 < start.length; column++) {
    for (let entry = start[column]; entry < start[column + 1]; entry++) {
      const before = placeOf[row[entry]]
      if (before >= columnStart[column]) {
        value[before] += value[entry]
        continue
      }
      placeOf[row[entry]] = kept
      row[kept] = row[entry]
      value[kept++] = value[entry]
    }
    columnStart[column + 1] = kept
  }
  return { columnStart, rowIndex: row.slice(0, kept), value: value.slice(0, kept) }
}
