/** Load-duration of one element in one state of a future. */
import { branchRatings, fillFrom } from '#models/contingency/year-count.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import type { ConstraintCase } from './constraint-case.ts'
import type { YearLoads } from './constraint-year.ts'
import { stateGrid } from './state-grid.ts'

/** In falling order; hours without a result are left out. */
export function loadingCurve(one: ConstraintCase, loads: YearLoads, state: number, element: string): Float64Array {
  const { grid, prepared, elements } = stateGrid(one, one.network, state, new Float64Array(one.whole.busCount))
  const branch = grid.branchIndex.get(element)
  if (branch === undefined) return new Float64Array(0)
  const limits = one.limitsAt(loads.at, loads.month).whole
  const pct: number[] = []
  limits.sets.forEach((set, season) => {
    const steps = Int32Array.from(limits.setOfStep.keys()).filter((hour) => limits.setOfStep[hour] === season)
    if (steps.length === 0) return
    solveInBlocks(prepared, {
      scenarios: steps.length, fill: fillFrom(grid, loads, steps),
      take(_, entries, flow) {
        for (let k = 0; k < entries; k += 1) if (flow.settled[k] === 1) pct.push(flow.loadingPct[k * flow.branchCount + branch])
      },
    }, { wanted: { angles: false, currents: false, powers: false, totals: false, loadings: branchRatings(set, elements) }, inTimeOrder: true })
  })
  return Float64Array.from(pct.filter((value) => !Number.isNaN(value))).sort().reverse()
}
