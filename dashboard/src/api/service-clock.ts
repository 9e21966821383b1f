import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'
import { useDistrict } from './queries.ts'

/**
 * The time of the service, which a demonstration may shift and accelerate: ages are told by it, never by the browser's
 * own clock. Ticks every second.
 */
export function useServiceClock(): ComputedRef<number> {
  const district = useDistrict()
  const realNow = ref(Date.now())
  const timer = setInterval(() => (realNow.value = Date.now()), 1000)
  onScopeDispose(() => clearInterval(timer))
  return computed(() => {
    const told = district.data.value
    if (!told) return realNow.value
    return told.now + Math.max(0, realNow.value - district.dataUpdatedAt.value) * told.clockSpeed
  })
}

/** The same, in steps: for periods that must not ask for new figures every second. */
export function useSteppedClock(stepMs: number): ComputedRef<number> {
  const now = useServiceClock()
  return computed(() => Math.floor(now.value / stepMs) * stepMs)
}
