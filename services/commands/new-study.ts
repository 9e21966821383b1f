import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { askWithChanges } from '#models/reinforcement/apply-changes.ts'
import { studyOf } from '#models/reinforcement/default-study.ts'
import type { ElementOutlook, StudyResult } from '#models/reinforcement/study-result.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import type { Environment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { assumedClasses, flatClasses } from '#models/reinforcement/frozen-year.ts'
import { readStudyBase } from '#services/reinforcement/study-base.ts'
import { DRAFT } from '#services/study-document/index.ts'
import { openReader, storeFolder, storeSettings } from '#services/store/open.ts'
import { progressBar } from './progress-bar.ts'
import type { StudyCommandParts } from './study.ts'
import { WrongArguments } from './wrong-arguments.ts'

/** `penfeld study FOLDER [--horizon YEAR] [--out FOLDER] [--lang fr|en] [--quick]`: from the measured year in the store, or from the folder alone. */
export async function newStudy(args: string[], write: (line: string) => void, { environment, runStudy, studyDocuments }: StudyCommandParts & { readonly environment: Environment }): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { horizon: { type: 'string' }, out: { type: 'string' }, lang: { type: 'string' }, quick: { type: 'boolean' } }, allowPositionals: true })
  const { horizon, out, lang = 'fr', quick = false } = values
  if (positionals.length !== 1) throw new WrongArguments('Give the folder of one district.')
  if (horizon !== undefined && !/^20\d\d$/.test(horizon)) throw new WrongArguments(`--horizon is "${horizon}", expected a year such as 2040.`)
  if (lang !== 'fr' && lang !== 'en') throw new WrongArguments(`--lang is "${lang}", expected fr or en.`)
  const loaded = await loadDistrict(resolve(positionals[0]!), environment.variables)
  const ask = askWithChanges(studyOf(loaded.district), horizon === undefined ? [] : [{ path: 'toYear', value: Number(horizon) }], quick ? 'quick' : 'full')
  const clock = createClock(environment.clockSetting, environment.clockStartedRealMs)

  const measured = await ownMeasurements(environment, loaded.district)
  const frozen = await readStudyBase(loaded, measured, clock.now()).finally(() => measured?.close())
  const [flat, assumed] = [flatClasses(frozen), assumedClasses(frozen)]
  write(measured === undefined ? `No measurements of this district in ${environment.dataFolder}: the study stands on what the folder says.` : `${frozen.measuredHours} of ${frozen.hours} hours have measured feeder heads.`)
  if (assumed.length > 0) write(`Not measured, their curve is assumed (the sun's for pv, class-curves.csv for others): ${assumed.join(', ')}.`)
  if (flat.length > 0) write(`Without any curve, and so drawn level: ${flat.join(', ')}. Peaks of these are too low; bring measurements, or class-curves.csv.`)
  const told = progressBar(loaded.district.name[lang])
  const result = await runStudy({ ask, frozen, district: loaded.district, computedAt: clock.now() }, told)
  if (process.stdout.isTTY) write('')
  for (const line of summary(result)) write(line)
  if (out === undefined) return 0
  const folder = resolve(out)
  mkdirSync(folder, { recursive: true })
  for (const format of ['html', 'pdf', 'xlsx', 'json', 'tender'] as const) {
    const file = join(folder, format === 'tender' ? 'tender.html' : `study.${format}`)
    writeFileSync(file, await studyDocuments[format](result, lang, DRAFT))
    write(file)
  }
  return 0
}

/** The store of this installation, if it knows anything of the district. */
async function ownMeasurements(environment: Environment, district: Awaited<ReturnType<typeof loadDistrict>>['district']) {
  const stores = storeSettings(environment, district)
  if (environment.influxUrl === undefined && !existsSync(storeFolder(environment.dataFolder, 'measured', 'embedded'))) return undefined
  const reader = await openReader('measured', stores).catch((error: unknown) => {
    throw error instanceof PenfeldError ? error : new PenfeldError('PF_STUDY_NOT_DONE', `The store in ${environment.dataFolder} cannot be read.`, { cause: error })
  })
  const ids = await reader.lookup(district.measurementPoints.map(({ id }) => id))
  if (ids.some((id) => id > 0)) return reader
  await reader.close()
  return undefined
}

/** Of a voltage what matters is how low it falls. */
function extreme({ kind, years }: ElementOutlook): string {
  const { peakPct } = years.at(-1)!
  return kind === 'bus' ? `down to ${Math.round(peakPct.least)} % of the nominal voltage` : `at most ${Math.round(peakPct.most)} % of the limit`
}

function summary({ ask, elements, portfolios, recommended, answer, states, unsupplied = [], unpriced = [] }: StudyResult): string[] {
  const eur = (value: number) => `${Math.round(value).toLocaleString('en')} EUR`
  const first = elements.filter(({ firstLikelyYear }) => firstLikelyYear !== null)
  return [
    `${ask.fromYear} to ${ask.toYear}, ${ask.study.scenarios.length} scenarios, ${ask.study.weatherYears.length} weather years.`,
    elements.length === 0 ? 'Nothing becomes too small.' : `${first.length} of ${elements.length === 1 ? 'one element that becomes' : `${elements.length} elements that become`} too small in some future ${first.length === 1 ? 'does' : 'do'} so with a probability of at least a half.`,
    ...elements.slice(0, 8).map((one) => `  ${one.id.padEnd(16)} from ${one.firstLikelyYear ?? `${one.firstPossibleYear} (possible)`}, ${extreme(one)}, ${Math.round(one.years.at(-1)!.hours.expected)} h in ${one.years.at(-1)!.year}`),
    ...portfolios.map((one, k) => `${k === recommended ? '*' : ' '} ${one.kind.padEnd(22)} ${one.status.padEnd(12)} ${one.status === 'infeasible' ? '' : eur(one.expectedNpvEur)}`),
    ...(unsupplied.length === 0 ? [] : [`After ${unsupplied.length} outages load stays dark until the repair, ${Math.round(Math.max(...unsupplied.map(({ peakKw }) => peakKw)))} kW at most.`]),
    ...(unpriced.length === 0 ? [] : [`Left out for want of a price: ${unpriced.map(({ option }) => option).join(', ')}.`]),
    `Answer: ${answer.kind}${answer.firstYear === null ? '' : `, first constrained year ${answer.firstYear}`}; avoided ${eur(answer.avoidedEur)}, deferred ${eur(answer.deferredEur)}.`,
    `States: ${states.normalSolved} normal, ${states.outageSolved} after outages, ${states.lowVoltageScreenedOut} of the low voltage excluded by the bound, ${states.notSettled} not settled, in ${states.seconds.toFixed(0)} s.`,
  ]
}
