import { join } from 'node:path'
import { coveredAt, needsConsent } from '#models/consent/standing.ts'
import type { District } from '#models/district/schema.ts'
import { isDailyPoint } from '#models/retention/rules.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { openReader, type StoreSettings } from '#services/store/open.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { EMPTY_SERIES } from '#services/store/series/columns.ts'
import { createConsents, type Consents } from './consents.ts'
import { openConsentReader } from './ledger.ts'

/**
 * The measured store for those who compute with it: what a household's withdrawal has made unusable reads as if it had never been measured,
 * at once, although it lies in the files until the retention takes it. Without any withdrawal nothing is looked at.
 */
export function usableReader(reader: TimeSeriesReader, district: District, consents: Pick<Consents, 'withdrawnPoints' | 'standing'>): TimeSeriesReader {
  const kinds = new Map(district.holders.map(({ id, kind }) => [id, kind]))
  const deliveryPoints = new Map(district.deliveryPoints.map((point) => [point.id, point]))

  /** Ids of the points that may not be used of a time that ends at `to`. */
  const unusable = async (to: number): Promise<ReadonlySet<number>> => {
    const withdrawn = consents.withdrawnPoints()
    if (withdrawn.size === 0) return NONE
    const names = district.measurementPoints.filter((point) => {
      const deliveryPoint = withdrawn.has(point.on) ? deliveryPoints.get(point.on) : undefined
      const at = to - 1
      return deliveryPoint !== undefined && needsConsent(deliveryPoint, kinds, at) && !coveredAt(consents.standing(point.on), isDailyPoint(point) ? 'daily' : 'load-curve', at, 'district-supervision')
    })
    return new Set((await reader.lookup(names.map(({ id }) => id))).filter((id) => id > 0))
  }
  const changed: Partial<TimeSeriesReader> = {
    async read(pointId, from, to, options) {
      return (await unusable(to)).has(pointId) ? EMPTY_SERIES : reader.read(pointId, from, to, options)
    },
    async readMany(pointIds, from, to, take) {
      const hidden = await unusable(to)
      // -1 is a point that the store has never seen.
      await reader.readMany(hidden.size === 0 ? pointIds : pointIds.map((id) => (hidden.has(id) ? -1 : id)), from, to, take)
    },
    async rollup(pointId, step, from, to) {
      return reader.rollup((await unusable(to)).has(pointId) ? -1 : pointId, step, from, to)
    },
    async sumOfMeans(pointIds, step, from, to) {
      const hidden = await unusable(to)
      return reader.sumOfMeans(hidden.size === 0 ? pointIds : pointIds.filter((id) => !hidden.has(id)), step, from, to)
    },
  }
  return new Proxy(reader, {
    get(target, name) {
      const own = changed[name as keyof TimeSeriesReader]
      if (own !== undefined) return own
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

const NONE: ReadonlySet<number> = new Set()

/** The measured store as the threads that compute open it. On a host beside the control host there is no ledger: the document alone speaks there. */
export async function openUsableReader(stores: StoreSettings, district: District): Promise<TimeSeriesReader> {
  const ledger = openConsentReader(join(stores.dataFolder, DATA_FILES.consents))
  return usableReader(await openReader('measured', stores), district, createConsents(district, ledger))
}
