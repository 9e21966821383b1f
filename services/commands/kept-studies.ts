import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { differingFigures } from '#models/reinforcement/differing-figures.ts'
import { untraceableText } from '#contract/untraceable-words.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import type { Environment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { openAppliedEditsReader } from '#services/editing/applied-edits.ts'
import { openEditLedgerReader } from '#services/editing/ledger.ts'
import { districtThen } from '#services/studies/district-basis.ts'
import type { DocumentLanguage } from '#services/study-document/content.ts'
import { documentFile, type DocumentFormat } from '#services/studies/documents.ts'
import type { KeptStudiesReader, StudyHead, Verification } from '#services/studies/port.ts'
import { traceOfInputs, type Untraceable } from '#services/studies/untraceable.ts'
import { progressBar } from './progress-bar.ts'
import type { StudyCommandParts } from './study.ts'
import { WrongArguments } from './wrong-arguments.ts'

export interface KeptParts extends StudyCommandParts {
  readonly environment: Environment
  readonly kept: KeptStudiesReader
}
type Command = (args: string[], write: (line: string) => void, parts: KeptParts) => Promise<number>

const SHOWN_PATHS = 50
const FORMATS: readonly DocumentFormat[] = ['html', 'pdf', 'xlsx', 'json', 'tender']
const SIGNATURES: Readonly<Record<Verification, string>> = {
  unsigned: 'It is not signed; its contents are those that were kept.',
  holds: 'The signature holds: it is what was signed here.',
  changed: 'CHANGED: it is not what was kept or signed.',
  'other-key': 'Signed with a key that is not of this installation: compare the key with the one its signer names.',
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')
const titleOf = ({ title, version }: StudyHead): string => `${title}, version ${version}`
const signatureOf = ({ signed }: StudyHead): string => (signed === null ? 'not signed' : `signed ${day(signed.signedAt)} by ${signed.signedBy}`)

function theStudy(positionals: readonly string[], kept: KeptStudiesReader): StudyHead {
  if (positionals.length !== 1) throw new WrongArguments('Give the id of one study; penfeld study list shows them.')
  const head = kept.head(positionals[0]!)
  if (head === undefined) throw new PenfeldError('PF_NOT_FOUND', `There is no study ${positionals[0]!}; penfeld study list shows them.`)
  return head
}

/** `penfeld study list`: newest first. */
export const listStudies: Command = async (args, write, { kept }) => {
  if (parseArgs({ args, options: {}, allowPositionals: true }).positionals.length > 0) throw new WrongArguments('list takes nothing more.')
  const all = kept.list()
  for (const head of all) write(`${head.studyId}  ${titleOf(head)}: kept ${day(head.createdAt)} by ${head.createdBy}, ${signatureOf(head)}`)
  if (all.length === 0) write('No study is kept.')
  return 0
}

/** `penfeld study show ID [--format F --out FILE [--lang L]]`: in a few lines, or as a document. */
export const showStudy: Command = async (args, write, { kept, environment, studyDocuments }) => {
  const { values, positionals } = parseArgs({ args, options: { format: { type: 'string' }, out: { type: 'string' }, lang: { type: 'string' } }, allowPositionals: true })
  const { format, out, lang = 'fr' } = values
  if (format !== undefined && !FORMATS.includes(format as DocumentFormat)) throw new WrongArguments(`--format is "${format}", expected html, pdf, xlsx, json or tender.`)
  if (lang !== 'fr' && lang !== 'en') throw new WrongArguments(`--lang is "${lang}", expected fr or en.`)
  if ((format === undefined) !== (out === undefined)) throw new WrongArguments(format === undefined ? 'Say which form the file has: --format.' : 'Say where to: --out FILE.')
  const head = theStudy(positionals, kept)
  const result = kept.result(head.studyId)!
  if (format === undefined || out === undefined) {
    write(`${titleOf(head)}: ${result.district.name.en}, ${result.ask.fromYear} to ${result.ask.toYear}, computed ${day(head.computedAt)} over ${day(head.baseFrom)} to ${day(head.baseTo)}.`)
    write(`Kept ${day(head.createdAt)} by ${head.createdBy}, ${signatureOf(head)}.${head.note === '' ? '' : ` ${head.note}`}`)
    write(`Answer: ${head.answer}${head.firstYear === null ? '' : `, first constrained ${head.firstYear}`}${head.recommendedEur === null ? '' : `, ${Math.round(head.recommendedEur)} EUR present value`}.`)
    return 0
  }
  const { changed } = await inputsChanged(head, { kept, environment })
  const { content } = await documentFile(studyDocuments, format as DocumentFormat, head, changed, result, lang as DocumentLanguage)
  writeFileSync(out, content)
  write(`${titleOf(head)}: ${out}`)
  return 0
}

/** `penfeld study verify ID`: 0 if its signature holds. */
export const verifyStudy: Command = async (args, write, parts) => {
  const head = theStudy(parseArgs({ args, options: {}, allowPositionals: true }).positionals, parts.kept)
  const verification = parts.kept.verify(head.studyId)!
  write(`${titleOf(head)}: ${signatureOf(head)}.`)
  write(SIGNATURES[verification])
  write(`SHA-256 ${head.sha256}`)
  if (head.signed !== null) write(`Key     ${head.signed.publicKey}`)
  const { changed, problem } = await inputsChanged(head, parts)
  if (changed.length > 0) write('Of its inputs have changed since, so that only a rerun over what it was frozen with gives its figures:')
  for (const { what, since } of changed) write(`  ${untraceableText(what, 'en')}, since ${day(since)}`)
  if (problem !== undefined) write(`What has changed of its inputs since cannot be told: ${problem}`)
  return verification === 'holds' ? 0 : 1
}

/** `penfeld study rerun ID`: over the frozen year and the district as it was then; 0 if every figure comes out the same. What is kept stays as it is. */
export const rerunStudy: Command = async (args, write, { kept, environment, runStudy }) => {
  const head = theStudy(parseArgs({ args, options: {}, allowPositionals: true }).positionals, kept)
  const before = kept.result(head.studyId)!
  const told = progressBar(titleOf(head))
  const now = await loadDistrict(environment.districtFolder, environment.variables)
  const district = districtThen(now.district, kept.basis(head.studyId)!)
  const differing = differingFigures(before, await runStudy({ ask: before.ask, frozen: kept.frozen(head.studyId)!, district, computedAt: Date.parse(before.computedAt) }, told))
  if (process.stdout.isTTY) write('')
  if (differing.length === 0) {
    write(`${titleOf(head)}: every figure came out the same.`)
    return 0
  }
  write(`${titleOf(head)}: ${differing.length} figures came out otherwise:`)
  for (const path of differing.slice(0, SHOWN_PATHS)) write(`  ${path}`)
  if (differing.length > SHOWN_PATHS) write(`  and ${differing.length - SHOWN_PATHS} more`)
  return 1
}

/** `problem`: why it cannot be told, which does not stop what else is asked. */
async function inputsChanged(head: StudyHead, { kept, environment }: Pick<KeptParts, 'kept' | 'environment'>): Promise<{ changed: readonly Untraceable[]; problem?: string }> {
  const edits = openEditLedgerReader(join(environment.dataFolder, DATA_FILES.edits))
  const appliedEdits = openAppliedEditsReader(join(environment.dataFolder, DATA_FILES.appliedEdits))
  try {
    const district = await loadDistrict(environment.districtFolder, environment.variables)
    const clock = createClock(environment.clockSetting, environment.clockStartedRealMs)
    return { changed: traceOfInputs({ district, edits, appliedEdits, kept, now: () => clock.now() })(head) }
  } catch (error) {
    if (!(error instanceof PenfeldError)) throw error
    return { changed: [], problem: error.detail }
  } finally {
    edits.close()
    appliedEdits.close()
  }
}
