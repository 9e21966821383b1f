import type { BrowsedVariable } from './browse.ts'
import { proposedUnit, type UnitGuess } from './propose-units.ts'

/** Variables of one namespace that become one source. */
export interface Proposal {
  readonly sourceId: string
  readonly namespaceUri: string
  readonly nodes: 'identifier' | 'browse-path'
  readonly separator: string
  readonly devices: readonly ProposedDevice[]
  readonly profiles: readonly ProposedProfile[]
  /** Variables that were left out, with the reason. */
  readonly leftOut: readonly { readonly nodeId: string; readonly path: string; readonly why: string }[]
}

export interface ProposedDevice {
  readonly id: string
  readonly address: string
  readonly profile: string
  readonly channels: ReadonlyMap<string, BrowsedVariable>
}

export interface ProposedProfile {
  readonly id: string
  readonly devices: number
  readonly channels: readonly { readonly name: string; readonly suffix: string; readonly unit: UnitGuess }[]
}

const SEPARATORS = ['.', '/', ':', '_', '-']
const PATH_SEPARATOR = '/'
const LONGEST_NAME = 50

/** Proposes a source for each namespace with numbers in it; pure, and the same for the same server. */
export function propose(variables: readonly BrowsedVariable[], sourceId: string): Proposal[] {
  const byNamespace = [...Map.groupBy(variables, ({ namespaceUri }) => namespaceUri)].filter(([, all]) => all.some(({ isScalarNumber }) => isScalarNumber))
  return byNamespace.map(([namespaceUri, all], index) => proposeSource(namespaceUri, all, byNamespace.length === 1 ? sourceId : `${sourceId}-${index + 1}`))
}

function proposeSource(namespaceUri: string, variables: readonly BrowsedVariable[], sourceId: string): Proposal {
  const numbers = variables.filter(({ isScalarNumber }) => isScalarNumber)
  const leftOut = variables.filter(({ isScalarNumber }) => !isScalarNumber).map((one) => ({ nodeId: one.nodeId, path: one.path.join(PATH_SEPARATOR), why: `its type is ${one.dataType}, not a single number` }))
  const separator = separatorOf(numbers)
  const nodes = separator === undefined ? 'browse-path' : 'identifier'
  const placed: Placed[] = []
  for (const one of numbers) {
    if (separator !== undefined) {
      const cut = one.identifier!.lastIndexOf(separator)
      placed.push({ variable: one, address: one.identifier!.slice(0, cut), suffix: one.identifier!.slice(cut + separator.length) })
    } else if (!one.isOneNamespace) leftOut.push({ nodeId: one.nodeId, path: one.path.join(PATH_SEPARATOR), why: 'its path goes through several namespaces' })
    else if (one.path.some((name) => name.includes(PATH_SEPARATOR))) leftOut.push({ nodeId: one.nodeId, path: one.path.join(' > '), why: 'a name of its path holds a /' })
    else if (one.path.length < 2) leftOut.push({ nodeId: one.nodeId, path: one.path.join(PATH_SEPARATOR), why: 'it hangs on no object that could be a device' })
    else placed.push({ variable: one, address: '', suffix: '' })
  }
  const grouped = separator === undefined ? byPattern(placed.map(({ variable }) => variable)) : placed
  const devices = [...Map.groupBy(grouped, ({ address }) => address)]
  const profiles = new Map<string, ProposedProfile>()
  const ids = uniqueNames()
  const proposedDevices = devices.map(([address, rows]): ProposedDevice => {
    const names = uniqueNames()
    const channels = rows.toSorted((left, right) => (left.suffix < right.suffix ? -1 : 1)).map(({ suffix, variable }) => ({ name: names(suffix, 'channel'), suffix, variable }))
    // Devices with the same suffixes of the same units are of one model.
    const pattern = JSON.stringify(channels.map(({ suffix, variable }) => [suffix, proposedUnit(variable)]))
    const known = profiles.get(pattern)
    const profile: ProposedProfile = known ?? {
      id: `${sourceId}-${profiles.size + 1}`, devices: 0,
      channels: channels.map(({ name, suffix, variable }) => ({ name, suffix, unit: proposedUnit(variable) })),
    }
    profiles.set(pattern, { ...profile, devices: profile.devices + 1 })
    return { id: ids(`${sourceId}-${address}`, 'device'), address, profile: profile.id, channels: new Map(channels.map(({ name, variable }) => [name, variable])) }
  })
  return { sourceId, namespaceUri, nodes, separator: separator ?? PATH_SEPARATOR, devices: proposedDevices, profiles: [...profiles.values()], leftOut }
}

interface Placed { readonly variable: BrowsedVariable, readonly address: string, readonly suffix: string }

/** The text between address and suffix, if all identifiers are texts and few suffixes come back at many addresses. */
function separatorOf(numbers: readonly BrowsedVariable[]): string | undefined {
  if (numbers.length === 0 || numbers.some(({ identifier }) => identifier === undefined)) return undefined
  const identifiers = numbers.map(({ identifier }) => identifier!)
  const fits = SEPARATORS.filter((separator) => identifiers.every((text) => text.lastIndexOf(separator) > 0 && !text.endsWith(separator)))
  const suffixes = (separator: string): number => new Set(identifiers.map((text) => text.slice(text.lastIndexOf(separator) + 1))).size
  const best = fits.toSorted((left, right) => suffixes(left) - suffixes(right)).at(0)
  return best !== undefined && (suffixes(best) < identifiers.length || identifiers.length === 1) ? best : undefined
}

/**
 * Cuts paths into device and suffix: the topmost objects that have a sibling of the same inside are devices, with all that
 * is below them; what is left belongs to the object it hangs on.
 */
function byPattern(variables: readonly BrowsedVariable[]): Placed[] {
  const inside = new Map<string, string[]>()
  for (const { path } of variables) {
    for (let end = 1; end < path.length; end++) {
      const object = path.slice(0, end).join(PATH_SEPARATOR)
      const suffix = path.slice(end).join(PATH_SEPARATOR)
      const known = inside.get(object)
      if (known === undefined) inside.set(object, [suffix])
      else known.push(suffix)
    }
  }
  const parentOf = (object: string): string => object.slice(0, Math.max(0, object.lastIndexOf(PATH_SEPARATOR)))
  const alike = Map.groupBy(inside.keys(), (object) => `${parentOf(object)}\n${inside.get(object)!.toSorted().join('\n')}`)
  const isDevice = new Set([...alike.values()].filter((objects) => objects.length > 1).flat())
  return variables.map((variable) => {
    const { path } = variable
    let end = path.length - 1
    for (let at = 1; at < path.length; at++) {
      if (isDevice.has(path.slice(0, at).join(PATH_SEPARATOR))) {
        end = at
        break
      }
    }
    return { variable, address: path.slice(0, end).join(PATH_SEPARATOR), suffix: path.slice(end).join(PATH_SEPARATOR) }
  })
}

/** Names as the district document and profiles want them, each given once. */
function uniqueNames(): (text: string, otherwise: string) => string {
  const given = new Set<string>()
  return (text, otherwise) => {
    const plain = text.normalize('NFKD').replace(/[^\w.-]+/g, '-').replaceAll('_', '-').replace(/^[^a-zA-Z]+/, '').slice(0, LONGEST_NAME).replace(/[-.]+$/, '')
    const base = otherwise === 'channel' ? plain.toLowerCase().replaceAll('.', '-') : plain
    let name = base === '' ? otherwise : base
    for (let count = 2; given.has(name); count++) name = `${base === '' ? otherwise : base}-${count}`
    given.add(name)
    return name
  }
}
