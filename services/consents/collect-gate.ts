import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { localDayStart } from '#models/units/local-time.ts'
import type { Consents } from './consents.ts'

/** Why a value is not kept. It is counted with this word and stored nowhere, not even in quarantine. */
export type RefusedReason = 'no-consent' | 'erased'

/** Asked of each value before it is judged. */
export interface CollectGate {
  /** False: no value of this measurement point ever needs to be asked for. */
  isGated(measurementPoint: string): boolean
  /** Undefined: it may be kept. */
  refused(measurementPoint: string, at: number): RefusedReason | undefined
}

/** What a person has had erased is not collected again: a device or a file may bring it once more. */
export interface ErasedSpans {
  covers(measurementPoint: string, at: number): boolean
}

const DAY_S = 86_400

/** A value that tells of a whole day: a daily total or maximum, or what a register showed at midnight. */
const isDaily = ({ kind, stepS }: MeasurementPoint, at: number, timeZone: string): boolean =>
  kind === 'interval' ? stepS >= DAY_S : kind === 'register' && at === localDayStart(at, timeZone)

export function createCollectGate(district: District, consents: Pick<Consents, 'mayCollect'>, erased: ErasedSpans): CollectGate {
  const deliveryPoints = new Map(district.deliveryPoints.map((point) => [point.id, point]))
  const households = new Set(district.holders.filter(({ kind }) => kind === 'household').map(({ id }) => id))
  const mayBePersonal = (on: string): boolean => {
    const point = deliveryPoints.get(on)
    return point !== undefined && (point.category === 'residential' || point.holders.some(({ holder }) => households.has(holder)))
  }
  const points = new Map(district.measurementPoints.filter(({ on }) => deliveryPoints.has(on)).map((point) => [point.id, { point, personal: mayBePersonal(point.on) }]))
  return {
    isGated: (name) => points.has(name),
    refused(name, at) {
      const known = points.get(name)
      if (known === undefined) return undefined
      if (erased.covers(name, at)) return 'erased'
      if (!known.personal) return undefined
      const may = consents.mayCollect(known.point.on, at)
      return may === 'load-curve' || (may === 'daily' && isDaily(known.point, at, district.timeZone)) ? undefined : 'no-consent'
    },
  }
}
