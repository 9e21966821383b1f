import type { DocumentIndex } from './document-index.ts'
import { fault, type Fault } from './fault.ts'

interface Dated {
  readonly validFrom: string
  readonly validTo?: string
}

/** Dated lists: no interval empty or inverted, none over another, and ratings and positions without a gap. */
export function intervalFaults(index: DocumentIndex): Fault[] {
  const faults: Fault[] = []
  const check = (path: string, what: string, list: readonly Dated[] | undefined, { covered = false } = {}): void => {
    if (list === undefined) return
    const sound = list.flatMap((entry, position) => {
      const from = Date.parse(entry.validFrom)
      const to = entry.validTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(entry.validTo)
      if (to > from) return [{ from, to, position }]
      faults.push(fault('PF_DISTRICT_INTERVAL', `${path}/${position}/validTo`, `${what}: the interval from ${entry.validFrom} to ${entry.validTo} is ${to === from ? 'empty' : 'inverted'}.`))
      return []
    }).sort((a, b) => a.from - b.from)
    let latest = sound[0]
    for (const next of sound.slice(1)) {
      if (next.from < latest.to) {
        faults.push(fault('PF_DISTRICT_OVERLAP', `${path}/${next.position}`, `${what}: the interval from ${instant(next.from)} begins before the one from ${instant(latest.from)} has ended.`))
      } else if (covered && next.from > latest.to) {
        faults.push(fault('PF_DISTRICT_NOT_COVERED', `${path}/${next.position}/validFrom`, `${what}: nothing holds from ${instant(latest.to)} to ${instant(next.from)}.`))
      }
      if (next.to > latest.to) latest = next
    }
    if (covered && latest !== undefined && latest.to !== Number.POSITIVE_INFINITY) {
      faults.push(fault('PF_DISTRICT_NOT_COVERED', `${path}/${latest.position}/validTo`, `${what}: nothing holds after ${instant(latest.to)}.`))
    }
  }

  for (const { path, value } of index.list('sites')) {
    check(`${path}/openingHours`, `Opening hours of ${value.id}`, value.openingHours)
    value.openingHours?.forEach(({ periods }, position) => periods.forEach(({ from, to }, period) => {
      if (to <= from) faults.push(fault('PF_DISTRICT_INTERVAL', `${path}/openingHours/${position}/periods/${period}`, `Opening hours of ${value.id}: ${from} to ${to} is not a time of one day.`, 'Write a `to` later than `from`; hours over midnight are two periods.'))
    }))
  }
  for (const { path, value } of index.list('deliveryPoints')) {
    check(`${path}/holders`, `Holders of ${value.id}`, value.holders)
    // A consent is for one purpose and one granularity; different ones may hold together.
    const purposes = new Set(value.consents?.map(({ purpose, granularity }) => `${purpose} (${granularity})`))
    for (const purpose of purposes) {
      const positions = value.consents!.flatMap((consent, position) => (`${consent.purpose} (${consent.granularity})` === purpose ? [position] : []))
      const before = faults.length
      check(`${path}/consents`, `Consents of ${value.id} for ${purpose}`, positions.map((position) => value.consents![position]))
      for (let at = before; at < faults.length; at++) faults[at] = { ...faults[at], path: faults[at].path.replace(/(\/consents\/)(\d+)/, (_, prefix: string, position: string) => `${prefix}${positions[Number(position)]}`) }
    }
  }
  for (const { path, value } of index.list('meters')) check(`${path}/mounted`, `Meter ${value.id} is mounted twice at once`, value.mounted)
  for (const { path, value } of index.list('tariffs')) {
    if (value.validTo !== undefined && Date.parse(value.validTo) <= Date.parse(value.validFrom)) {
      faults.push(fault('PF_DISTRICT_INTERVAL', `${path}/validTo`, `Tariff ${value.id}: the interval from ${value.validFrom} to ${value.validTo} is empty or inverted.`))
    }
  }
  for (const { path, value } of index.network('lineSections')) check(`${path}/ratings`, `Ratings of ${value.id}`, value.ratings, { covered: true })
  for (const { path, value } of index.network('transformers')) check(`${path}/ratings`, `Ratings of ${value.id}`, value.ratings, { covered: true })
  for (const { path, value } of index.network('switches')) check(`${path}/positions`, `Positions of ${value.id}`, value.positions, { covered: true })
  for (const { path, value } of index.network('busbarCouplers')) check(`${path}/positions`, `Positions of ${value.id}`, value.positions, { covered: true })
  for (const { path, value } of index.network('shunts')) check(`${path}/positions`, `Positions of ${value.id}`, value.positions, { covered: true })
  for (const { path, value } of index.network('tapChangers')) check(`${path}/settings`, `Settings of ${value.id}`, value.settings, { covered: true })
  for (const { path, value } of index.network('inverterControls')) check(`${path}/rules`, `Rules of ${value.id}`, value.rules, { covered: true })
  const calendar = index.part('calendar')
  for (const list of ['schoolHolidays', 'events'] as const) {
    calendar?.[list]?.forEach(({ name, from, to }, position) => {
      const unknown = [from, to].find((date) => !isDate(date))
      if (unknown !== undefined) faults.push(fault('PF_DISTRICT_INTERVAL', `/calendar/${list}/${position}`, `${name}: ${unknown} is no day of the calendar.`))
      else if (to < from) faults.push(fault('PF_DISTRICT_INTERVAL', `/calendar/${list}/${position}/to`, `${name}: the days from ${from} to ${to} are inverted.`, 'Write the last day, which is included, as `to`.'))
    })
  }
  check('/publicationRules', 'Publication rules', index.part('publicationRules'), { covered: true })
  check('/retentionRules', 'Retention rules', index.part('retentionRules') ?? [])
  return faults
}

const instant = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')
/** 2026-02-30 has the form of a date and is none. */
const isDate = (date: string): boolean => new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)
