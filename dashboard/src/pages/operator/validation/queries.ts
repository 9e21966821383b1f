import { useQueryClient } from '@tanstack/vue-query'
import type { MaybeRefOrGetter } from 'vue'
import { toValue } from 'vue'
import type { Edits, EditView, Findings, NewEditBody } from '#contract/validation.ts'
import { ROUTES, address } from '#contract/routes.ts'
import { postBody } from '../../../api/client.ts'
import { useRead, useSession } from '../../../api/queries.ts'

export interface FindingsChoice { readonly kind?: string; readonly state?: string; readonly point?: string }
export const useFindings = (choice: MaybeRefOrGetter<FindingsChoice>) =>
  useRead<Findings>(() => address(ROUTES.operator.findings, {}, { ...toValue(choice) }), { everyMs: 30_000, keep: true })
export const useEdits = () => useRead<Edits>(ROUTES.operator.edits, { everyMs: 5_000 })

/** Sends an edit; what shows findings and the ledger is asked again. */
export function useSendEdit(): (edit: NewEditBody) => Promise<EditView> {
  const queries = useQueryClient()
  const session = useSession()
  return async (edit) => {
    const line = await postBody<EditView>(ROUTES.operator.edits, session.data.value?.csrfToken ?? null, edit)
    await queries.invalidateQueries({ predicate: ({ queryKey: [where] }) => typeof where === 'string' && (where.startsWith(ROUTES.operator.findings) || where.startsWith(ROUTES.operator.edits)) })
    return line
  }
}
