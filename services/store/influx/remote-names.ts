import type { Measurement } from './influxql.ts'

/** Names that nobody knows are asked for again, at first soon: a store that has just begun gets its names one after the other. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

/** Points as the server has them, for a machine without the journal: ids in the order in which they were met, by one reader. */
export class RemoteNames {
  readonly #measurement: Measurement
  readonly #names: string[] = []
  readonly #ids = new Map<string, number>()
  #askedMs = -Infinity
  #pauseMs = FIRST_PAUSE_MS

  constructor(measurement: Measurement) {
    this.#measurement = measurement
  }

  get isUsed(): boolean {
    return this.#names.length > 0
  }

  async lookup(names: readonly string[]): Promise<Int32Array> {
    if (names.some((name) => !this.#ids.has(name))) await this.#ask()
    return Int32Array.from(names, (name) => this.#ids.get(name) ?? -1)
  }

  async all(): Promise<readonly string[]> {
    await this.#ask()
    return this.#names
  }

  /** Ids of names that somebody else vouches for, whether the server has been asked for them or not. */
  known(names: readonly string[]): Int32Array {
    return Int32Array.from(names, (name) => this.#idOf(name))
  }

  nameOf(pointId: number): string | undefined {
    return this.#names[pointId - 1]
  }

  async #ask(): Promise<void> {
    if (performance.now() - this.#askedMs < this.#pauseMs) return
    const names = await this.#measurement.names()
    this.#askedMs = performance.now()
    const before = this.#names.length
    for (const name of names) this.#idOf(name)
    this.#pauseMs = this.#names.length > before ? FIRST_PAUSE_MS : Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }

  #idOf(name: string): number {
    let id = this.#ids.get(name)
    if (id === undefined) this.#ids.set(name, (id = this.#names.push(name)))
    return id
  }
}
