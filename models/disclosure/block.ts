/** One stretch of time at several steps at once: hours and their day, days and their month, months and their year. */
/** A sum that is known: of a cell that is shown, or -1 of one that others have published. */
export interface KnownSum { readonly mask: number; readonly cell: number }

export interface BlockLevel<S extends string = string> {
  readonly step: S
  /** Step of this level that each of the finest steps belongs to. */
  readonly of: Int32Array
  readonly steps: number
  /** What is known at a step. Everything known at a finer level is known at the coarser ones. */
  knownAt(step: number): readonly KnownSum[]
  /** All that is known at any of its steps. */
  readonly known: readonly KnownSum[]
}

export interface Block<S extends string = string> {
  readonly atoms: number
  /** Of the finest level: steps times atoms. */
  readonly kwh: Float64Array
  /** What an atom can use at most in a step, as known from outside; never below what it used. */
  readonly highestKwh: Float64Array
  /** Finest first. */
  readonly levels: readonly BlockLevel<S>[]
}

export function sameAtAllSteps<S extends string>(step: S, of: Int32Array, steps: number, known: readonly KnownSum[]): BlockLevel<S> {
  return { step, of, steps, known, knownAt: () => known }
}

export function totalOf(block: Block, level: BlockLevel, step: number, mask: number, values = block.kwh): number {
  let total = 0
  for (let fine = 0; fine < level.of.length; fine += 1) {
    if (level.of[fine] !== step) continue
    for (let atom = 0; atom < block.atoms; atom += 1) if ((mask >>> atom) & 1) total += values[fine * block.atoms + atom]
  }
  return total
}

/** Whether finer and coarser levels know the same: then a step stands alone, because coarser sums say nothing that is not said already. */
export function isDecoupled({ levels }: Block): boolean {
  const key = (known: readonly KnownSum[]): string => known.map(({ mask }) => mask).sort((a, b) => a - b).join()
  return levels.every((level) => key(level.known) === key(levels[0].known) && Array.from({ length: level.steps }, (_, step) => level.knownAt(step).length).every((count) => count === level.known.length))
}

