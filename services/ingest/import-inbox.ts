import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ERROR_CODES } from '#models/errors/codes.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { District } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { isMeterFile } from '#services/collectors/files/read-file.ts'
import type { CollectGate } from '#services/consents/collect-gate.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { importFile } from './import-file.ts'
import { REPORT_ENDING, type InboxReport } from './import-desk.ts'

const LOOK_EVERY_MS = 1_000

export interface ImportInboxOptions {
  readonly folder: string
  readonly store: TimeSeriesStore
  readonly district: District
  readonly clock: Clock
  readonly log: Logger
  readonly gate?: CollectGate | undefined
}

/**
 * Files that `penfeld import` or the operator's page hands over while collect holds the store. Beside each stands a report
 * that they follow; a file that was taken goes to done/ or failed/, so that a crash only makes it start again, which
 * changes nothing.
 */
export function watchImportInbox({ folder, store, district, clock, log, gate }: ImportInboxOptions): { stop(): Promise<void> } {
  for (const name of ['done', 'failed']) mkdirSync(join(folder, name), { recursive: true })
  let stopping = false
  const report = (name: string, content: InboxReport) => {
    const file = join(folder, `${name}${REPORT_ENDING}`)
    writeFileSync(`${file}.part`, JSON.stringify(content))
    renameSync(`${file}.part`, file)
  }
  const takeAll = async () => {
    for (const name of readdirSync(folder).filter(isMeterFile).sort()) {
      let to = 'done'
      try {
        const result = await importFile(join(folder, name), { store, district, clock, gate, timeZone: district.timeZone, progress: (share) => report(name, { share, done: false }) })
        report(name, { share: 1, done: true, report: result })
      } catch (error) {
        // No fault of the file: it stays and is taken when the store takes values again.
        if (error instanceof PenfeldError && error.retryable) throw error
        to = 'failed'
        log.error({ file: name, error: String(error) }, 'a file could not be imported')
        report(name, { share: 1, done: true, error: toldOf(error) })
      }
      renameSync(join(folder, name), join(folder, to, name))
    }
  }
  const looking = (async () => {
    while (!stopping) {
      await takeAll().catch((error: unknown) => log.error({ error: String(error) }, 'importing waits'))
      await pause(LOOK_EVERY_MS)
    }
  })()
  return { stop: async () => { stopping = true; await looking } }
}

/** What whoever gave the file is told: not where it lies on this machine. */
const toldOf = (error: unknown): string =>
  error instanceof PenfeldError ? `${error.code}: ${error.detail} ${ERROR_CODES[error.code].remedy}` : error instanceof Error ? error.message : String(error)
