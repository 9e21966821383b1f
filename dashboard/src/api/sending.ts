import { ref, shallowRef } from 'vue'
import { ApiError } from './client.ts'

/** A form that sends something: while it does, and what the service had against it. Any other error goes on. */
export function useSending() {
  const isSending = ref(false)
  const problem = shallowRef<ApiError>()
  async function sending(send: () => Promise<void>): Promise<void> {
    isSending.value = true
    problem.value = undefined
    try {
      await send()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problem.value = error
    } finally {
      isSending.value = false
    }
  }
  return { isSending, problem, sending }
}
