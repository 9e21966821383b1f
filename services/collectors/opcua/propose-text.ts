import type { Quantity } from '#models/district/schema.ts'
import type { BrowsedVariable } from './browse.ts'
import { fitsCarrier, quantitiesOf, type UnitGuess } from './propose-units.ts'
import type { Proposal, ProposedDevice, ProposedProfile } from './propose.ts'

/** What a person may say beforehand, so that it need not be asked. */
export interface ProposalAnswers {
  readonly url: string
  readonly carrier: string | undefined
  /** Delivery points and elements of the district with their carrier: a device of the same name is taken to be on it. */
  readonly elements: ReadonlyMap<string, string>
  readonly securityMode: 'SignAndEncrypt' | 'None'
  readonly username: string | undefined
}

const quoted = (text: string): string => (/^[A-Za-z][\w.-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : JSON.stringify(text))
/** A comment stays one, whatever a server puts into its texts. */
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ')
const unitOf = (guess: UnitGuess): string | undefined => (guess.how === 'asked' ? undefined : guess.unit)

/** The profiles as files: name and text. Channels whose unit nobody said stand in them as questions. */
export function profileFiles({ profiles, devices }: Proposal, url: string): { readonly name: string; readonly text: string }[] {
  return profiles.filter(isUsable).map((profile) => {
    const example = devices.find((device) => device.profile === profile.id)!
    return { name: `${profile.id}.yaml`, text: `${profileLines(profile, example, url).join('\n')}\n` }
  })
}

const isUsable = ({ channels }: ProposedProfile): boolean => channels.some(({ unit }) => unit.how !== 'asked')

function profileLines({ id, devices, channels }: ProposedProfile, example: ProposedDevice, url: string): string[] {
  const lines = [
    `# Profile ${id}: ${devices} device${devices === 1 ? '' : 's'} with these nodes, e.g. ${oneLine(example.address)}. QUESTION: which model of device is it? Give it that name.`,
    `description: ${JSON.stringify(`Proposed from ${url}; the node of a channel is its address and its suffix.`)}`,
    'protocol: opcua',
    'channels:',
  ]
  for (const { name, suffix, unit } of channels) {
    const live = example.channels.get(name)!
    const now = live.value === null ? live.status : `${live.value}`
    const known = unitOf(unit)
    if (known === undefined) {
      const given = unit.how === 'asked' && unit.given !== undefined ? `the server says ${JSON.stringify(unit.given)}, which is not one of ours` : 'the server does not say'
      lines.push(`  # QUESTION ${name}: which unit? ${oneLine(given)} (now ${oneLine(now)}${live.description === undefined ? '' : `, described as ${JSON.stringify(oneLine(live.description))}`}).`)
      lines.push(`  # ${name}: { unit: ?, suffix: ${quoted(suffix)} }`)
    } else {
      const why = unit.how === 'described' ? ' QUESTION: only its description says this unit. Is it right?' : ''
      lines.push(`  ${name}: { unit: ${known === '1' ? "'1'" : known}, suffix: ${quoted(suffix)} } # now ${oneLine(now)} at ${oneLine(example.address)}.${why}`)
    }
  }
  return lines
}

/** The piece of a district document: what was decided, and what was not as a question in its place. */
export function districtText(proposal: Proposal, answers: ProposalAnswers): string {
  const { sourceId, namespaceUri, nodes, separator, devices, profiles, leftOut } = proposal
  const usable = new Map(profiles.filter(isUsable).map((profile) => [profile.id, profile]))
  const lines = [
    `# Proposed from ${oneLine(answers.url)}, namespace ${oneLine(namespaceUri)}.`,
    '# QUESTION: how often does it publish? periodS and staleAfterS are the usual ones.',
    'sources:',
    `  - id: ${sourceId}`,
    '    protocol: opcua',
    `    url: ${JSON.stringify(answers.url)}`,
    '    periodS: 10',
    '    staleAfterS: 60',
    '    options:',
    `      namespaceUri: ${JSON.stringify(namespaceUri)}`,
    ...(nodes === 'browse-path' ? ['      nodes: browse-path'] : separator === '.' ? [] : [`      separator: ${JSON.stringify(separator)}`]),
    ...(answers.securityMode === 'None' ? ['      securityMode: None # QUESTION: nothing is signed or encrypted. Must it be so?'] : []),
    ...(answers.username === undefined ? [] : [`      username: ${JSON.stringify(answers.username)}`, `      password: \${${sourceId.toUpperCase().replaceAll(/\W/g, '_')}_PASSWORD}`]),
  ]
  const active = devices.filter(({ profile }) => usable.has(profile))
  lines.push(active.length === 0 ? 'devices: []' : 'devices:')
  for (const { id, address, profile } of devices) {
    if (usable.has(profile)) lines.push(`  - { id: ${quoted(id)}, source: ${sourceId}, profile: ${profile}, address: ${JSON.stringify(address)} }`)
    else lines.push(`  # QUESTION ${oneLine(id)}: no unit of its nodes is known (${oneLine(address)}): ${[...devices.find((one) => one.id === id)!.channels.keys()].join(', ')}`)
  }
  const points = active.flatMap((device) => usable.get(device.profile)!.channels.flatMap((channel) => pointLines(device, channel, device.channels.get(channel.name)!, answers)))
  lines.push(points.some(({ isDecided }) => isDecided) ? 'measurementPoints:' : 'measurementPoints: []')
  if (points.length > 0) lines.push('  # QUESTION for all: is drawn power positive (sign 1)? Are step and resolution right? Is an energy or a volume a register, or the amount of a step?')
  lines.push(...points.flatMap(({ lines: of }) => of))
  if (leftOut.length > 0) lines.push('# Left out:', ...leftOut.map(({ path, nodeId, why }) => `#   ${oneLine(path)} (${oneLine(nodeId)}): ${oneLine(why)}`))
  return `${lines.join('\n')}\n`
}

function pointLines(device: ProposedDevice, { name, unit }: ProposedProfile['channels'][number], { range }: BrowsedVariable, { carrier: said, elements }: ProposalAnswers): { isDecided: boolean, lines: string[] }[] {
  const known = unitOf(unit)
  if (known === undefined) return []
  const on = elements.has(device.address) ? device.address : undefined
  const carrier = said ?? (on === undefined ? undefined : elements.get(on))
  const quantities = quantitiesOf(unit).filter((quantity) => carrier === undefined || fitsCarrier(quantity, carrier))
  const questions = [
    ...(quantities.length === 1 ? [] : [`quantity: ${quantities.join(' or ')}`]),
    ...(carrier === undefined ? ['carrier'] : []),
    ...(on === undefined ? ['on: which delivery point or element'] : []),
  ]
  const quantity = quantities.length === 1 ? quantities[0] : undefined
  const kind = quantity !== undefined && AMOUNTS.includes(quantity) ? 'register' : 'instant'
  const limits = range === undefined || !(range[0] < range[1]) ? '' : `, min: ${range[0]}, max: ${range[1]}`
  const line = `- { id: ${quoted(`${device.id}.${name}`)}, carrier: ${carrier ?? '?'}, quantity: ${quantity ?? '?'}, unit: ${known === '1' ? "'1'" : known}, kind: ${kind}, stepS: 600, sign: 1, resolution: 0.001${limits}, on: ${on === undefined ? '?' : quoted(on)}, feed: { device: ${quoted(device.id)}, channel: ${name} } }`
  return questions.length === 0 ? [{ isDecided: true, lines: [`  ${line}`] }] : [{ isDecided: false, lines: [`  # QUESTION ${questions.join('; ')}?`, `  # ${line}`] }]
}

const AMOUNTS: readonly Quantity[] = ['active-energy', 'thermal-energy', 'volume']
