import { unzigzag, zigzag, type ByteReader, type ByteWriter } from './varint.ts'

/**
 * Whole numbers that mostly rise by the same step (times, lateness): first value, then runs of equal steps. A regular
 * series of any length takes a dozen bytes; irregular ones cost the change of their step.
 */
export function writeRuns(writer: ByteWriter, values: Float64Array): void {
  const count = values.length
  if (count === 0) return
  writer.varint(zigzag(values[0]))
  let previousStep = 0
  let index = 1
  while (index < count) {
    const step = values[index] - values[index - 1]
    let end = index + 1
    while (end < count && values[end] - values[end - 1] === step) end++
    writer.varint(zigzag(step - previousStep))
    writer.varint(end - index)
    previousStep = step
    index = end
  }
}

export function readRuns(reader: ByteReader, count: number): Float64Array {
  const values = new Float64Array(count)
  if (count === 0) return values
  let value = unzigzag(reader.varint())
  values[0] = value
  let step = 0
  let index = 1
  while (index < count) {
    step += unzigzag(reader.varint())
    const end = Math.min(count, index + reader.varint())
    for (; index < end; index++) {
      value += step
      values[index] = value
    }
  }
  return values
}
