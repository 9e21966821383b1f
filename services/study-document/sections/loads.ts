import type { FutureLoads } from '#models/reinforcement/study-result.ts'
import { number, paragraph, text, type Block, type Section, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { termOf } from '../words/index.ts'

/** Not added to the measured year by anybody: a colder or warmer year is no growth. */
const NOT_ADDED: readonly string[] = ['measured', 'base', 'weather']

/** How the curves of the last year come from measured ones, step by step, and what they come to in every future. */
export function loadsSection(context: Context): Section {
  const { result, w, n } = context
  const { base } = result
  const l = w.assumptions.loads
  const last = Math.max(...result.futures.map(({ year }) => year))
  const futures = result.futures.filter(({ year }) => year === last)
  const traced = tracedOf(context, futures)
  const blocks: readonly Block[] = [
    ...(traced.length === 0 ? [paragraph(l.none)] : [...largestSaid(context, traced[0]), { kind: 'table' as const, table: stepsTable(context, traced) }]),
    ...(futures.length === 0 ? [] : [{ kind: 'table' as const, table: peaksTable(context, futures) }]),
  ]
  return { heading: l.heading, blocks: [paragraph(l.intro(n.date(base.from), n.date(base.to), n.count(base.measuredHours), n.percent(base.measuredShareOfEnergyPct))), ...blocks] }
}

/** Those whose steps were kept: of each scenario the one with the highest peak, the likeliest scenario first. */
function tracedOf({ result }: Context, futures: readonly FutureLoads[]): readonly FutureLoads[] {
  const withSteps = futures.filter(({ steps }) => steps.length > 0)
  return result.ask.study.scenarios.toSorted((a, b) => b.probability - a.probability).flatMap(({ id }) => withSteps.filter(({ scenario }) => scenario === id).toSorted((a, b) => b.peakKw - a.peakKw).slice(0, 1))
}

function largestSaid({ w, n, scenario }: Context, future: FutureLoads): readonly Block[] {
  const largest = future.steps.filter(({ step }) => !NOT_ADDED.includes(step)).toSorted((a, b) => b.atPeakKw - a.atPeakKw)[0]
  return largest === undefined || largest.atPeakKw <= 0 ? [] : [paragraph(w.assumptions.loads.sentence(scenario(future.scenario), future.year, n.unit(n.count(future.peakKw), 'kW'), termOf(w.terms.steps, largest.step)))]
}

function stepsTable({ w, n, scenario, weather }: Context, futures: readonly FutureLoads[]): Table {
  const l = w.assumptions.loads
  const steps = [...new Set(futures.flatMap((one) => one.steps.map(({ step }) => step)))]
  const weathers = [...new Set(futures.map((one) => weather(one.weather)))]
  const cells = (step: FutureLoads['steps'][number] | undefined) => [n.count(step?.energyMwh ?? null), n.count(step?.atPeakKw ?? null)]
  return {
    caption: l.caption(futures[0].year, weathers.join(', ')),
    columns: [text(l.step), ...futures.flatMap((one) => [number(`${scenario(one.scenario)}, MWh`), number(`${scenario(one.scenario)}, kW`)])],
    rows: [
      ...steps.map((step) => [termOf(w.terms.steps, step), ...futures.flatMap((one) => cells(one.steps.find((own) => own.step === step)))]),
      [l.sum, ...futures.flatMap((one) => [n.count(one.energyMwh), n.count(one.peakKw)])],
    ],
  }
}

function peaksTable({ result, w, n, scenario, weather }: Context, futures: readonly FutureLoads[]): Table {
  const l = w.assumptions.loads
  const weathers = result.ask.study.weatherYears.map(({ id }) => id).filter((id) => futures.some((one) => one.weather === id))
  const scenarios = result.ask.study.scenarios.map(({ id }) => id).filter((id) => futures.some((one) => one.scenario === id))
  return {
    caption: l.peaks(futures[0].year),
    columns: [text(w.assumptions.scenario), ...weathers.map((id) => number(weather(id)))],
    rows: scenarios.map((id) => [scenario(id), ...weathers.map((own) => n.count(futures.find((one) => one.scenario === id && one.weather === own)?.peakKw ?? null))]),
  }
}
