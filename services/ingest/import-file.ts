import { basename } from 'node:path'
import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Clock } from '#services/clock/port.ts'
import { ColumnIndex, formatsFor, tableOf } from '#services/collectors/files/channels.ts'
import { POINT, type FileFormat } from '#services/collectors/files/format.ts'
import { readMeterFile } from '#services/collectors/files/read-file.ts'
import type { Profile } from '#services/collectors/port.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import type { CollectGate } from '#services/consents/collect-gate.ts'
import { ImportGathering, type ImportPlace, type ImportReport, type ImportStore } from './import-gathering.ts'
import { tidyCsv } from './tidy-csv.ts'

export type { ImportReport } from './import-gathering.ts'

/** Rows gathered before they go to the store, each point by itself: bounds memory whatever the order of the file. */
const ROWS_AT_ONCE = 1_000_000

export interface ImportOptions {
  readonly store: ImportStore
  readonly district: District
  readonly clock: Clock
  readonly timeZone: string
  readonly profiles?: ReadonlyMap<string, Profile>
  readonly mostBytes?: number
  readonly gate?: CollectGate | undefined
  progress(share: number): void
}

/** Brings a file of any known form (also packed by gzip) into the store; doing it again changes nothing. */
export async function importFile(path: string, options: ImportOptions): Promise<ImportReport> {
  const { district, store, clock, timeZone, progress, mostBytes, gate, profiles = loadProfiles() } = options
  const gathering = new ImportGathering({ store, clock, gate, source: `import:${basename(path)}` })
  const points = new Map(district.measurementPoints.map((point) => [point.id, placeOf(point)]))
  const meters = metersOf(district, profiles)
  try {
    await readMeterFile(path, {
      formats: formatsOf(district, profiles), timeZone, mostBytes, progress,
      wants: meters.wants,
      fault: (line, reason) => gathering.refuse(reason, [line]),
      async take(rows) {
        gathering.add(rows, rows.column === POINT ? points.get(rows.meter) : meters.get(rows.meter, rows.column))
        if (gathering.rows >= ROWS_AT_ONCE) await gathering.store()
      },
    })
  } catch (cause) {
    if (cause instanceof PenfeldError) throw cause
    if ((cause as { syscall?: unknown } | null)?.syscall === undefined) throw cause
    throw new PenfeldError('PF_IMPORT_UNREADABLE', `${(cause as Error).message}.`, { where: path, cause })
  } finally {
    // Of a file that is damaged further on, what was whole is kept.
    await gathering.store()
  }
  progress(1)
  return gathering.report()
}

/** Tidy tables, the forms of meters, and the layouts that the profiles of this district's devices describe. */
function formatsOf(district: District, profiles: ReadonlyMap<string, Profile>): FileFormat[] {
  const used = new Set(district.devices.map(({ profile }) => profile))
  return [tidyCsv, ...formatsFor([...used].map((name) => ({ name, table: tableOf(profiles.get(name)) })))]
}

const placeOf = ({ id, unit, resolution, forecastHours }: District['measurementPoints'][number], more: Partial<ImportPlace> = {}): ImportPlace => ({ point: id, unit, decimals: Math.max(0, Math.round(-Math.log10(resolution))), rawUnit: unit, factor: 1, ...(forecastHours === undefined ? {} : { forecastHours }), ...more })

/** Points by the address of their device and the column of their profile; without one by the name of the channel. */
function metersOf(district: District, profiles: ReadonlyMap<string, Profile>): ColumnIndex<ImportPlace> {
  const index = new ColumnIndex<ImportPlace>()
  const devices = new Map(district.devices.map((device) => [device.id, device]))
  const ratios = new Map(district.meters.map(({ id, ratio }) => [id, ratio ?? 1]))
  for (const point of district.measurementPoints) {
    const device = point.feed === undefined ? undefined : devices.get(point.feed.device)
    if (device === undefined) continue
    const channel = profiles.get(device.profile)?.channels[point.feed!.channel]
    const { unit = point.unit, scale = 1 } = channel ?? {}
    // As a source would bring it: turned by the sign of the point, multiplied by the meter's ratio.
    index.add(device.address, String(channel?.['column'] ?? point.feed!.channel), placeOf(point, { rawUnit: unit, rawScale: scale, factor: point.sign * (ratios.get(point.meter ?? '') ?? 1) }))
  }
  return index
}
