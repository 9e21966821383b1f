import { useQueryClient } from '@tanstack/vue-query'
import type { EraseOwn, GiveConsent, OwnRecord, RetentionReport, WithdrawConsent } from '#contract/resident.ts'
import { ROUTES } from '#contract/routes.ts'
import { postBody } from './client.ts'
import { useRead, useSession } from './queries.ts'

const OFTEN_MS = 10_000

export const useOwnRecord = () => useRead<OwnRecord>(ROUTES.resident.record, { everyMs: OFTEN_MS })

export const useRetentionReport = () => useRead<RetentionReport>(ROUTES.dataOfficer.retention, { everyMs: OFTEN_MS })

/** Each decision answers with the whole record as it is now. */
function useDecision<Decision extends object>(where: string): (decision: Decision) => Promise<void> {
  const queries = useQueryClient()
  const session = useSession()
  return async (decision) => {
    const record = await postBody<OwnRecord>(where, session.data.value?.csrfToken ?? null, decision)
    queries.setQueryData([ROUTES.resident.record], record)
  }
}
export const useGiveConsent = () => useDecision<GiveConsent>(ROUTES.resident.consents)
export const useWithdrawConsent = () => useDecision<WithdrawConsent>(ROUTES.resident.withdrawals)
export const useEraseOwn = () => useDecision<EraseOwn>(ROUTES.resident.erasures)
