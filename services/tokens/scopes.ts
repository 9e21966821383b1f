import type { RoleName } from '#services/directory/port.ts'

/** What a token may be made for. Nothing is needed for public addresses, and no token reaches the tree of a resident, a merchant, the data officer or an administrator. */
export const TOKEN_SCOPES = ['planner:read', 'operator:read', 'imports:write'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const IMPORTS = '/api/operator/imports'
/** Asks a person for a reason, which a machine has not. */
const FOR_PERSONS = /^\/api\/planner\/delivery-points\//

/** Whether one of the scopes allows a method of a route, of which the role is known. `route` is the pattern of its address. Streams are for pages. */
export function allows(scopes: readonly TokenScope[], role: RoleName, method: string, route: string): boolean {
  if (route.endsWith('/stream') || FOR_PERSONS.test(route)) return false
  const reads = SAFE_METHODS.has(method)
  return scopes.some((scope) => {
    if (scope === 'imports:write') return role === 'operator' && route === IMPORTS && (reads || method === 'POST')
    return reads && scope === `${role}:read`
  })
}

/** Roles of the one who asks with these scopes. */
export const rolesOf = (scopes: readonly TokenScope[]): readonly RoleName[] => [...new Set(scopes.map((scope): RoleName => (scope === 'planner:read' ? 'planner' : 'operator')))]
