/** Which journal entries the server has taken: all up to `upTo`, and some after it, because new ones go before a backlog. */
export class Acknowledged {
  upTo: number
  /** Disjoint, ascending, each after a gap. */
  #spans: { from: number; to: number }[]

  constructor(upTo = 0, spans: readonly { from: number; to: number }[] = []) {
    this.upTo = upTo
    this.#spans = spans.map((span) => ({ ...span })).sort((left, right) => left.from - right.from)
    this.#join()
  }

  has(seq: number): boolean {
    return seq <= this.upTo || this.#spans.some(({ from, to }) => seq >= from && seq <= to)
  }

  /** True if every one of [from, to] is taken. */
  covers(from: number, to: number): boolean {
    return to <= this.upTo || this.#spans.some((span) => Math.max(from, this.upTo + 1) >= span.from && to <= span.to)
  }

  add(from: number, to = from): void {
    if (to <= this.upTo) return
    const place = this.#spans.findIndex((span) => span.from > from)
    this.#spans.splice(place === -1 ? this.#spans.length : place, 0, { from: Math.max(from, this.upTo + 1), to })
    this.#join()
  }

  /** Stretches not taken, up to `head`. */
  gaps(head: number): { from: number; to: number }[] {
    const gaps: { from: number; to: number }[] = []
    let next = this.upTo + 1
    for (const { from, to } of this.#spans) {
      if (from > head) break
      if (from > next) gaps.push({ from: next, to: from - 1 })
      next = to + 1
    }
    if (next <= head) gaps.push({ from: next, to: head })
    return gaps
  }

  get spans(): readonly { readonly from: number; readonly to: number }[] {
    return this.#spans
  }

  #join(): void {
    const joined: { from: number; to: number }[] = []
    for (const span of this.#spans) {
      const last = joined.at(-1)
      if (span.from <= this.upTo + 1) this.upTo = Math.max(this.upTo, span.to)
      else if (last !== undefined && span.from <= last.to + 1) last.to = Math.max(last.to, span.to)
      else joined.push(span)
    }
    this.#spans = joined
  }
}
