import type { FutureLoads } from '#models/reinforcement/study-result.ts'
import { number, paragraph, text, type Section, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { termOf } from '../words/index.ts'

/** How the curves of the last year come from measured ones, step by step, in the weather that asks most of the network. */
export function loadsSection(context: Context): Section {
  const { result, w, n, scenario } = context
  const { base } = result
  const l = w.assumptions.loads
  const futures = futuresOf(context)
  const likely = likeliest(context, futures)
  const largest = likely?.steps.slice(1).filter(({ step }) => step !== 'weather').toSorted((a, b) => b.atPeakKw - a.atPeakKw)[0]
  return {
    heading: l.heading,
    blocks: [
      paragraph(l.intro(n.date(base.from), n.date(base.to), n.count(base.measuredHours), n.percent(base.measuredShareOfEnergyPct))),
      ...(likely === undefined || largest === undefined ? [paragraph(l.none)] : [
        paragraph(l.sentence(scenario(likely.scenario), likely.year, kw(n.count(likely.peakKw)), termOf(w.terms.steps, largest.step))),
        { kind: 'table' as const, table: stepsTable(context, futures) },
      ]),
    ],
  }
}

/** One future a scenario: of its last year, in the weather with the highest peak. */
function futuresOf({ result }: Context): readonly FutureLoads[] {
  return result.ask.study.scenarios.flatMap(({ id }) => {
    const own = result.futures.filter(({ scenario }) => scenario === id)
    const last = Math.max(...own.map(({ year }) => year))
    return own.filter(({ year }) => year === last).toSorted((a, b) => b.peakKw - a.peakKw).slice(0, 1)
  })
}

function likeliest({ result }: Context, futures: readonly FutureLoads[]): FutureLoads | undefined {
  const best = result.ask.study.scenarios.toSorted((a, b) => b.probability - a.probability)[0]
  return futures.find(({ scenario }) => scenario === best.id)
}

function stepsTable({ w, n, scenario, weather }: Context, futures: readonly FutureLoads[]): Table {
  const l = w.assumptions.loads
  const steps = [...new Set(futures.flatMap((one) => one.steps.map(({ step }) => step)))]
  const weathers = [...new Set(futures.map((one) => weather(one.weather)))]
  return {
    caption: l.caption(futures[0].year, weathers.join(', ')),
    columns: [text(l.step), ...futures.flatMap((one) => [number(`${scenario(one.scenario)}, MWh`), number(`${scenario(one.scenario)}, kW`)])],
    rows: [
      ...steps.map((step) => [termOf(w.terms.steps, step), ...futures.flatMap((one) => cells(one.steps.find((own) => own.step === step), n.count))]),
      [l.sum, ...futures.flatMap((one) => [n.count(one.energyMwh), n.count(one.peakKw)])],
    ],
  }
}

const cells = (step: FutureLoads['steps'][number] | undefined, write: (value: number | null) => string): string[] => [write(step?.energyMwh ?? null), write(step?.atPeakKw ?? null)]
const kw = (value: string): string => `${value}\u00a0kW`
