import type { MeasurementPoint } from '#models/district/schema.ts'
import { qualityName } from '#models/units/quality.ts'
import type { Principal } from '#services/directory/port.ts'
import { heldDeliveryPoints, type HeldDeliveryPoint } from '#services/directory/scope.ts'
import { csvRows, isoTime, toCsv, type Cell } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { breathe } from '../interval.ts'
import { ownRecord, type RecordDeps } from './own-record.ts'

/** Read at once of one point: what is held in memory, whatever the years and the steps. */
const CHUNK_MS = 14 * 86_400_000

type ExportDeps = RecordDeps & Pick<ApiDeps, 'measured'>

interface Piece { readonly point: MeasurementPoint; readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array }

/** Every value of the held times, in pieces, the oldest of each point first. */
async function* pieces({ measured, clock, district: { district } }: ExportDeps, held: readonly HeldDeliveryPoint[]): AsyncGenerator<Piece> {
  for (const { deliveryPoint, from, to } of held) {
    for (const point of district.measurementPoints.filter(({ on }) => on === deliveryPoint.id)) {
      const [id] = await measured.lookup([point.id])
      if (!(id! > 0)) continue
      const end = Math.min(to, clock.now() + (point.forecastHours ?? 0) * 3_600_000)
      for (let start = from; start < end; start += CHUNK_MS) {
        const { at, values, quality } = await measured.read(id!, start, Math.min(end, start + CHUNK_MS))
        if (at.length > 0) yield { point, at, values, quality }
        await breathe()
      }
    }
  }
}

const contractsOf = ({ district: { district } }: ExportDeps, held: readonly HeldDeliveryPoint[]) =>
  (district.flexibilityContracts ?? []).filter(({ deliveryPoints }) => held.some(({ deliveryPoint, to, from }) => from < to && deliveryPoints.includes(deliveryPoint.id))).map(({ id, name, kw, noticeH, hoursAYear }) => ({ id, name, kw, noticeH, hoursAYear }))

const aboutPerson = ({ name, roles, holders }: Principal) => ({ name, roles, holders: holders.map(({ holder, from, to }) => ({ holder, from: isoTime(from), to: isoTime(to) })) })

/** One document, piece by piece: it is never whole in memory. */
export async function* exportAsJson(deps: ExportDeps, principal: Principal): AsyncGenerator<string> {
  const { district: { district }, clock } = deps
  const held = heldDeliveryPoints(district, principal)
  const { texts: _, ...record } = ownRecord(deps, principal)
  const head = { format: 'penfeld-own-record', version: 1, madeAt: isoTime(clock.now()), person: aboutPerson(principal), contracts: contractsOf(deps, held), ...record }
  yield `${JSON.stringify(head, null, 1).replace(/\n\}$/, '')},\n "series": [`
  let separator = '\n'
  for await (const { point, at, values, quality } of pieces(deps, held)) {
    const rows = Array.from(at, (time, i) => [isoTime(time), Number.isFinite(values[i]) ? values[i] : null, qualityName(quality[i]!)])
    yield `${separator}{"point":${JSON.stringify(point.id)},"deliveryPoint":${JSON.stringify(point.on)},"unit":${JSON.stringify(point.unit)},"stepS":${point.stepS},"values":${JSON.stringify(rows)}}`
    separator = ',\n'
  }
  yield '\n]}\n'
}

const HEADER = ['section', 'delivery_point', 'what', 'at', 'until', 'value', 'unit', 'quality_or_detail']

/** The same as rows of one table, so that a spreadsheet opens it. */
export async function* exportAsCsv(deps: ExportDeps, principal: Principal): AsyncGenerator<string> {
  const held = heldDeliveryPoints(deps.district.district, principal)
  const record = ownRecord(deps, principal)
  const rows: Cell[][] = [
    ['person', '', 'name', '', '', principal.name, '', ''],
    ...principal.roles.map((role): Cell[] => ['person', '', 'role', '', '', role, '', '']),
    ...principal.holders.map(({ holder, from, to }): Cell[] => ['person', '', 'holder', isoTime(from), isoTime(to), holder, '', '']),
    ...record.points.flatMap((one): Cell[][] => [
      ['delivery-point', one.deliveryPointId, 'held', isoTime(one.heldFrom), isoTime(one.heldTo), one.siteName, '', one.carrier],
      ['delivery-point', one.deliveryPointId, 'subscribed-power', '', '', one.subscribedPowerKva, 'kVA', ''],
      ['delivery-point', one.deliveryPointId, 'collected', '', '', one.collected, '', ''],
    ]),
    ...contractsOf(deps, held).map(({ id, kw }): Cell[] => ['contract', '', id, '', '', kw, 'kW', 'flexibility']),
    ...record.standing.map((one): Cell[] => ['consent', one.deliveryPointId, one.purpose, isoTime(one.from), isoTime(one.to), one.granularity, '', one.givenBefore ? 'given before' : '']),
    ...record.history.map((one): Cell[] => ['consent-history', one.deliveryPointId, one.purpose, isoTime(one.at), '', one.granularity, '', `${one.kind} ${one.way} ${one.textSha256 ?? ''}`.trim()]),
    ...record.readings.map((one): Cell[] => ['reading', one.deliveryPointId, one.route, isoTime(one.at), '', one.by, '', '']),
    ...record.erasures.map((one): Cell[] => ['erasure', one.deliveryPointId, one.erasureId, isoTime(one.from), isoTime(one.to), one.removed, '', one.state]),
    ...Object.entries(record.retention).map(([name, value]): Cell[] => ['retention', '', name, '', '', value, '', '']),
  ]
  yield toCsv(HEADER, rows)
  for await (const { point, at, values, quality } of pieces(deps, held)) {
    yield csvRows(Array.from(at, (time, i): Cell[] => ['value', point.on, point.id, isoTime(time), '', values[i], point.unit, qualityName(quality[i]!)]))
  }
}
