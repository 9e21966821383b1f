import type { RunReader } from '#services/evaluation/port.ts'
import type { LoadDuration } from '../contract/planner.ts'
import { elementLoad, type NetworkElement } from './element.ts'
import { eachState } from './states.ts'

const POINTS = 200

/** Loadings of an interval from high to low, thinned to what a chart can show; the peak is always kept. */
export async function loadDuration(runs: RunReader, element: NetworkElement, from: number, to: number, limitPct: number): Promise<Omit<LoadDuration, 'withheld'>> {
  const head = await runs.latest('estimate')
  const layout = head && (await runs.layout(head.districtVersion))
  const loadings: number[] = []
  let peak: LoadDuration['peak'] = null
  let stepsOver = 0
  if (layout !== undefined) {
    const read = elementLoad(element, layout)
    await eachState(runs, 'estimate', from, to, (state) => {
      const { loadingPct } = read(state)
      if (!Number.isFinite(loadingPct)) return
      loadings.push(loadingPct)
      if (loadingPct > limitPct) stepsOver += 1
      if (peak === null || loadingPct > peak.loadingPct) peak = { at: state.at, loadingPct }
    })
  }
  loadings.sort((a, b) => b - a)
  const shown = Math.min(POINTS, loadings.length)
  const indices = Array.from({ length: shown }, (_, i) => (shown === 1 ? 0 : Math.round((i * (loadings.length - 1)) / (shown - 1))))
  return {
    element: element.id, from, to,
    steps: loadings.length,
    sharePct: indices.map((i) => (100 * (i + 1)) / loadings.length),
    loadingPct: indices.map((i) => loadings[i]!),
    hoursOverLimit: (stepsOver * (head?.stepS ?? 600)) / 3600,
    peak,
  }
}
