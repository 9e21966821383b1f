import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** One choice of the page, kept in its address so that a link shows what its sender saw. Absent means the first choice. */
export function useUrlChoice<T extends string>(name: string, choices: readonly [T, ...T[]]): WritableComputedRef<T> {
  const text = useUrlText(name)
  return computed({
    get: () => choices.find((choice) => choice === text.value) ?? choices[0],
    set: (value) => (text.value = value === choices[0] ? undefined : value),
  })
}

/** `push` for choices a reader may want to go back from, `replace` for the moves of a cursor. */
export function useUrlText(name: string, options: { move?: 'push' | 'replace' } = {}): WritableComputedRef<string | undefined> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' && value !== '' ? value : undefined
    },
    set: (value) => void router[options.move ?? 'push']({ query: { ...route.query, [name]: value } }),
  })
}

/** Any text, of which the usual one is not written into the address. */
export function useUrlTextOr(name: string, usual: string): WritableComputedRef<string> {
  const text = useUrlText(name)
  return computed({ get: () => text.value ?? usual, set: (value) => (text.value = value === usual ? undefined : value) })
}

/** Names that are in or out, e.g. which tables are open: `?tables=a,b`. */
export function useUrlMember(name: string, member: string): WritableComputedRef<boolean> {
  const text = useUrlText(name, { move: 'replace' })
  const members = () => new Set(text.value?.split(',') ?? [])
  return computed({
    get: () => members().has(member),
    set: (inside) => {
      const next = members()
      if (inside) next.add(member)
      else next.delete(member)
      text.value = next.size === 0 ? undefined : [...next].join(',')
    },
  })
}
