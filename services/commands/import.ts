import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment, type Environment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { DATA_FILES, IMPORT_INBOX } from '#services/config/role.ts'
import { createCollectGate } from '#services/consents/collect-gate.ts'
import { createConsents } from '#services/consents/consents.ts'
import { seldom } from '#services/consents/seldom.ts'
import { openConsentReader } from '#services/consents/ledger.ts'
import { REPORT_ENDING, type InboxReport } from '#services/ingest/import-desk.ts'
import { importFile, type ImportReport } from '#services/ingest/import-file.ts'
import { createErasedSpans, openErasureReader } from '#services/privacy/erasure-register.ts'
import { writerOf } from '#services/store/journal/writer-lock.ts'
import { openWriter, storeFolder, storeSettings } from '#services/store/open.ts'
import { progressBar } from './progress-bar.ts'
import { WrongArguments } from './wrong-arguments.ts'

/** `penfeld import FILE...`: measured history from files of any known form; while the service runs, its collector does the work. */
export async function importFiles(args: string[], write: (line: string) => void): Promise<number> {
  if (args.length === 0) throw new WrongArguments('Give one or more files.')
  const missing = args.find((file) => !existsSync(file))
  if (missing !== undefined) throw new PenfeldError('PF_IMPORT_UNREADABLE', 'There is no such file.', { where: missing })
  const environment = readEnvironment()
  const folder = measuredFolder(environment)
  const bring = writerOf(folder) === undefined ? bringHere : bringThroughCollect
  let refused = 0
  for (const file of args) {
    const bar = progressBar(basename(file))
    const report = await bring(resolve(file), environment, bar)
    bar(1)
    if (process.stdout.isTTY) process.stdout.write('\n')
    for (const line of summary(basename(file), report)) write(line)
    refused += Object.values(report.refused).reduce((sum, { count }) => sum + count, 0)
  }
  return refused > 0 ? 1 : 0
}

const measuredFolder = ({ dataFolder, influxUrl }: Environment) => storeFolder(dataFolder, 'measured', influxUrl === undefined ? 'embedded' : 'influx')

type Bring = (file: string, environment: Environment, progress: (share: number) => void) => Promise<ImportReport>

const bringHere: Bring = async (file, environment, progress) => {
  const { district } = await loadDistrict(environment.districtFolder, environment.variables)
  const store = await openWriter('measured', storeSettings(environment, district))
  const consents = openConsentReader(join(environment.dataFolder, DATA_FILES.consents))
  const erasures = openErasureReader(join(environment.dataFolder, DATA_FILES.erasures))
  const gate = createCollectGate(district, createConsents(district, seldom(consents)), createErasedSpans(seldom(erasures)))
  try {
    const clock = createClock(environment.clockSetting, environment.clockStartedRealMs)
    const report = await importFile(file, { store, district, clock, gate, timeZone: district.timeZone, progress })
    while (await store.maintain(1_000)) progress(1)
    return report
  } finally {
    await store.close()
    consents.close()
    erasures.close()
  }
}

/** Collect is the one writer of the store: it takes the file from its inbox and writes a report beside it. */
const bringThroughCollect: Bring = async (file, environment, progress) => {
  const inbox = join(environment.dataFolder, IMPORT_INBOX)
  const name = `${Date.now()}-${basename(file)}`
  const reportFile = join(inbox, `${name}${REPORT_ENDING}`)
  mkdirSync(inbox, { recursive: true })
  copyFileSync(file, join(inbox, `.${name}.part`))
  renameSync(join(inbox, `.${name}.part`), join(inbox, name))
  for (;;) {
    await pause(500)
    if (existsSync(reportFile)) {
      const { share, done, report, error } = JSON.parse(readFileSync(reportFile, 'utf8')) as InboxReport
      progress(share)
      if (done) {
        rmSync(reportFile)
        if (report === undefined) throw new PenfeldError('PF_IMPORT_FAILED', error ?? 'The collector gave no reason.', { where: file })
        return report
      }
    } else if (writerOf(measuredFolder(environment)) === undefined) {
      throw new PenfeldError('PF_IMPORT_FAILED', 'The collector ended before it took the file; it takes it when it starts again.', { where: file })
    }
  }
}

function summary(name: string, { stored, deduplicated, revised, refused }: ImportReport): string[] {
  const count = (value: number) => value.toLocaleString('en')
  return [
    `${name}: ${count(stored)} values stored, ${count(deduplicated)} known already, ${count(revised)} revised.`,
    ...Object.entries(refused).map(([reason, { count: lines, lines: first }]) => {
      const shown = first.filter((line) => line > 0)
      return `  ${count(lines)} refused: ${reason}${shown.length === 0 ? '' : ` (line ${shown.join(', ')}${lines > shown.length ? ', ...' : ''})`}`
    }),
  ]
}
