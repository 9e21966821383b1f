import { createHash } from 'node:crypto'
import type { Series } from '../port.ts'

/** Over times, bits of values, qualities and seconds of recording of a series, whatever the pieces in which it is given. */
export class SeriesChecksum {
  readonly #columns = [createHash('sha256'), createHash('sha256'), createHash('sha256'), createHash('sha256')] as const
  samples = 0

  add({ at, values, quality, recordedAt }: Series): void {
    this.samples += at.length
    const [times, bits, qualities, recorded] = this.#columns
    times.update(bytesOf(at))
    // There are many NaN and only one of them is meant.
    bits.update(bytesOf(values.map((value) => (Number.isNaN(value) ? NaN : value))))
    qualities.update(quality)
    recorded.update(bytesOf(recordedAt.map((time) => Math.floor(time / 1_000))))
  }

  get hex(): string {
    const whole = createHash('sha256')
    for (const column of this.#columns) whole.update(column.copy().digest())
    return whole.digest('hex').slice(0, 32)
  }
}

const bytesOf = (column: Float64Array) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
