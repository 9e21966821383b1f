import { flattened } from './study-paths.ts'
import type { StudyResult } from './study-result.ts'

/**
 * Paths in which two results of the same ask differ, exactly and to the last bit, in the order of the first; empty: every figure came
 * out the same. When it was computed, how long that took and by which version of the engine is said beside the figures and is none.
 */
export function differingFigures(one: StudyResult, other: StudyResult): string[] {
  const [left, right] = [figuresOf(one), figuresOf(other)]
  return [...new Set([...left.keys(), ...right.keys()])].filter((path) => left.get(path) !== right.get(path))
}

function figuresOf({ computedAt: _at, engine: _engine, states: { seconds: _seconds, ...states }, ...figures }: StudyResult) {
  return flattened({ ...figures, states })
}
