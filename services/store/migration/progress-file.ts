import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CopiedLine {
  readonly point: string
  readonly samples: number
  readonly revisions: number
  readonly checksum: string
}

const BEGUN = 'migration.jsonl'
const ENDED = 'migration-ended.jsonl'

/** True while a copy into this folder was begun and has not ended: nobody may take the part for the whole. */
export const isHalfCopied = (folder: string): boolean => existsSync(join(folder, BEGUN))

/** One line for each point that was copied and read back. */
export class ProgressFile {
  readonly #folder: string
  readonly #done = new Map<string, CopiedLine>()

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
    const file = join(folder, BEGUN)
    if (!existsSync(file)) writeFileSync(file, '')
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      try {
        const one = JSON.parse(line) as CopiedLine
        this.#done.set(one.point, one)
      } catch {
        // The last line of a run that was killed; its point is copied once more.
      }
    }
  }

  has(point: string): boolean {
    return this.#done.has(point)
  }

  add(line: CopiedLine): void {
    this.#done.set(line.point, line)
    appendFileSync(join(this.#folder, BEGUN), `\n${JSON.stringify(line)}`)
  }

  get lines(): readonly CopiedLine[] {
    return [...this.#done.values()]
  }

  end(): void {
    renameSync(join(this.#folder, BEGUN), join(this.#folder, ENDED))
  }
}
