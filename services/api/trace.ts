import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { QUALITY, qualityName } from '#models/units/quality.ts'
import type { Clock } from '#services/clock/port.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { orNull } from './columns.ts'
import type { TracedValue } from './contract/merchant.ts'

/** An accelerated clock passes whole minutes between two real polls: that alone makes nothing stale. */
const REAL_S_BETWEEN_POLLS = 5

export const staleAfterS = (declaredS: number, clock: Clock): number => Math.max(declaredS, REAL_S_BETWEEN_POLLS * clock.speed)

/** The newest value of each point and the way it came; points without any value are left out. */
export async function traceValues(reader: TimeSeriesReader, district: District, clock: Clock, points: readonly MeasurementPoint[]): Promise<TracedValue[]> {
  const ids = await reader.lookup(points.map(({ id }) => id))
  const known = points.map((point, i) => ({ point, id: ids[i]! })).filter(({ id }) => id > 0)
  const latest = await reader.latest(Int32Array.from(known, ({ id }) => id))
  const now = clock.now()
  return known.flatMap(({ point }, i): TracedValue[] => {
    const at = latest.at[i]!
    if (Number.isNaN(at)) return []
    const device = district.devices.find(({ id }) => id === point.feed?.device)
    const source = district.sources.find(({ id }) => id === device?.source)
    const ageS = Math.max(0, (now - at) / 1000)
    return [{
      pointId: point.id,
      unit: point.unit,
      value: latest.quality[i]! >= QUALITY.bad ? null : orNull(latest.values[i]!),
      quality: qualityName(latest.quality[i]!),
      at,
      recordedAt: latest.recordedAt[i]!,
      ageS,
      stale: ageS > Math.max(staleAfterS(source?.staleAfterS ?? 0, clock), point.kind === 'instant' ? 0 : 2 * point.stepS),
      sourceId: source?.id ?? null,
      sourceProtocol: source?.protocol ?? null,
      deviceAddress: device === undefined ? null : String(device.address),
    }]
  })
}
