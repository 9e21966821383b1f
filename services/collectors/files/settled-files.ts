/** So long must a file stay as it is: whoever copies it may pause between two pieces. */
const SETTLED_AFTER_MS = 1_500

/** Tells a file that is still written from one that is whole: its size and time of change stay the same for a while. */
export class SettledFiles {
  readonly #seen = new Map<string, { mark: string; sinceMs: number }>()

  isSettled(name: string, { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): boolean {
    const mark = `${size} ${mtimeMs}`
    const seen = this.#seen.get(name)
    if (seen?.mark === mark) return performance.now() - seen.sinceMs >= SETTLED_AFTER_MS
    this.#seen.set(name, { mark, sinceMs: performance.now() })
    return false
  }

  forgetAllBut(names: readonly string[]): void {
    const kept = new Set(names)
    for (const name of this.#seen.keys()) if (!kept.has(name)) this.#seen.delete(name)
  }
}
