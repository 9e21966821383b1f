/** Topics and addresses of Sparkplug B: `spBv1.0/GROUP/TYPE/NODE[/DEVICE]`. */

const NAMESPACE = 'spBv1.0'
const RECEIVED = ['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'] as const
export type MessageType = (typeof RECEIVED)[number]

export interface Address {
  /** `GROUP/NODE`. */
  readonly node: string
  /** Empty for the metrics of the edge node itself. */
  readonly device: string
}

/** The address of a device of the district document, or undefined if it is none. */
export function parseAddress(text: string | number): Address | undefined {
  if (typeof text !== 'string' || /[#+\0]/.test(text)) return undefined
  const parts = text.split('/')
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => part === '')) return undefined
  return { node: `${parts[0]}/${parts[1]}`, device: parts[2] ?? '' }
}

export function parseTopic(topic: string): (Address & { readonly type: MessageType }) | undefined {
  const [namespace, group, type, node, device, ...more] = topic.split('/')
  if (namespace !== NAMESPACE || node === undefined || more.length > 0) return undefined
  const known = RECEIVED.find((name) => name === type)
  if (known === undefined || known.startsWith('D') !== (device !== undefined)) return undefined
  return { type: known, node: `${group}/${node}`, device: device ?? '' }
}

/** What is subscribed to for one edge node: all its devices, because they share one sequence of numbers. Commands are not heard. */
export function topicsOfNode(node: string): readonly string[] {
  const [group, name] = node.split('/')
  return RECEIVED.map((type) => `${NAMESPACE}/${group}/${type}/${name}${type.startsWith('D') ? '/+' : ''}`)
}

export function commandTopic(node: string): string {
  const [group, name] = node.split('/')
  return `${NAMESPACE}/${group}/NCMD/${name}`
}

export const stateTopic = (hostId: string): string => `${NAMESPACE}/STATE/${hostId}`
