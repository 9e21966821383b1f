import type { FutureLoads, StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from '../../../charts/shaped.ts'
import { scenarioName, weatherName } from '../../../charts/study-names.ts'
import { fullLabelOf, loadClassName, writeNumber } from '../../../charts/study-path-label.ts'
import type { FigureTable } from '../../../components/figure.ts'
import { isRange } from './changes.ts'

/** Shares of all from which the measurements of a study are called good, and fair. */
const GOOD = 0.6
const FAIR = 0.3

/** How much of what the study is made of was measured: energy by meters, times hours at the feeder heads. */
export function qualityOf({ base }: StudyResult): { readonly share: number; readonly word: 'good' | 'fair' | 'poor' } {
  const share = base.hours === 0 ? 0 : (base.measuredShareOfEnergyPct / 100) * (base.measuredHours / base.hours)
  return { share, word: share >= GOOD ? 'good' : share >= FAIR ? 'fair' : 'poor' }
}

export function basisLines(result: StudyResult, { t, f }: Speech): string[] {
  const words = t.reinforcement.basis
  const { base, states, modelCheck } = result
  const quality = qualityOf(result)
  return [
    `${words.year(f.date(Date.parse(base.from)), f.date(Date.parse(base.to)))} ${words.measured(f.percent(base.measuredShareOfEnergyPct), f.count(base.measuredHours), f.count(base.hours))}`,
    words.score(words.quality[quality.word], f.percent(100 * quality.share)),
    modelCheck === null ? words.noCheck : words.check(f.count(modelCheck.hours), f.percent(modelCheck.meanErrorPct, 1), f.percent(modelCheck.largestErrorPct, 1)),
    `${words.states(f.count(states.normalSolved), f.count(states.outageSolved))} ${words.screened(f.count(states.lowVoltageScreenedOut), f.count(states.lowVoltageSolved))} ${words.seconds(f.duration(1000 * states.seconds))}`,
    ...(states.notSettled > 0 ? [t.reinforcement.answer.notSettled(f.count(states.notSettled))] : []),
    ...((base.assumedClasses ?? []).length > 0 ? [words.assumed(f.list(base.assumedClasses!.map((loadClass) => loadClassName(loadClass, { t, f }))))] : []),
    ...(base.flatClasses.length > 0 ? [words.flat(f.list(base.flatClasses.map((loadClass) => loadClassName(loadClass, { t, f }))))] : []),
  ]
}

/** Futures whose making was kept step by step; of the others only the sums are. */
export const withSteps = ({ futures }: StudyResult): readonly FutureLoads[] => futures.filter(({ steps }) => steps.length > 0)
export const futureKey = ({ scenario, weather, year }: FutureLoads): string => `${scenario}~${weather}~${year}`
export const futureName = ({ scenario, weather, year }: FutureLoads, result: StudyResult, { t, f }: Speech): string => t.reinforcement.basis.futureOf(scenarioName(scenario, result, { f }), weatherName(weather, result, { f }), String(year))

/** What each step of the making of a future added. */
export function futureTable(future: FutureLoads, { t, f }: Speech): FigureTable {
  const words = t.reinforcement.basis
  const row = (header: string, energyMwh: number, atPeakKw: number, x: number) => ({ header, x, cells: [f.signed(energyMwh, 'MWh'), f.signed(atPeakKw, 'kW')], raw: [energyMwh, atPeakKw] })
  return {
    rowHeader: words.step,
    columns: [{ label: words.stepEnergy, unit: 'MWh' }, { label: words.atPeak, unit: 'kW' }],
    rows: [
      ...future.steps.map(({ step, energyMwh, atPeakKw }, x) => row(words.steps[step as keyof typeof words.steps] ?? step, energyMwh, atPeakKw, x)),
      row(words.total, future.energyMwh, future.peakKw, future.steps.length),
    ],
  }
}

export interface Assumption { readonly path: string; readonly label: string; readonly value: string; readonly was: string; readonly raw: number }

/** Every number of the study, by its path, with what the reader has changed first. */
export function assumptionsOf({ ask }: StudyResult, speech: Speech): Assumption[] {
  const changed = new Map(ask.changed.map(({ path, from }) => [path, from]))
  const found: Assumption[] = []
  const add = (path: string, value: number, written: string) => {
    const from = changed.get(path)
    const was = from === undefined ? '' : Number.isFinite(Number(from)) ? writeNumber(path, Number(from), speech) : from
    found.push({ path, label: fullLabelOf(path, ask.study, speech), value: written, was, raw: value })
  }
  const walk = (part: unknown, path: string): void => {
    if (typeof part === 'number') return add(path, part, writeNumber(path, part, speech))
    if (isRange(part)) {
      const [likely, low, high] = [part.likely, part.low, part.high].map((value) => writeNumber(path, value, speech))
      return add(path, part.likely, speech.t.reinforcement.basis.between(likely, low, high))
    }
    if (typeof part !== 'object' || part === null) return
    if ('year' in part && 'amount' in part) return walk(part.amount, path)
    for (const [name, inner] of Array.isArray(part) ? part.map((one: unknown, i) => [namesPart(one, i), one] as const) : Object.entries(part)) walk(inner, path === '' ? name : `${path}.${name}`)
  }
  walk(ask.study, '')
  return found.sort((a, b) => Number(b.was !== '') - Number(a.was !== ''))
}

/** As the paths of the study name parts of lists: by id, item or year, else by place. */
function namesPart(part: unknown, place: number): string {
  const { id, item, node, year, outsideC } = (part ?? {}) as Readonly<Record<string, unknown>>
  if (typeof node === 'string' && typeof year === 'number') return `${node}.${year}`
  return String(id ?? item ?? year ?? outsideC ?? place)
}
