import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { SAMPLE_ELEMENTS, SAMPLE_PORTFOLIOS, sampleResult } from './sample-result.testkit.ts'

const times = <T, U>(count: number, of: readonly T[], make: (one: T, k: number) => U): U[] => Array.from({ length: count }, (_, k) => make(of[k % of.length], k))

/** More of everything than a district has: the document must stay one that a council reads. */
export const largeResult: StudyResult = {
  ...sampleResult,
  ask: { ...sampleResult.ask, changed: times(40, sampleResult.ask.changed, (one, k) => ({ ...one, path: `${one.path}.${k}` })) },
  elements: times(60, SAMPLE_ELEMENTS.slice(0, 5), (one, k) => ({ ...one, id: `${one.id}-${k}`, name: `${one.name}, tronçon au long nom ${k}` })),
  portfolios: times(5, SAMPLE_PORTFOLIOS, (one, k) => ({ ...one, kind: (['nothing', 'reinforce', 'least-cost', 'least-regret', 'without-reinforcement'] as const)[k], measures: times(30, SAMPLE_PORTFOLIOS[2].measures, (own, m) => ({ ...own, option: `${own.option} ${m}` })) })),
  tornado: times(20, sampleResult.tornado, (one, k) => ({ ...one, parameter: `${one.parameter}.${k}` })),
  prices: times(50, sampleResult.prices, (one, k) => ({ ...one, item: `${one.item}-${k}` })),
  sources: times(40, sampleResult.sources, (one, k) => ({ ...one, title: `${one.title} ${k}` })),
  base: { ...sampleResult.base, flatClasses: ['street-light', 'water', 'gas'] },
  network: { nodes: times(120, sampleResult.network.nodes, (one, k) => ({ ...one, id: k < 17 ? one.id : `${one.id}-${k}`, x: k % 12, y: Math.floor(k / 12) })), links: sampleResult.network.links },
}
