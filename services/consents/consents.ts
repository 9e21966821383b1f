import { coveredAt, needsConsent, standingConsents, type ConsentLine, type Granularity, type Purpose, type StandingConsent } from '#models/consent/standing.ts'
import type { DeliveryPoint, District } from '#models/district/schema.ts'
import type { ConsentReader } from './port.ts'

/** The one place that answers what may be collected and used. Every answer is of this moment: a withdrawal holds from the next question on. */
export interface Consents {
  /** The finest that may be collected of the figures of an instant (UTC ms). */
  mayCollect(deliveryPoint: string, at: number): 'none' | Granularity
  /** Whether figures of that instant may be used for a purpose. A firm needs no consent for what its contract covers, but nobody is shared or advised unasked. */
  mayUse(deliveryPoint: string, purpose: Purpose, granularity: Granularity, at: number): boolean
  standing(deliveryPoint: string): readonly StandingConsent[]
  /** Delivery points of which a consent was ever withdrawn: of the others the document alone speaks. */
  withdrawnPoints(): ReadonlySet<string>
}

/** Planning looks at groups; whoever looks at one shop must have been let. */
const OF_THE_CONTRACT: readonly Purpose[] = ['district-supervision']

export function createConsents(district: Pick<District, 'deliveryPoints' | 'holders'>, ledger: Pick<ConsentReader, 'headSeq' | 'after'>): Consents {
  const points = new Map(district.deliveryPoints.map((point) => [point.id, point]))
  const kinds = new Map(district.holders.map(({ id, kind }) => [id, kind]))
  const lines = new Map<string, ConsentLine[]>()
  const kept = new Map<string, readonly StandingConsent[]>()
  const withdrawn = new Set<string>()
  let seq = 0

  const follow = () => {
    if (ledger.headSeq() === seq) return
    for (const line of ledger.after(seq)) {
      lines.set(line.deliveryPoint, [...(lines.get(line.deliveryPoint) ?? []), line])
      kept.delete(line.deliveryPoint)
      if (line.kind === 'withdrawn') withdrawn.add(line.deliveryPoint)
      seq = line.seq
    }
  }
  const standingOf = (point: DeliveryPoint): readonly StandingConsent[] => {
    follow()
    const known = kept.get(point.id)
    if (known !== undefined) return known
    const standing = standingConsents(point, lines.get(point.id) ?? [])
    kept.set(point.id, standing)
    return standing
  }
  return {
    mayCollect(deliveryPoint, at) {
      const point = points.get(deliveryPoint)
      if (point === undefined || !needsConsent(point, kinds, at)) return 'load-curve'
      const standing = standingOf(point)
      return coveredAt(standing, 'load-curve', at) ? 'load-curve' : coveredAt(standing, 'daily', at) ? 'daily' : 'none'
    },
    mayUse(deliveryPoint, purpose, granularity, at) {
      const point = points.get(deliveryPoint)
      if (point === undefined) return false
      if (OF_THE_CONTRACT.includes(purpose) && !needsConsent(point, kinds, at)) return true
      return coveredAt(standingOf(point), granularity, at, purpose)
    },
    withdrawnPoints() {
      follow()
      return withdrawn
    },
    standing(deliveryPoint) {
      const point = points.get(deliveryPoint)
      return point === undefined ? [] : standingOf(point)
    },
  }
}
