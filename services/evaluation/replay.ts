import { performance } from 'node:perf_hooks'
import type { EvaluationParts } from './evaluate.ts'
import { createRunQuality } from './network-states.ts'
import { readStepInputs } from './step-inputs.ts'

/** A week at once: reads are long enough to be fast, the columns of a chunk stay within some tens of megabytes. */
const CHUNK_MS = 7 * 86_400_000

export interface ReplaySummary {
  readonly steps: number
  readonly settledSteps: number
  readonly closurePct: number
  readonly residualPct: number
  readonly peaks: readonly { readonly element: string; readonly loadingPct: number; readonly at: number }[]
  readonly readMs: number
  readonly solveMs: number
}

/** Runs the load flow of the whole district again over stored history, step by step of 10 minutes. */
export async function replay(parts: EvaluationParts, from: number, to: number, progress: (share: number) => void = () => {}): Promise<ReplaySummary> {
  const { lineSections, transformers } = parts.loaded.district.network
  const peak = new Map<string, { element: string; loadingPct: number; at: number }>()
  const quality = createRunQuality()
  let readMs = 0
  let solveMs = 0
  let steps = 0
  for (let start = from; start < to; start += CHUNK_MS) {
    const end = Math.min(to, start + CHUNK_MS)
    const readFrom = performance.now()
    const inputs = await readStepInputs(parts.measured, parts.plan, parts.typical, parts.loaded.district.timeZone, start, end)
    const solveFrom = performance.now()
    readMs += solveFrom - readFrom
    parts.solver.solve(inputs, parts.typical, (solved) => {
      quality.add(solved)
      const { flow } = solved.state
      const { sectionCount } = solved.grid
      const branchCount = solved.grid.branchFrom.length
      for (let branch = 0; branch < branchCount; branch += 1) {
        const rating = branch < sectionCount ? solved.ratings.sectionA[branch]! : solved.ratings.transformerKva[branch - sectionCount]!
        let highest = -Infinity
        let highestAt = NaN
        for (let step = 0; step < solved.at.length; step += 1) {
          const i = step * branchCount + branch
          const load = branch < sectionCount
            ? Math.max(flow.currentFromA[i]!, flow.currentToA[i]!)
            : Math.hypot(flow.activeFromKw[i]!, flow.reactiveFromKvar[i]!)
          if (load > highest) {
            highest = load
            highestAt = solved.at[step]!
          }
        }
        const element = branch < sectionCount ? lineSections[branch]!.id : transformers[branch - sectionCount]!.id
        const loadingPct = (100 * highest) / rating
        if (loadingPct > (peak.get(element)?.loadingPct ?? -Infinity)) peak.set(element, { element, loadingPct, at: highestAt })
      }
    })
    solveMs += performance.now() - solveFrom
    steps += inputs.at.length
    progress((end - from) / (to - from))
  }
  return {
    steps,
    settledSteps: quality.settledSteps, closurePct: quality.closurePct, residualPct: quality.residualPct,
    peaks: [...peak.values()].sort((a, b) => b.loadingPct - a.loadingPct), readMs, solveMs,
  }
}
