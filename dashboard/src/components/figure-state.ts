import { computed, type ComputedRef, type Ref } from 'vue'
import type { ApiError } from '../api/client.ts'

export type FigureState = 'loading' | 'ready' | 'empty' | 'error' | 'starting'

interface Answer<T> {
  readonly data: Readonly<Ref<T | undefined>>
  readonly error: Readonly<Ref<ApiError | null>>
  readonly refetch: () => unknown
}

/**
 * How a figure stands by its request. An error with a former answer keeps that answer on the page: `state` stays ready
 * and `problem` is shown beside it. Where what is missing has a reason of its own, and not the first start of the
 * service, `whenStarting` is `empty`: the figure says that reason.
 */
export function useFigureState<T extends object>(answer: Answer<T>, isEmpty: (data: T) => boolean, whenStarting: 'starting' | 'empty' = 'starting'): ComputedRef<{ state: FigureState; problem: ApiError | undefined; retry: () => void }> {
  return computed(() => {
    const data = answer.data.value
    const problem = answer.error.value ?? undefined
    const retry = () => void answer.refetch()
    if (data === undefined) return { state: problem ? 'error' : 'loading', problem, retry }
    if (isEmpty(data)) return { state: 'readiness' in data && data.readiness === 'starting' ? whenStarting : 'empty', problem, retry }
    return { state: 'ready', problem, retry }
  })
}
