import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { browseVariables, type Browsed, type BrowsedVariable } from '#services/collectors/opcua/browse.ts'
import { openCertificates, putOwnCertificateAside } from '#services/collectors/opcua/certificates.ts'
import { closeClient, closeSession, identityOf, openClient } from '#services/collectors/opcua/connection.ts'
import { speakThrough } from '#services/collectors/opcua/library-log.ts'
import { readLimits } from '#services/collectors/opcua/limits.ts'
import { districtText, profileFiles, type ProposalAnswers } from '#services/collectors/opcua/propose-text.ts'
import { propose } from '#services/collectors/opcua/propose.ts'
import { settingsOf } from '#services/collectors/opcua/settings.ts'
import { decideTrust, listTrust, type TrustFolders } from '#services/collectors/opcua/trust.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import { silentLogger } from '#services/telemetry/logger.ts'

type Write = (line: string) => void

const USAGE = [
  'penfeld opcua browse URL [--source ID] [--trust FOLDER | --security none] [--user NAME] [--carrier CARRIER] [--depth N] [--nodes N] [--json | --yaml]',
  '    lists the variables of a server and proposes a mapping; the password of --user stands in PENFELD_OPCUA_PASSWORD',
  'penfeld opcua trust list | approve THUMBPRINT | revoke THUMBPRINT | renew  [--source ID]',
  '    certificates of servers that wait for a decision, are trusted or revoked; renew puts our own certificate aside for a new one',
]

/** `penfeld opcua browse` and `penfeld opcua trust`. */
export async function opcua(args: string[], write: Write): Promise<number> {
  const [what, ...rest] = args
  if (what === 'browse') return await browse(rest, write)
  if (what === 'trust') return await trust(rest, write)
  for (const line of USAGE) write(line)
  return 2
}

async function browse(args: string[], write: Write): Promise<number> {
  const { values, positionals } = parseArgs({
    args, allowPositionals: true,
    options: {
      source: { type: 'string', default: 'opcua' }, trust: { type: 'string' }, security: { type: 'string' }, user: { type: 'string' }, carrier: { type: 'string' },
      depth: { type: 'string', default: '12' }, nodes: { type: 'string', default: '20000' }, json: { type: 'boolean', default: false }, yaml: { type: 'boolean', default: false },
    },
  })
  const [url] = positionals
  const limits = { depth: Number(values.depth), nodes: Number(values.nodes) }
  if (url === undefined || positionals.length > 1 || (values.security !== undefined && values.security !== 'none') || !(limits.depth > 0) || !(limits.nodes > 0)) {
    for (const line of USAGE) write(line)
    return 2
  }
  const environment = readEnvironment()
  const stateFolder = join(environment.dataFolder, 'sources', values.source)
  const browsed = await browseServer({ url, limits, stateFolder, trustedFolder: values.trust === undefined ? undefined : resolve(values.trust), isOpen: values.security === 'none', username: values.user, password: environment.variables['PENFELD_OPCUA_PASSWORD'] })
  const answers: ProposalAnswers = {
    url, carrier: values.carrier, username: values.user, securityMode: values.security === 'none' ? 'None' : 'SignAndEncrypt',
    elements: await elementsOf(environment.districtFolder, environment.variables),
  }
  const proposals = propose(browsed.variables, values.source).map((proposal) => ({ district: districtText(proposal, answers), profiles: profileFiles(proposal, url) }))
  if (values.json) {
    write(JSON.stringify({ ...browsed, proposals }, null, 2))
    return 0
  }
  if (!values.yaml) for (const line of table(browsed)) write(line)
  for (const { district, profiles } of proposals) {
    for (const { name, text } of profiles) write(`---\n# --- services/collectors/profiles/${name}\n${text.trimEnd()}`)
    write(`---\n# --- a file of the district folder\n${district.trimEnd()}`)
  }
  return 0
}

interface BrowseAsked {
  readonly url: string
  readonly limits: { readonly depth: number; readonly nodes: number }
  readonly stateFolder: string
  readonly trustedFolder: string | undefined
  readonly isOpen: boolean
  readonly username: string | undefined
  readonly password: string | undefined
}

/** Connects as a source would, looks at everything and goes. Throws PF_OPCUA_BROWSE_FAILED. */
export async function browseServer({ url, limits, stateFolder, trustedFolder, isOpen, username, password }: BrowseAsked): Promise<Browsed> {
  speakThrough(silentLogger)
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  const folders: TrustFolders = { stateFolder, trustedFolder }
  const settings = {
    ...settingsOf({ id: 'browse', protocol: 'opcua', url, periodS: 1, staleAfterS: 1, options: isOpen ? { securityMode: 'None' } : {} }, stateFolder), username, password,
  }
  try {
    // First, so that a password is not even thought of on a line without security.
    const identity = identityOf(settings)
    const client = await openClient(settings, await openCertificates(folders, silentLogger), folders)
    try {
      const session = await client.createSession(identity)
      try {
        const line = { client, session }
        return await browseVariables(line, await readLimits(line), limits)
      } finally {
        await closeSession(session)
      }
    } finally {
      await closeClient(client)
    }
  } catch (error) {
    if (error instanceof PenfeldError) throw error
    throw new PenfeldError('PF_OPCUA_BROWSE_FAILED', `${error instanceof Error ? error.message.split('\n')[0] : String(error)}.`, { where: url, cause: error })
  }
}

/** Delivery points and electrical elements of the district at hand, by id; none if there is no valid one. */
async function elementsOf(folder: string, variables: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  let district: District
  try {
    ;({ district } = await loadDistrict(folder, variables))
  } catch {
    return new Map()
  }
  const { substations: _places, ...elements } = district.network
  const ids = Object.values(elements as Record<string, unknown>).flatMap((list) => (Array.isArray(list) ? (list as { id?: string }[]) : [])).flatMap(({ id }) => (id === undefined ? [] : [id]))
  return new Map([...ids.map((id) => [id, 'electricity'] as const), ...district.deliveryPoints.map(({ id, carrier }) => [id, carrier] as const)])
}

function table({ variables, nodesSeen, stopped }: Browsed): string[] {
  const rows = variables.map((one) => [one.path.join('/'), one.nodeId, one.namespaceUri, one.dataType, unitText(one), String(one.value ?? one.status), one.hasHistory ? 'history' : ''].map(printable))
  const widths = rows.reduce((widest, row) => row.map((cell, index) => Math.min(60, Math.max(widest[index], cell.length))), [0, 0, 0, 0, 0, 0, 0])
  return [
    ...rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index])).join('  ').trimEnd()),
    `${variables.length} variables among ${nodesSeen} nodes.${stopped === undefined ? '' : ` Not everything: ${stopped}.`}`,
  ]
}

const unitText = ({ unit, range }: BrowsedVariable): string => `${unit ?? '-'}${range === undefined ? '' : ` (${range[0]} to ${range[1]})`}`
/** Texts of a server do not move the cursor of a terminal. */
const printable = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?')

async function trust(args: string[], write: Write): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { source: { type: 'string' } } })
  const [action, given] = positionals
  const isDecision = action === 'approve' || action === 'revoke'
  if (!(action === 'list' || isDecision || (action === 'renew' && values.source !== undefined)) || isDecision !== (given !== undefined)) {
    for (const line of USAGE) write(line)
    return 2
  }
  const environment = readEnvironment()
  const { sources } = await loadDistrict(environment.districtFolder, environment.variables).then(({ district }) => district, () => ({ sources: [] }))
  const ids = values.source === undefined ? sources.filter(({ protocol }) => protocol === 'opcua').map(({ id }) => id) : [values.source]
  const places = ids.map((id) => {
    const stateFolder = join(environment.dataFolder, 'sources', id)
    const source = sources.find((one) => one.id === id)
    return { id, stateFolder, trustedFolder: source === undefined ? undefined : resolve(settingsOf(source, stateFolder).trustedCertificateFolder) }
  })
  if (action === 'renew') {
    await putOwnCertificateAside(places[0].stateFolder)
    write(`${places[0].id}: the next connection makes a new certificate; the server must be told to trust it.`)
    return 0
  }
  if (action === 'list') {
    if (places.every((folders) => listTrust(folders).length === 0)) write('No source has seen a certificate yet.')
    for (const folders of places) {
      for (const { state, certificate } of listTrust(folders)) write(`${folders.id}  ${state.padEnd(7)}  ${certificate.thumbprint}  until ${new Date(certificate.expiresAt).toISOString().slice(0, 10)}  ${printable(certificate.subject)}`)
    }
    return 0
  }
  const thumbprint = given.replaceAll(/[:\s]/g, '').toUpperCase()
  const known = places.filter((folders) => listTrust(folders).some(({ certificate }) => certificate.thumbprint === thumbprint))
  if (known.length !== 1) {
    write(known.length === 0 ? `No source has seen a certificate ${thumbprint}.` : `Several sources have seen it (${known.map(({ id }) => id).join(', ')}): say which one with --source.`)
    return 1
  }
  decideTrust(known[0], thumbprint, action === 'approve' ? 'trusted' : 'revoked', environment.variables['USER'] ?? 'unknown')
  write(`${known[0].id}: ${thumbprint} is ${action === 'approve' ? 'trusted' : 'revoked'} from now on.`)
  return 0
}
