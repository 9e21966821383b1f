import { computed, type ComputedRef } from 'vue'
import { ROUTES, address } from '#contract/routes.ts'
import { useSteppedClock } from '../api/service-clock.ts'

const DAY_MS = 86_400_000

/** Address of the releases of the last 24 hours as the service itself writes them. */
export function useHistoryCsv(): ComputedRef<string> {
  const now = useSteppedClock(600_000)
  return computed(() => address(ROUTES.public.history, {}, { from: now.value - DAY_MS, to: now.value, format: 'csv' }))
}
