import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { AuditEntry, AuditFilter, AuditReader } from '#services/audit/port.ts'
import { openAuditReader } from '#services/audit/query.ts'
import { verifyAudit } from '#services/audit/verify.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { oneLine } from '#services/telemetry/secrets.ts'
import { WrongArguments } from './wrong-arguments.ts'

type Write = (line: string) => void
const COMMANDS: Readonly<Record<string, (args: string[], write: Write) => Promise<number>>> = { verify, list, export: exportEntries }
const SHOWN = 200
const SLICE = 2_000

/** `penfeld audit verify | list | export`: reads only; may be called while the service runs. */
export async function audit(args: string[], write: Write): Promise<number> {
  const [what = '', ...rest] = args
  if (!Object.hasOwn(COMMANDS, what)) throw new WrongArguments('Say what: verify, list or export.')
  return COMMANDS[what]!(rest, write)
}

/** `penfeld audit verify [FOLDER]`: 0 if every entry is as it was written, else 1 and the first that is not. FOLDER: that of a backup's `data`, or a copy. */
async function verify(args: string[], write: Write): Promise<number> {
  const { positionals } = parseArgs({ args, options: {}, allowPositionals: true })
  if (positionals.length > 1) throw new WrongArguments('Give one folder.')
  const { dataFolder, auditHeads } = readEnvironment()
  const { entries, heads, outsideHeads, vouchedFor, fault } = verifyAudit({ dataFolder: positionals[0] === undefined ? dataFolder : resolve(positionals[0]), heads: auditHeads })
  write(`${entries} entries read, ${heads} signed heads in the file, ${outsideHeads} in the second place${auditHeads === undefined ? ' (PENFELD_AUDIT_HEADS is not set: it lies in the same folder)' : ''}.`)
  if (fault === undefined) {
    write(`Every entry is as it was written. A head told outside vouches for entries 1 to ${vouchedFor}${entries > vouchedFor ? `; the last ${entries - vouchedFor} have only the chain` : ''}.`)
    return 0
  }
  write(`${fault.seq === null ? 'FAULT' : `FAULT at entry ${fault.seq}`}: ${oneLine(fault.what)}`)
  return 1
}

const FILTERS = { subject: { type: 'string' }, actor: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } } as const

/** `penfeld audit list [--subject X] [--actor Y] [--from DATE] [--to DATE]`: the newest first. */
async function list(args: string[], write: Write): Promise<number> {
  const { values } = parseArgs({ args, options: FILTERS })
  const filter = filterOf(values)
  return reading(async (reader) => {
    const found = reader.list({ ...filter, limit: SHOWN + 1 })
    for (const entry of found.slice(0, SHOWN)) write(oneLine(lineOf(entry)))
    if (found.length === 0) write('No entry fits.')
    if (found.length > SHOWN) write(`These are the newest ${SHOWN}; penfeld audit export gives all.`)
    return 0
  })
}

/** `penfeld audit export --out FILE [...]`: every entry that fits, one JSON object a line, the newest first. */
async function exportEntries(args: string[], write: Write): Promise<number> {
  const { values: { out, ...values } } = parseArgs({ args, options: { ...FILTERS, out: { type: 'string' } } })
  if (out === undefined) throw new WrongArguments('Say where to: --out FILE.')
  const filter = filterOf(values)
  return reading(async (reader) => {
    const file = createWriteStream(out, { mode: 0o600 })
    let count = 0
    for (let before: number | undefined; ;) {
      const entries = reader.list({ ...filter, before, limit: SLICE })
      for (const entry of entries) if (!file.write(`${JSON.stringify(entry)}\n`)) await once(file, 'drain')
      count += entries.length
      if (entries.length < SLICE) break
      before = entries.at(-1)!.seq
    }
    file.end()
    await once(file, 'finish')
    write(`${count} entries in ${out}. They name people: keep the file as you keep the log.`)
    return 0
  })
}

async function reading(work: (reader: AuditReader) => Promise<number>): Promise<number> {
  const reader = openAuditReader(join(readEnvironment().dataFolder, DATA_FILES.audit))
  try {
    return await work(reader)
  } finally {
    reader.close()
  }
}

function filterOf({ subject, actor, from, to }: { readonly subject?: string; readonly actor?: string; readonly from?: string; readonly to?: string }): Omit<AuditFilter, 'limit'> {
  const at = (name: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    const instant = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
    if (Number.isNaN(instant)) throw new WrongArguments(`--${name} is "${text}", expected a date such as 2026-01-31.`)
    return instant
  }
  return { subject, actor, from: at('from', from), to: at('to', to) }
}

const nameOf = (party: AuditEntry['actor']): string => (party === null ? '-' : party.kind === 'erased' ? `erased ${party.id}` : `${party.kind} ${party.id}${party.name === undefined ? '' : ` (${party.name})`}`)
const lineOf = ({ seq, at, kind, actor, act, subject, reason }: AuditEntry): string =>
  `${seq}  ${new Date(at).toISOString()}  ${kind}  ${nameOf(actor)}  ${act}  ${nameOf(subject)}${reason === null ? '' : `  "${reason}"`}`
