import type { SourceCounters } from '#services/collectors/status.ts'

/**
 * What became of everything a source produced. `produced` is counted where readings arrive and the rest where each is
 * decided, so that produced = stored + deduplicated + revised + quarantined + dropped is a check that can fail.
 */
export class Counters {
  readonly #sources = new Map<string, { produced: number; stored: number; deduplicated: number; revised: number; quarantined: Map<string, number>; dropped: Map<string, number> }>()

  constructor(kept: readonly SourceCounters[] = []) {
    for (const { sourceId, produced, stored, deduplicated, revised, quarantined, dropped } of kept) {
      this.#sources.set(sourceId, { produced, stored, deduplicated, revised, quarantined: new Map(Object.entries(quarantined)), dropped: new Map(Object.entries(dropped)) })
    }
  }

  #of(sourceId: string) {
    let one = this.#sources.get(sourceId)
    if (one === undefined) this.#sources.set(sourceId, (one = { produced: 0, stored: 0, deduplicated: 0, revised: 0, quarantined: new Map(), dropped: new Map() }))
    return one
  }

  produced(sourceId: string, count: number): void {
    this.#of(sourceId).produced += count
  }

  stored(sourceId: string, result: { stored: number; deduplicated: number; revised: number }): void {
    const one = this.#of(sourceId)
    one.stored += result.stored
    one.deduplicated += result.deduplicated
    one.revised += result.revised
  }

  quarantined(sourceId: string, reason: string, count = 1): void {
    add(this.#of(sourceId).quarantined, reason, count)
  }

  dropped(sourceId: string, reason: string, count: number): void {
    add(this.#of(sourceId).dropped, reason, count)
  }

  all(): SourceCounters[] {
    return [...this.#sources].map(([sourceId, one]) => ({
      sourceId,
      produced: one.produced,
      stored: one.stored,
      deduplicated: one.deduplicated,
      revised: one.revised,
      quarantined: Object.fromEntries(one.quarantined),
      dropped: Object.fromEntries(one.dropped),
    }))
  }
}

const add = (counts: Map<string, number>, reason: string, count: number) => counts.set(reason, (counts.get(reason) ?? 0) + count)
