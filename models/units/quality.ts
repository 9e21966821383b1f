/** Quality of one value, one byte. The order is from best to worst, so that an aggregate takes the maximum. */
export const QUALITY = {
  /** Came from a meter or sensor and passed every check. */
  measured: 0,
  /** Came from a meter; its own quality or one of our checks doubts it. */
  uncertain: 1,
  /** A gap filled by rule from neighbouring values of the same series. */
  substituted: 2,
  /** Computed from other points (typical curve, scaling, state estimate). */
  estimated: 3,
  forecast: 4,
  /** The source said that the value is bad: kept for the record, used nowhere. */
  bad: 5,
  /** Nothing was received; the value is NaN in columns and null at the API. */
  missing: 6,
} as const

export type QualityName = keyof typeof QUALITY
const NAMES = Object.keys(QUALITY) as QualityName[]
export const qualityName = (code: number): QualityName => NAMES[code] ?? 'missing'
/** Values that may enter a sum, a mean or a load flow. */
export const isUsable = (code: number): boolean => code <= QUALITY.forecast
