/** The releases of one pass: days of a month, and the month where it is due, each as the guard has decided. */
import { chainLink } from '#models/disclosure/chain-link.ts'
import { decideDay } from '#models/disclosure/decide-day.ts'
import { decideMonth } from '#models/disclosure/decide-month.ts'
import type { Carrier, DayShown, GuardDecision, StepTable } from '#models/disclosure/guard-shapes.ts'
import { curveBody, energyBody } from '#models/disclosure/release-bodies.ts'
import { localHourAfter, localMonthStart } from '#models/units/local-months.ts'
import { localDayStarts, nextLocalDayStart } from '#models/units/local-time.ts'
import { cohortEnergies, type CohortSpan } from './cohort-energies.ts'
import { CURVE_DAYS, type EnergyPass } from './due.ts'
import { freezeQuarter, worldOf, type KeptBefore, type PublisherParts } from './freeze-quarter.ts'
import type { Quarter } from './quarter-book.ts'
import type { NewRelease } from './release-store.ts'

const DAY_MS = 86_400_000

/** What the thread is told of what was kept before; it writes nothing. */
export interface EnergyTask extends EnergyPass {
  readonly carrier: Carrier
  readonly now: number
  readonly kept: KeptBefore
  /** How much of the days of the month has been shown before. */
  readonly shownOfDay: readonly (readonly [day: number, shown: DayShown])[]
}

export interface EnergyResult {
  /** Where the pass was the first of its quarter. */
  readonly frozen: Quarter | undefined
  readonly releases: readonly NewRelease[]
}

export async function energyReleases(parts: PublisherParts, task: EnergyTask): Promise<EnergyResult> {
  const { carrier, now, month, quarter: quarterFrom } = task
  const { source, timeZone, solver, districtVersion } = parts
  const unit = source.unitOf(carrier)
  const rules = parts.rulesAt(month)
  const nothing: EnergyResult = { frozen: undefined, releases: [] }
  if (unit === undefined || rules === undefined) return nothing
  const quarter = task.kept.quarter ?? (await freezeQuarter(parts, carrier, quarterFrom, task.kept, rules, now))
  const { members, plan, indexOfWeek } = quarter
  const result = { frozen: task.kept.quarter === undefined ? quarter : undefined }
  if (members.length === 0) return { ...result, releases: [] }

  const world = worldOf(quarter)
  const to = localMonthStart(month, timeZone, 1)
  const [from, until] = task.isMonthDue ? [month, to] : [task.days[0]!, nextLocalDayStart(task.days.at(-1)!, timeZone)]
  const span: CohortSpan = { carrier, members, frozenAt: quarterFrom, timeZone }
  const table = await cohortEnergies(source, span, from, until)
  const weekFrom = localHourAfter(quarterFrom, -7, 0, timeZone)
  const week = Object.keys(indexOfWeek).length === 0 ? undefined : byDay(await cohortEnergies(source, span, weekFrom, quarterFrom), members.length, [...localDayStarts(weekFrom, quarterFrom, timeZone)], quarterFrom)
  const head = { carrier, publishedAt: now, rules: rules.validFrom, districtVersion }
  const releases: NewRelease[] = []
  const shownOfDay = new Map(task.shownOfDay)
  for (const day of task.days) {
    const end = nextLocalDayStart(day, timeZone)
    const hours = slice(table, members.length, day, end)
    const decision = decideDay(world, plan, hours, rules, solver)
    const indexes = week === undefined ? [] : Object.entries(indexOfWeek).map(([cell, index]) => chainLink(world, cell, byDay(hours, members.length, [day], end), week, index, rules))
    shownOfDay.set(day, decision.shown)
    const common = { ...head, ...proofOf(decision), at: day, stepS: (end - day) / 1000 }
    releases.push({ ...common, kind: 'energy-daily', body: energyBody(decision.figures, unit, end, indexes) })
    const curve = day > now - CURVE_DAYS * DAY_MS ? curveBody(decision.figures, unit, day, end) : undefined
    if (curve !== undefined) releases.push({ ...common, kind: 'curve-daily', body: curve })
  }
  if (task.isMonthDue) {
    const days = [...localDayStarts(month, to, timeZone)]
    const decision = decideMonth(world, plan, byDay(table, members.length, days, to), days.map((day) => shownOfDay.get(day) ?? 'none'), rules, solver)
    releases.push({ ...head, ...proofOf(decision), at: month, stepS: (to - month) / 1000, kind: 'energy-monthly', body: energyBody(decision.figures, unit, to) })
  }
  return { ...result, releases }
}

const proofOf = ({ certificate, held, shown }: GuardDecision) => ({ certificate, held, shown })

function slice({ at, kwh, imputed }: StepTable, width: number, from: number, to: number): StepTable {
  const [first, end] = [at.findIndex((time) => time >= from), at.findLastIndex((time) => time < to) + 1]
  return { at: at.slice(first, end), kwh: kwh.slice(first * width, end * width), imputed: imputed.slice(first * width, end * width) }
}

function byDay(table: StepTable, width: number, days: readonly number[], to: number): StepTable {
  const made = { at: Float64Array.from(days), kwh: new Float64Array(days.length * width), imputed: new Uint8Array(days.length * width) }
  for (const [i, day] of days.entries()) {
    const { kwh, imputed } = slice(table, width, day, days[i + 1] ?? to)
    for (let place = 0; place < kwh.length; place += 1) {
      made.kwh[i * width + (place % width)] += kwh[place]!
      if (imputed[place] === 1) made.imputed[i * width + (place % width)] = 1
    }
  }
  return made
}
