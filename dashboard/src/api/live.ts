import { onScopeDispose, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

export type StreamState = 'connecting' | 'open' | 'broken'

/**
 * Listens to server-sent events as long as the component lives. A stream that breaks is opened again, ever more slowly;
 * `broken` lets the page say that its values no longer move.
 */
export function useEventStream(
  where: MaybeRefOrGetter<string | undefined>,
  handlers: Readonly<Record<string, (body: unknown) => void>>,
  /** Where values are known to come often: nothing for so long means a dead stream, whatever its socket says. */
  options: { silentAfterMs?: number } = {},
): { state: Ref<StreamState> } {
  const state = ref<StreamState>('connecting')
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = FIRST_RETRY_MS

  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const open = (url: string) => {
    close()
    source = new EventSource(url)
    source.onopen = () => {
      state.value = 'open'
      retryMs = FIRST_RETRY_MS
    }
    source.onerror = () => {
      state.value = 'broken'
      close()
      timer = setTimeout(() => open(url), retryMs)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    }
    for (const [name, handle] of Object.entries(handlers))
      source.addEventListener(name, (event) => {
        clearTimeout(timer)
        if (options.silentAfterMs) timer = setTimeout(() => open(url), options.silentAfterMs)
        handle(JSON.parse((event as MessageEvent<string>).data))
      })
  }
  watch(
    () => toValue(where),
    (url) => {
      state.value = 'connecting'
      if (url) open(url)
      else close()
    },
    { immediate: true },
  )
  onScopeDispose(close)
  return { state }
}
