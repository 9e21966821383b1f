import { useQueryClient } from '@tanstack/vue-query'
import { toValue, type MaybeRefOrGetter } from 'vue'
import type { AccessHolders, AccessPeople } from '#contract/administrator.ts'
import type { OwnAccess } from '#contract/own-access.ts'
import { ROUTES, address } from '#contract/routes.ts'
import type { SignInProviders } from '#contract/session.ts'
import { postBody, postJson, sendDelete } from '../../api/client.ts'
import { useRead, useSession } from '../../api/queries.ts'

export const useSignInProviders = () => useRead<SignInProviders>(ROUTES.session.providers)
export const useOwnAccess = (enabled: MaybeRefOrGetter<boolean>) => useRead<OwnAccess>(ROUTES.session.access, { enabled })
export const useAccessPeople = () => useRead<AccessPeople>(ROUTES.administrator.people)
export const useAccessHolders = (search: MaybeRefOrGetter<string>) =>
  useRead<AccessHolders>(() => address(ROUTES.administrator.holders, {}, { search: toValue(search) === '' ? undefined : toValue(search) }), { keep: true })

/** Acts on rights: each carries the token, and what is shown of rights is read again after it. */
export function useActs() {
  const session = useSession()
  const queries = useQueryClient()
  const token = () => session.data.value?.csrfToken ?? null
  const after = async <T>(act: Promise<T>): Promise<T> => {
    const answer = await act
    await queries.invalidateQueries({ predicate: ({ queryKey }) => /^\/api\/(administrator|session)/.test(String(queryKey[0])) })
    return answer
  }
  return {
    post: <T>(where: string, body?: object) => after(body === undefined ? postJson<T>(where, token()) : postBody<T>(where, token(), body)),
    remove: <T>(where: string) => after(sendDelete<T>(where, token())),
  }
}
