import type { District } from '#models/district/schema.ts'
import type { RunReader } from '#services/evaluation/port.ts'
import { eachState } from './states.ts'

const AHEAD_MS = 48 * 3_600_000
type Peaks = ReadonlyMap<string, { at: number; loadingPct: number }>

/** Highest forecast loading of each feeder in the next 48 h; made once for each forecast run. */
export function createForecastPeaks(district: District, runs: RunReader): (now: number) => Promise<Peaks> {
  let known: { runId: number; peaks: Peaks } | undefined
  return async (now) => {
    const head = await runs.latest('forecast')
    const layout = head && (await runs.layout(head.districtVersion))
    if (head === undefined || layout === undefined) return new Map()
    if (known?.runId === head.runId) return known.peaks
    const peaks = new Map<string, { at: number; loadingPct: number }>()
    const index = new Map(layout.lineSections.map((id, i) => [id, i]))
    await eachState(runs, 'forecast', now, now + AHEAD_MS, (state) => {
      if (state.sectionLoadingPct.length !== layout.lineSections.length) return // of another version of the document
      for (const { id, lineSections } of district.network.feeders) {
        for (const section of lineSections) {
          const loadingPct = state.sectionLoadingPct[index.get(section) ?? -1]
          if (loadingPct !== undefined && loadingPct > (peaks.get(id)?.loadingPct ?? -Infinity)) peaks.set(id, { at: state.at, loadingPct })
        }
      }
    })
    known = { runId: head.runId, peaks }
    return peaks
  }
}
