import { useQueryClient } from '@tanstack/vue-query'
import type { MaybeRefOrGetter } from 'vue'
import type { Activations, ActivationView, FlexibilityReport, OperatorAnswer, OwnActivation, OwnActivations, OwnAnswer } from '#contract/flexibility.ts'
import { ROUTES } from '#contract/routes.ts'
import { postBody } from './client.ts'
import { useRead, useSession } from './queries.ts'

const OFTEN_MS = 15_000

export const useActivations = (role: 'operator' | 'planner') => useRead<Activations>(ROUTES[role].activations, { everyMs: OFTEN_MS })
export const useFlexibilityReport = (enabled: MaybeRefOrGetter<boolean>) => useRead<FlexibilityReport>(ROUTES.operator.flexibilityReport, { everyMs: 4 * OFTEN_MS, enabled })
export const useOwnActivations = () => useRead<OwnActivations>(ROUTES.merchant.activations, { everyMs: OFTEN_MS })

/** Sends an answer; what shows activations is asked again. */
function useSend<Answer extends object, View>(where: string): (answer: Answer) => Promise<View> {
  const queries = useQueryClient()
  const session = useSession()
  return async (answer) => {
    const view = await postBody<View>(where, session.data.value?.csrfToken ?? null, answer)
    await queries.invalidateQueries({ queryKey: [where] })
    return view
  }
}
export const useSendDecision = () => useSend<OperatorAnswer, ActivationView>(ROUTES.operator.activations)
export const useSendOwnAnswer = () => useSend<OwnAnswer, OwnActivation>(ROUTES.merchant.activations)
