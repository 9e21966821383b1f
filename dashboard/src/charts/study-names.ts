import { studyPlaces, type StudyPlaces } from '#contract/study-places.ts'
import type { ElementOutlook, StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from './shaped.ts'

const known = new WeakMap<StudyResult, StudyPlaces>()
function placesOf(result: StudyResult): StudyPlaces {
  const places = known.get(result) ?? studyPlaces(result)
  known.set(result, places)
  return places
}

/** What things of a study are called; one that is not known keeps its id. */
export const nameOf = (element: string, result: StudyResult): string => placesOf(result).place(element)
/** The feeder or the substation of an element. */
export const groupOf = (element: Pick<ElementOutlook, 'group'>, result: StudyResult): string => placesOf(result).group(element)
export const stateName = (state: string, result: StudyResult, { t }: Pick<Speech, 't'>): string => (state === 'N' || state === '' ? t.reinforcement.elements.normal : t.reinforcement.elements.outage(nameOf(state, result)))
export const scenarioName = (scenario: string, { ask }: StudyResult, { f }: Pick<Speech, 'f'>): string => ask.study.scenarios.find(({ id }) => id === scenario)?.name[f.locale] ?? scenario
/** Of our own table of prices, and of what an offer asks; any other item keeps its id. */
export function priceName(item: string, { ask }: StudyResult, { t, f }: Speech): string {
  const words = t.reinforcement.basis
  const kva = /^transformer-(\d+)-kva$/.exec(item)?.[1]
  if (kva !== undefined) return words.transformer(f.count(Number(kva)))
  const [, id, per] = /^offer (.+) (kw-year|mwh)$/.exec(item) ?? []
  if (id === undefined) return words.priceItems[item] ?? item
  const offer = ask.study.offers?.find((one) => one.id === id)?.name[f.locale] ?? id
  return per === 'mwh' ? words.offerMwh(offer) : words.offerKw(offer)
}
export const weatherName = (weather: string, { ask }: StudyResult, { f }: Pick<Speech, 'f'>): string => ask.study.weatherYears.find(({ id }) => id === weather)?.name[f.locale] ?? weather
