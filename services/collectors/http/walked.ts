import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** How far each meter was asked with success, kept over restarts. */
export class Walked {
  readonly #file: string
  readonly #to: Map<string, number>

  constructor(file: string) {
    this.#file = file
    this.#to = new Map(Object.entries(read(file)).filter(([, at]) => Number.isFinite(at)))
  }

  to(meter: string): number | undefined {
    return this.#to.get(meter)
  }

  set(meter: string, at: number): void {
    this.#to.set(meter, at)
    writeFileSync(`${this.#file}.part`, JSON.stringify(Object.fromEntries(this.#to)))
    renameSync(`${this.#file}.part`, this.#file)
  }
}

/** A file that cannot be read only means that more is asked than is needed. */
function read(file: string): Record<string, number> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) ?? {}) as Record<string, number>
  } catch {
    return {}
  }
}
