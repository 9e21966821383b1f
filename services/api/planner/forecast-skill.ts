import { seasonOf, SEASONS } from '#models/forecast/skill.ts'
import { skillOf, together, type SkillFigures } from '#models/forecast/skill-figures.ts'
import { localDateIndex } from '#models/units/local-time.ts'
import type { DriftFinding } from '#services/evaluation/forecast-drift.ts'
import { SKILL_KINDS, WEEK_DAYS, type SkillKind, type SkillWeek } from '#services/evaluation/forecast-skill.ts'
import type { SkillReader } from '#services/evaluation/skill-store.ts'
import { orNull } from '../columns.ts'
import type { ForecastDrifts, ForecastSkill, LeadSkill, SeasonSkill, SeriesDrift, SkillOfKind } from '../contract/forecast-skill.ts'
import type { ForecastSeries } from '../contract/forecast.ts'

const DAY_MS = 86_400_000
/** Of a series the weeks before the newest that was scored of any. */
const SHOWN_WEEKS = 8
const GONE_SHOWN_MS = 28 * DAY_MS
/** A week may lie in two seasons: it counts for that of its Thursday. */
const THURSDAY = 3

const isoDate = (date: number): string => new Date(date * DAY_MS).toISOString().slice(0, 10)
const tenth = (value: number): number | null => orNull(Math.round(value * 10) / 10)
const threeDigits = (value: number): number | null => orNull(Number(value.toPrecision(4)))

/** Skill of all series in short, and of one in detail. */
export async function skillView(reader: SkillReader, all: readonly ForecastSeries[], chosen: ForecastSeries, now: number, timeZone: string): Promise<ForecastSkill> {
  const recent = await reader.tomorrowWeeks(localDateIndex(now, timeZone) - (SHOWN_WEEKS + 1) * WEEK_DAYS)
  const ofOne = await reader.skillWeeks(0, chosen.series)
  const drifts = new Map((await reader.drifts(Infinity)).filter(({ goneAt }) => goneAt === null).map((one) => [one.series, one]))
  const newest = Math.max(...recent.map(({ week }) => week))
  const bySeries = Map.groupBy(recent.filter((one) => one.week > newest - SHOWN_WEEKS * WEEK_DAYS), ({ series }) => series)
  return {
    readiness: recent.length === 0 ? 'starting' : 'ready',
    newestDay: Number.isFinite(newest) ? isoDate(newest + WEEK_DAYS - 1) : null,
    series: all.map((one) => {
      const weeks = bySeries.get(one.series) ?? []
      const drift = drifts.get(one.series)
      return { ...named(one), method: weeks.at(-1)?.method ?? null, weeks: weeks.length, tomorrow: weeks.length === 0 ? null : shares(together(weeks.map(({ figures }) => figures))), drift: drift === undefined ? null : driftView(drift) }
    }),
    detail: {
      ...named(chosen), weather: ofOne.findLast(isOfTomorrow)?.weather ?? null,
      kinds: SKILL_KINDS.flatMap((kind) => kindView(kind, ofOne.filter((one) => one.kind === kind)) ?? []),
      seasons: seasonsView(ofOne.filter(isOfTomorrow)),
    },
  }
}

export async function driftsView(reader: SkillReader, all: readonly ForecastSeries[], now: number): Promise<ForecastDrifts> {
  const judgedAt = await reader.driftsJudgedAt()
  const bySeries = new Map(all.map((one) => [one.series, named(one)]))
  const drifts = (await reader.drifts(now - GONE_SHOWN_MS)).flatMap((one) => {
    const series = bySeries.get(one.series)
    return series === undefined ? [] : [{ ...series, ...driftView(one), foundAt: one.foundAt, goneAt: one.goneAt }]
  })
  return { readiness: judgedAt === undefined ? 'starting' : 'ready', judgedAt: judgedAt ?? null, drifting: drifts.filter(({ goneAt }) => goneAt === null).length, drifts }
}

/** Without what measures it. */
const named = ({ series, kind, name, carrier, unit }: ForecastSeries): ForecastSeries => ({ series, kind, name, carrier, unit })
const isOfTomorrow = ({ kind, daysAhead }: SkillWeek): boolean => kind === 'backtest' && daysAhead[0] === 1

const driftView = ({ since, daysAhead, recentKw, beforeKw, nextStep }: DriftFinding): SeriesDrift =>
  ({ since: isoDate(since), daysAhead, growthPct: Math.round(100 * (recentKw / beforeKw - 1)), nextStep })

function kindView(kind: SkillKind, all: readonly SkillWeek[]): SkillOfKind | undefined {
  const newest = Math.max(...all.map(({ week }) => week))
  const weeks = all.filter(({ week }) => week > newest - SHOWN_WEEKS * WEEK_DAYS)
  if (weeks.length === 0) return undefined
  const mondays = new Set(weeks.map(({ week }) => week))
  const byLead = Map.groupBy(weeks, ({ daysAhead }) => daysAhead[0])
  return {
    kind, from: isoDate(Math.min(...mondays)), to: isoDate(newest + WEEK_DAYS - 1), weeks: mondays.size,
    leads: [...byLead].sort(([a], [b]) => a - b).map(([, ofLead]) => leadView(ofLead)),
  }
}

function leadView(weeks: readonly SkillWeek[]): LeadSkill {
  const figures = together(weeks.map((one) => one.figures))
  return {
    daysAhead: [...weeks[0]!.daysAhead], values: figures.values, maeKw: threeDigits(figures.mae), rmseKw: threeDigits(figures.rmse), naiveMaeKw: threeDigits(figures.naiveMae), ...shares(figures),
    reliability: reliabilityOf(weeks, figures), hours: hoursOf(weeks),
  }
}

/** Of weeks with other levels nothing can be said. */
function reliabilityOf(weeks: readonly SkillWeek[], figures: SkillFigures): LeadSkill['reliability'] {
  const levels = weeks.findLast((one) => one.levels.length > 0)?.levels ?? []
  return figures.below.length === levels.length ? levels.map((level, k) => ({ levelPct: Math.round(level * 100), belowPct: tenth(100 * figures.below[k]!) })) : []
}

function hoursOf(weeks: readonly SkillWeek[]): LeadSkill['hours'] {
  const sums = new Map<number, { mae: number; naiveMae: number; weight: number }>()
  for (const { hours, figures } of weeks) {
    for (const { hourAhead, mae, naiveMae } of hours) {
      const sum = sums.get(hourAhead) ?? { mae: 0, naiveMae: 0, weight: 0 }
      sums.set(hourAhead, { mae: sum.mae + mae * figures.values, naiveMae: sum.naiveMae + naiveMae * figures.values, weight: sum.weight + figures.values })
    }
  }
  return [...sums].sort(([a], [b]) => a - b).map(([hourAhead, { mae, naiveMae, weight }]) => ({ hourAhead, maeKw: threeDigits(mae / weight)!, naiveMaeKw: threeDigits(naiveMae / weight)!, skillPct: tenth(100 * skillOf({ mae, naiveMae })) }))
}

function seasonsView(weeks: readonly SkillWeek[]): SeasonSkill[] {
  return SEASONS.flatMap((season) => {
    const own = weeks.filter(({ week }) => seasonOf(week + THURSDAY) === season)
    if (own.length === 0) return []
    const figures = together(own.map((one) => one.figures))
    return [{ season, weeks: own.length, ...shares(figures), reliability: reliabilityOf(own, figures) }]
  })
}

function shares(figures: SkillFigures) {
  const ofSize = (value: number) => tenth((100 * value) / figures.meanSize)
  return { nMaePct: ofSize(figures.mae), skillPct: tenth(100 * skillOf(figures)), peakErrorPct: tenth(figures.peakErrorPct), pinballPct: ofSize(figures.pinball), cover90Pct: tenth(figures.cover90Pct), cover50Pct: tenth(figures.cover50Pct) }
}
