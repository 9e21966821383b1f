import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument, YAMLParseError } from 'yaml'
import { checkDistrict } from '#models/district/check.ts'
import type { ProfileChannels } from '#models/district/check-measurements.ts'
import { datedChanges } from '#models/district/at.ts'
import { canonicalText } from '#models/district/difference.ts'
import { fault, type Fault } from '#models/district/fault.ts'
import type { District } from '#models/district/schema.ts'
import { validateGrid } from '#models/grid/validate.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { profileChannels } from '#services/collectors/profile-channels.ts'
import { servedSources } from '#services/hosts/requirements.ts'
import type { LoadedDistrict } from './district-folder.ts'
import { fillVariables } from './fill-variables.ts'
import { lineFinder } from './line-finder.ts'
import { mergeDocuments, type DistrictFile } from './merge-documents.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What a folder holds: faults with file and line, and the district if there are none. */
export interface DistrictReading {
  readonly faults: readonly Fault[]
  readonly loaded: LoadedDistrict | undefined
}

/** Faults named in an error; the whole list is what `penfeld check` is for. */
const FAULTS_SHOWN = 5

/**
 * Reads a folder of `*.yaml`, `*.yml` and `*.json` into one checked district. Throws PF_DISTRICT_UNREADABLE if a file
 * cannot be read and PF_DISTRICT_INVALID if the document has any fault: it is taken whole or not at all.
 */
export async function loadDistrict(folder: string, variables: Variables, profiles?: ProfileChannels): Promise<LoadedDistrict> {
  const { loaded, faults } = await readDistrict(folder, variables, profiles)
  if (loaded !== undefined) return loaded
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ file, line, path, message }) => `${file ?? folder}${line === undefined ? '' : `:${line}`} ${path}: ${message}`)
  const more = faults.length > FAULTS_SHOWN ? ` And ${faults.length - FAULTS_SHOWN} more.` : ''
  throw new PenfeldError('PF_DISTRICT_INVALID', `${faults.length} fault${faults.length === 1 ? '' : 's'}. ${shown.join(' ')}${more}`, { where: folder })
}

/** The same without throwing for faults, so that all of them can be listed. */
export async function readDistrict(folder: string, variables: Variables, profiles: ProfileChannels = profileChannels()): Promise<DistrictReading> {
  const texts = await readTexts(folder)
  const files: DistrictFile[] = []
  const faults: Fault[] = []
  for (const [name, text] of texts) {
    try {
      files.push({ name, content: parse(name, text) })
    } catch (error) {
      if (!(error instanceof YAMLParseError || error instanceof SyntaxError)) throw error
      const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined
      faults.push({ ...fault('PF_DISTRICT_UNREADABLE', '', error.message.split('\n')[0], 'Correct the syntax of the file.'), file: name, line })
    }
  }
  const merged = mergeDocuments(files)
  faults.push(...merged.faults)
  // A file that cannot be read would make everything that refers to it a fault too: mend it first.
  if (faults.length > 0) return { faults, loaded: undefined }

  // The version names the content of the folder, whatever the environment fills in (secrets stay out of the hash).
  const version = createHash('sha256').update(canonicalText(merged.document)).digest('hex').slice(0, 16)
  const filled = fillVariables(merged.document, variables, servedSources(variables))
  const found = [...filled.faults, ...checkDistrict(filled.document, profiles)]
  if (found.length === 0) found.push(...networkFaults(filled.document as District))
  if (found.length > 0) {
    const lineOf = lineFinder(texts)
    const place = (one: Fault): Fault => {
      const origin = merged.origin(one.path)
      return origin === undefined ? one : { ...one, file: origin.file, line: lineOf(origin.file, origin.path) }
    }
    return { faults: found.map(place), loaded: undefined }
  }
  return { faults: [], loaded: { district: filled.document as District, version, folder, written: merged.document } }
}

/** The network as it is switched after the last dated change: can it be computed and rated? */
function networkFaults({ network }: District): readonly Fault[] {
  const lastChange = datedChanges(network).at(-1)
  return lastChange === undefined ? [] : validateGrid(network, lastChange)
}

async function readTexts(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(ya?ml|json)$/.test(name)).sort()
    if (names.length === 0) throw new PenfeldError('PF_DISTRICT_UNREADABLE', 'There is no .yaml or .json file in the folder.', { where: folder })
    return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)))
  } catch (cause) {
    if (cause instanceof PenfeldError) throw cause
    throw new PenfeldError('PF_DISTRICT_UNREADABLE', cause instanceof Error ? `${cause.message}.` : 'It cannot be read.', { where: folder, cause })
  }
}

function parse(name: string, text: string): unknown {
  // JSON is YAML too, but its own parser is fifty times faster; it is asked first.
  if (name.endsWith('.json')) return JSON.parse(text)
  const document = parseDocument(text)
  if (document.errors.length > 0) throw document.errors[0]
  return document.toJS({ maxAliasCount: 100 })
}
