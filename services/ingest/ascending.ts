export interface Columns { readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array }

/** One ascending series of what came first for each time, then of what came second for the same one, and so on. */
export function ascending(pieces: readonly Columns[]): Columns[] {
  const count = pieces.reduce((sum, { at }) => sum + at.length, 0)
  const at = new Float64Array(count)
  const values = new Float64Array(count)
  const quality = new Uint8Array(count)
  let place = 0
  for (const piece of pieces) {
    at.set(piece.at, place)
    values.set(piece.values, place)
    quality.set(piece.quality, place)
    place += piece.at.length
  }
  if (at.every((time, row) => row === 0 || time > at[row - 1])) return [{ at, values, quality }]
  const order = Uint32Array.from(at.keys()).sort((left, right) => at[left] - at[right] || left - right)
  const turns: number[][] = []
  let turn = 0
  for (const [index, row] of order.entries()) {
    turn = index > 0 && at[order[index - 1]] === at[row] ? turn + 1 : 0
    const rows = (turns[turn] ??= [])
    rows.push(row)
  }
  return turns.map((rows) => ({ at: Float64Array.from(rows, (row) => at[row]), values: Float64Array.from(rows, (row) => values[row]), quality: Uint8Array.from(rows, (row) => quality[row]) }))
}
