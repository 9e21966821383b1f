import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { isMeterFile } from '#services/collectors/files/read-file.ts'
import type { ImportReport } from './import-gathering.ts'

export const REPORT_ENDING = '.report.json'
/** Reports that are shown; older ones go when a new file comes. */
const REPORTS_KEPT = 50
/** Files that may wait at once: collect takes them one by one. */
const MOST_WAITING = 20
const LONGEST_NAME = 80
/** Time of arrival, a number nobody guesses, the given name. */
const UPLOADED = /^(\d{13})-([0-9a-f]{8})-(.+)$/

/** What collect writes beside a file while it takes it, and when it is through. */
export interface InboxReport {
  readonly share: number
  readonly done: boolean
  readonly report?: ImportReport
  readonly error?: string
}

export interface ImportState {
  readonly importId: string
  readonly name: string
  readonly receivedAt: number
  readonly sizeBytes: number
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly share: number
  readonly report: ImportReport | undefined
  readonly error: string | undefined
}

/** Where uploaded files are handed to collect, and what became of them. */
export interface ImportDesk {
  readonly largestBytes: number
  /** Newest first. */
  list(): ImportState[]
  /** Puts a file into the inbox once it is whole. Throws PF_IMPORT_NAME_INVALID, PF_IMPORT_TOO_LARGE, PF_BUSY. */
  receive(name: string, content: Readable, at: number): Promise<ImportState>
}

export function openImportDesk(folder: string, largestBytes: number): ImportDesk {
  // What an upload left behind that a crash cut off.
  if (existsSync(folder)) for (const name of readdirSync(folder)) if (/^\.\d{13}-[0-9a-f]{8}-.*\.part$/.test(name)) rmSync(join(folder, name), { force: true })
  const stateOf = (importId: string): ImportState | undefined => {
    const [, at, , name] = UPLOADED.exec(importId) ?? []
    if (at === undefined) return undefined
    const report = readReport(join(folder, `${importId}${REPORT_ENDING}`))
    const place = ['', 'done', 'failed'].map((sub) => join(folder, sub, importId)).find(existsSync)
    return {
      importId, name, receivedAt: Number(at), sizeBytes: place === undefined ? 0 : statSync(place).size,
      state: report === undefined ? 'waiting' : !report.done ? 'running' : report.error === undefined ? 'done' : 'failed',
      share: report?.share ?? 0, report: report?.report, error: report?.error,
    }
  }
  const ids = (): string[] => {
    if (!existsSync(folder)) return []
    const names = readdirSync(folder)
    const reported = names.filter((name) => name.endsWith(REPORT_ENDING)).map((name) => name.slice(0, -REPORT_ENDING.length))
    return [...new Set([...names.filter(isMeterFile), ...reported])].filter((name) => UPLOADED.test(name)).sort().reverse()
  }
  return {
    largestBytes,
    list: () => ids().slice(0, REPORTS_KEPT).flatMap((id) => stateOf(id) ?? []),
    async receive(name, content, at) {
      const kept = keptName(name)
      if (kept === undefined) throw new PenfeldError('PF_IMPORT_NAME_INVALID', `The name is "${name.slice(0, 80)}".`, { where: 'name' })
      mkdirSync(folder, { recursive: true })
      if (readdirSync(folder).filter(isMeterFile).length >= MOST_WAITING) throw new PenfeldError('PF_BUSY', 'Too many files wait to be imported.')
      const importId = `${String(at).padStart(13, '0')}-${randomBytes(4).toString('hex')}-${kept}`
      const part = join(folder, `.${importId}.part`)
      try {
        await pipeline(content, atMost(largestBytes), createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }))
        renameSync(part, join(folder, importId))
      } catch (error) {
        rmSync(part, { force: true })
        throw error
      }
      for (const old of ids().slice(REPORTS_KEPT)) rmSync(join(folder, `${old}${REPORT_ENDING}`), { force: true })
      return stateOf(importId)!
    },
  }
}

/** A name of letters that no file system and no command reads otherwise; undefined if its ending is not of a meter's file. */
export function keptName(name: string): string | undefined {
  const base = name.split(/[/\\]/).at(-1)!.normalize('NFKD').replace(/[\u0300-\u036F]/g, '').replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._-]+/, '')
  const ending = /\.(csv|txt|xml)(\.gz)?$/i.exec(base)?.[0]
  return ending === undefined || base.length === ending.length ? undefined : `${base.slice(0, base.length - ending.length).slice(0, LONGEST_NAME)}${ending.toLowerCase()}`
}

function atMost(bytes: number): Transform {
  let seen = 0
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      seen += piece.length
      if (seen > bytes) done(new PenfeldError('PF_IMPORT_TOO_LARGE', `It has more than ${Math.floor(bytes / 1024 ** 2)} MiB.`))
      else done(null, piece)
    },
  })
}

/** Undefined if there is none yet: it is renamed into place, so it is whole where it is. */
function readReport(file: string): InboxReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as InboxReport
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
