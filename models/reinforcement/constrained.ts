/** What the measures are asked to help: every element beyond a limit in some future, at its worst. */
import type { GridModel } from '#models/grid/network.ts'
import type { ConstrainedElement } from './measure.ts'
import type { UnitResult } from './study-worker.ts'

/** Outages named by each element: those that are worst somewhere. More would only repeat the same switching. */
const MOST_STATES = 6

/** Soonest first, then by energy. */
export function constrainedElements(grid: Pick<GridModel, 'sectionCount' | 'branchFrom'>, elementIds: readonly string[], stateNames: readonly string[], units: readonly UnitResult[]): ConstrainedElement[] {
  const branchCount = grid.branchFrom.length
  const found: ConstrainedElement[] = []
  elementIds.forEach((id, k) => {
    const broken = units.filter(({ counts }) => counts.hoursNormal[k] + counts.hoursOutage[k] > 0)
    if (broken.length === 0) return
    const kind = k >= branchCount ? 'bus' : k < grid.sectionCount ? 'section' : 'transformer'
    const hoursOf = ({ counts }: UnitResult) => Math.max(counts.hoursNormal[k], counts.hoursOutage[k])
    const states = new Map<number, number>()
    for (const { counts } of broken) {
      if (counts.hoursNormal[k] > 0) states.set(0, (states.get(0) ?? 0) + counts.hoursNormal[k])
      if (counts.hoursOutage[k] > 0) states.set(counts.worstOutage[k], (states.get(counts.worstOutage[k]) ?? 0) + counts.hoursOutage[k])
    }
    found.push({
      id, kind, firstYear: Math.min(...broken.map(({ ask }) => ask.year)),
      peakPct: kind === 'bus' ? 100 * Math.min(...broken.map(({ counts }) => counts.peak[k])) : Math.max(...broken.map(({ counts }) => counts.peak[k])),
      excessKw: kind === 'bus' ? NaN : Math.max(0, ...broken.map(({ largestExcess }) => (Number.isNaN(largestExcess[k]) ? 0 : largestExcess[k]))),
      hours: Math.max(...broken.map(hoursOf)), energyMwh: Math.max(...broken.map(({ counts }) => Math.max(counts.mwhNormal[k], counts.mwhOutage[k]))),
      states: [...states].sort((a, b) => b[1] - a[1]).slice(0, MOST_STATES).map(([state]) => stateNames[state]),
    })
  })
  return found.sort((a, b) => a.firstYear - b.firstYear || b.energyMwh - a.energyMwh || a.id.localeCompare(b.id))
}
