import type { StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from './shaped.ts'

/** What things of a study are called; one that is not known keeps its id. */
export const nameOf = (element: string, { elements, network }: StudyResult): string => elements.find(({ id }) => id === element)?.name ?? network.nodes.find(({ id }) => id === element)?.name ?? element
export const stateName = (state: string, result: StudyResult, { t }: Pick<Speech, 't'>): string => (state === 'N' || state === '' ? t.reinforcement.elements.normal : t.reinforcement.elements.outage(nameOf(state, result)))
export const scenarioName = (scenario: string, { ask }: StudyResult, { f }: Pick<Speech, 'f'>): string => ask.study.scenarios.find(({ id }) => id === scenario)?.name[f.locale] ?? scenario
export const weatherName = (weather: string, { ask }: StudyResult, { f }: Pick<Speech, 'f'>): string => ask.study.weatherYears.find(({ id }) => id === weather)?.name[f.locale] ?? weather
