/** A hundred questions to a data folder, by the readers that the service itself uses; each answer as one checksum. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { IssuedForecast } from '#services/evaluation/port.ts'
import { openRunReader } from '#services/evaluation/run-store.ts'
import { openCollectStatus } from '#services/ingest/collect-status.ts'
import { openJobStatus } from '#services/jobs/embedded/job-status.ts'
import type { LiveRelease } from '#services/publication/port.ts'
import { openReleaseReader } from '#services/publication/release-store.ts'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'

export interface Answer {
  readonly question: string
  readonly sha256: string
}

const DAY_MS = 86_400_000
const TIME_ZONE = 'Europe/Paris'

/** What is asked about; the same for every version that is held to it. */
export interface AskedFolder {
  readonly points: number
  readonly from: number
  readonly to: number
  readonly districtVersion: string
  readonly series: readonly string[]
}

export async function hundredAnswers(folder: string, { points, from, to, districtVersion, series }: AskedFolder): Promise<Answer[]> {
  const answers: Answer[] = []
  const ask = async (question: string, answer: unknown) => void answers.push({ question, sha256: createHash('sha256').update(textOf(await answer)).digest('hex') })
  for (const [store, questions] of [['measured', 60], ['derived', 17]] as const) {
    const reader = await openEmbeddedReader(join(folder, store), { timeZone: TIME_ZONE })
    await ask(`${store}: names`, reader.names())
    for (let number = 1; number < questions; number++) await ask(...storeQuestion(store, reader, number, 1 + (number * 7) % points, from, to))
    await reader.close()
  }
  const runs = openRunReader(join(folder, 'runs.sqlite'))
  await ask('runs: layout', runs.layout(districtVersion))
  for (const kind of ['estimate', 'forecast', 'replay'] as const) await ask(`runs: newest ${kind}`, runs.latest(kind))
  for (let run = 1; run <= 3; run++) await ask(`runs: states of run ${run}`, runs.statesOf(run))
  await ask('runs: states of estimates', runs.states('estimate', from, to))
  for (const one of series) await ask(`runs: newest forecast of ${one}`, asBefore(await runs.latestForecast(one)))
  await ask('runs: every forecast of the first', (await runs.forecasts(series[0], -Infinity, Infinity)).map(asBefore))
  await runs.close()
  const releases = openReleaseReader(join(folder, 'releases.sqlite'))
  await ask('releases: newest', releaseBefore(await releases.latest('district-live')))
  await ask('releases: all', (await releases.between('district-live', -Infinity, Infinity)).map(releaseBefore))
  await ask('releases: head', releases.headId())
  await releases.close()
  const jobs = openJobStatus(join(folder, 'jobs.sqlite'))
  await ask('jobs: recent', (await jobs.recent(100)).map(({ kind, scope, period, inputRevision, attempts, error }) => [kind, scope, period, inputRevision, attempts, error]))
  await ask('jobs: kinds', (await jobs.kinds()).map(({ kind, failed, lastEndedAt }) => [kind, failed, lastEndedAt]))
  await jobs.close()
  const collect = openCollectStatus(join(folder, 'collect.sqlite'))
  await ask('collect: sources', collect.sources())
  await ask('collect: counters', collect.counters())
  await collect.close()
  await ask('directory: people', rowsOf(folder, 'directory.sqlite', 'SELECT person_id, issuer, subject, name FROM person ORDER BY person_id'))
  await ask('directory: accesses', rowsOf(folder, 'directory.sqlite', 'SELECT at, person_id, route, subject FROM access_log ORDER BY at, access_id'))
  await ask('collect: put apart', rowsOf(folder, 'collect.sqlite', 'SELECT sourceId, point, at, value, quality, reason FROM quarantine ORDER BY id'))
  return answers
}

/** What a forecast was before it had a method and a band: the old version told no more. */
const asBefore = (forecast: IssuedForecast | undefined) => forecast && (({ series, issuedAt, from, stepS, forecaster, valuesKw }) => ({ series, issuedAt, from, stepS, forecaster, valuesKw }))(forecast)

function storeQuestion(store: string, reader: TimeSeriesReader, number: number, point: number, from: number, to: number): [string, Promise<unknown>] {
  const start = from + ((number * 5) % 13) * DAY_MS / 2
  const group = Int32Array.of(point, 1, 2)
  const asked: [string, () => Promise<unknown>][] = [
    ['values of two days', () => reader.read(point, start, start + 2 * DAY_MS)],
    ['all values', () => reader.read(point, -Infinity, Infinity)],
    ['hours', () => reader.rollup(point, 'hour', start, start + 3 * DAY_MS)],
    ['days', () => reader.rollup(point, 'day', from, to)],
    ['newest', () => reader.latest(group)],
    ['revisions', () => reader.revisions(point, from, to)],
    ['values as they were known', () => reader.read(point, from, to, { asOf: start })],
    ['sum of a group', () => reader.sumOfMeans(group, 'hour', start, start + DAY_MS)],
  ]
  const [what, answer] = asked[number % asked.length]
  return [`${store}: ${what}, point ${point}, question ${number}`, answer()]
}

/** Rows of every table of every database of a folder. */
export function countRows(folder: string, files: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const file of files) {
    for (const { name } of rowsOf(folder, file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name") as { name: string }[]) {
      counts[`${file} ${name}`] = Number((rowsOf(folder, file, `SELECT count(*) AS count FROM "${name}"`)[0] as { count: number }).count)
    }
  }
  return counts
}

function rowsOf(folder: string, file: string, sql: string): object[] {
  const database = new DatabaseSync(join(folder, file), { readOnly: true, timeout: 5_000 })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

/** JSON in which columns are lists and numbers that JSON does not know are words. */
const textOf = (answer: unknown): string => JSON.stringify(answer ?? null, (_, value: unknown) =>
  ArrayBuffer.isView(value) ? Array.from(value as Float64Array, (one) => (Number.isFinite(one) ? one : String(one))) : typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)

/** What a release told before there were carriers and signatures. */
const releaseBefore = (release: LiveRelease | undefined) => {
  if (release === undefined) return undefined
  const { releaseId, kind, at, stepS, publishedAt, rules, districtVersion, sha256, body } = release
  return { releaseId, kind, at, stepS, publishedAt, rules, districtVersion, sha256, body }
}
