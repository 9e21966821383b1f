/** Cells by class and by transformer that together single nobody out. */
import { leastCut } from './cell-differences.ts'
import { FEWEST_HOLDERS } from './frozen-year.ts'
import type { IdentifiedPart } from './identified-year.ts'
import { classGroups, mergeAt, mergeClasses, type PartGroup, transformerGroups } from './protected-group.ts'

/**
 * Merged until no difference of cells leaves fewer holders standing than a cell may hold. Each round makes one cell fewer, so it ends;
 * classes alone cannot be subtracted from each other. Undefined where not even everything together may be kept.
 */
export function protectedGroups(parts: readonly IdentifiedPart[]): { readonly classes: readonly PartGroup[]; readonly transformers: readonly PartGroup[] } | undefined {
  const found = classGroups(parts)
  if (found === undefined) return undefined
  const classes = [...found]
  const transformers = [...transformerGroups(parts)]
  for (;;) {
    const cut = leastCut(classes, transformers)
    if (cut === undefined || cut.holders >= FEWEST_HOLDERS) return { classes, transformers }
    const [own, others] = sides(transformers, cut.transformers)
    const [ownClasses, otherClasses] = sides(classes, cut.classes)
    const [near] = own.flatMap((one) => others.map((other) => ({ one, other, apart: Math.abs(one - other) }))).sort((a, b) => a.apart - b.apart)
    if (near !== undefined) mergeAt(transformers, near.one, near.other)
    else if (ownClasses.length > 0 && otherClasses.length > 0) {
      const [one, other] = [classes[ownClasses[0]!]!, classes[otherClasses[0]!]!]
      classes.splice(classes.indexOf(one), 1, mergeClasses(one, other))
      classes.splice(classes.indexOf(other), 1)
    } else transformers.length = 0
  }
}

const sides = (groups: readonly PartGroup[], inside: ReadonlySet<number>): readonly [readonly number[], readonly number[]] => {
  const all = [...groups.keys()]
  return [all.filter((place) => inside.has(place)), all.filter((place) => !inside.has(place))]
}
