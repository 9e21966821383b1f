import { QUALITY } from '#models/units/quality.ts'
import { MARK, TOTAL_MARK } from './asdu.ts'
import type { Kind } from './types.ts'

/** A normalised value is a fraction of the full scale, which the profile gives as `scale`. */
const FULL_SCALE = 32_768
const STATUS_BITS = 0xffff

const DOUBTFUL = MARK.notTopical | MARK.substituted | MARK.blocked
const DOUBTFUL_BY_KIND: Partial<Record<Kind, number>> = {
  total: TOTAL_MARK.adjusted | TOTAL_MARK.carry,
  'protection-event': DOUBTFUL, 'protection-starts': DOUBTFUL, 'protection-circuits': DOUBTFUL,
}

/** Invalid is bad. Not topical, substituted by hand, blocked, overflown, moving, and a counter that was set or ran over are uncertain. */
export function qualityOf(kind: Kind, marks: number): number {
  if ((marks & MARK.invalid) !== 0) return QUALITY.bad
  return (marks & (DOUBTFUL_BY_KIND[kind] ?? DOUBTFUL | MARK.overflow | MARK.transient)) !== 0 ? QUALITY.uncertain : QUALITY.measured
}

/** Off is 0 and on is 1; NaN between them. */
const ofTwoPositions = (state: number): number => (state === 1 ? 0 : state === 2 ? 1 : NaN)

/** The value in the unit of the profile; NaN where the station gave no usable number. */
export function valueOf(kind: Kind, raw: number, scale: number, bit: number | undefined): number {
  switch (kind) {
    case 'double-point':
    case 'protection-event':
      return ofTwoPositions(raw) * scale
    case 'normalised':
      return (raw * scale) / FULL_SCALE
    case 'packed-points':
      return bit === undefined ? (raw & STATUS_BITS) * scale : (raw >>> bit) & 1
    case 'bits':
    case 'protection-starts':
    case 'protection-circuits':
      return bit === undefined ? raw * scale : (raw >>> bit) & 1
    case 'short-float':
      return Number.isFinite(raw) ? raw * scale : NaN
    default:
      return raw * scale
  }
}

/** How many single bits a profile may name in a value of this kind. */
export const BITS: Partial<Record<Kind, number>> = { bits: 32, 'packed-points': 16, 'protection-starts': 6, 'protection-circuits': 4 }
