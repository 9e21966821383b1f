import type { District, Network } from './schema.ts'

/** Lists of the document whose entries have an id; those of the network under `network`. */
const LISTS = ['zones', 'sites', 'holders', 'deliveryPoints', 'sources', 'devices', 'meters', 'measurementPoints', 'virtualMeters', 'tariffs', 'flexibilityContracts'] as const
const NETWORK_LISTS = ['substations', 'busbars', 'junctions', 'feeders', 'lineSections', 'transformers', 'switches', 'sources', 'boundaryLoads', 'busbarCouplers', 'threeWindingTransformers', 'tapChangers', 'shunts', 'inverterControls'] as const

export type EntryKind = (typeof LISTS)[number] | `network/${(typeof NETWORK_LISTS)[number]}`
export interface Entry<T> {
  readonly path: string
  readonly value: T
}
export type AnyEntry = Entry<{ readonly id: string }> & { readonly kind: EntryKind }

/**
 * The entries of a document that have the right form, with their place in it. Entries with a fault of form are left out
 * but their ids stay known, so that one misspelt field does not make everything that refers to it a fault too.
 */
export interface DocumentIndex {
  list<K extends (typeof LISTS)[number]>(key: K): readonly Entry<NonNullable<District[K]>[number]>[]
  network<K extends (typeof NETWORK_LISTS)[number]>(key: K): readonly Entry<NonNullable<Network[K]>[number]>[]
  /** The whole of a part that is no list, if it has the right form. */
  part<K extends 'weather' | 'calendar' | 'growth' | 'study' | 'constants' | 'publicationRules' | 'retentionRules' | 'timeZone'>(key: K): District[K] | undefined
  /** False if entries of the network were left out for their form: what hangs on them cannot be judged. */
  readonly networkComplete: boolean
  /** All entries with an id, also those with other faults. */
  readonly all: readonly AnyEntry[]
  /** First entry with an id. */
  find(id: string): AnyEntry | undefined
}

export function indexDocument(document: unknown, faultyPaths: readonly string[]): DocumentIndex {
  const root = objectOf(document)
  const faulty = new Set<string>()
  for (const path of faultyPaths) {
    const [, top, second, third] = path.split('/')
    faulty.add(top === 'network' ? `/network/${second}/${third}` : `/${top}/${second}`)
    faulty.add(`/${top}`)
  }
  const all: AnyEntry[] = []
  const sound = new Map<string, Entry<never>[]>()
  const read = (kind: EntryKind, list: unknown): void => {
    const entries: Entry<never>[] = []
    if (Array.isArray(list)) {
      list.forEach((value: unknown, index) => {
        const path = `/${kind}/${index}`
        const { id } = objectOf(value)
        if (typeof id === 'string') all.push({ kind, path, value: value as { id: string } })
        if (!faulty.has(path)) entries.push({ path, value: value as never })
      })
    }
    sound.set(kind, entries)
  }
  for (const key of LISTS) read(key, root[key])
  const network = objectOf(root['network'])
  for (const key of NETWORK_LISTS) read(`network/${key}`, network[key])
  const byId = new Map<string, AnyEntry>()
  for (const entry of all) if (!byId.has(entry.value.id)) byId.set(entry.value.id, entry)

  return {
    all,
    networkComplete: !faulty.has('/network'),
    list: (key) => sound.get(key) ?? [],
    network: (key) => sound.get(`network/${key}`) ?? [],
    part: (key) => (faulty.has(`/${key}`) ? undefined : (root[key] as never)),
    find: (id) => byId.get(id),
  }
}

const objectOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})
