import type { Range, StudyScenario } from '#models/district/schema-study.ts'
import type { MeasureContext } from '../measure.ts'

/** The most probable scenario, the first of equals: an option is the same in all futures, so it is measured by one. */
export const likelyScenario = ({ district }: Pick<MeasureContext, 'district'>): StudyScenario | undefined =>
  (district.study?.scenarios ?? []).reduce<StudyScenario | undefined>((best, one) => (best === undefined || one.probability > best.probability ? one : best), undefined)

export const likelyAmount = (amount: number | Range): number => (typeof amount === 'number' ? amount : amount.likely)
