import { activationItem, availabilityItem } from '#models/reinforcement/measures/prices.ts'
import type { PortfolioMeasure, StudyResult } from '#models/reinforcement/study-result.ts'

type Priced = StudyResult['prices'][number]

/** Beginnings of the items that a measure is priced by. */
const ITEMS: Readonly<Record<PortfolioMeasure['measure'], readonly string[]>> = {
  'parallel-cable': ['mv-cable', 'lv-cable'], 'larger-cable': ['mv-cable', 'lv-cable'], transformer: ['transformer-'], 'new-substation': ['secondary-substation', 'transformer-', 'mv-cable', 'lv-feeder-moved'],
  'open-point': ['switching'], 'seasonal-rating': ['rating-study'], 'dynamic-rating': ['cable-monitoring'], 'flexible-connection': ['flexible-connection'], battery: ['battery-'],
  photovoltaics: ['photovoltaics-'], heat: ['heat-network-'], efficiency: ['renovation-'], curtailment: [], 'smart-charging': [], tariff: [],
}

/** Prices by which something in one of the portfolios is paid, in the order of the study; those of no use to the answer can stay in the annex. */
export function usedPrices({ portfolios, prices }: Pick<StudyResult, 'portfolios' | 'prices'>): readonly Priced[] {
  const measures = portfolios.flatMap((one) => one.measures)
  const begins = new Set(measures.flatMap(({ measure, offer }) => (offer === null ? ITEMS[measure] : [availabilityItem({ id: offer }), activationItem({ id: offer })])))
  const sizes = new Set(measures.flatMap(({ changes }) => changes.map(({ into }) => /^([\d ]+) kVA$/.exec(into)?.[1].replaceAll(' ', ''))))
  // Its transformer has a size that its change does not tell.
  const hasNewSubstation = measures.some(({ measure }) => measure === 'new-substation')
  const isUsed = ({ item }: Priced) => {
    const kva = /^transformer-(\d+)-kva/.exec(item)
    return [...begins].some((begin) => item.startsWith(begin)) && (kva === null || sizes.has(kva[1]) || hasNewSubstation)
  }
  return prices.filter(isUsed)
}
