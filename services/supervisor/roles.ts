import type { StartRole } from '#services/config/role.ts'

/** The only place that names the concrete roles. Loaded when asked for: a process pays only for what it runs. */
export const ROLES = {
  identity: async (): Promise<StartRole> => (await import('#services/identity/demo-provider.ts')).startIdentityDemo,
  simulate: async (): Promise<StartRole> => (await import('#services/simulator/role.ts')).startSimulate,
  collect: async (): Promise<StartRole> => (await import('#services/ingest/role.ts')).startCollect,
  work: async (): Promise<StartRole> => (await import('#services/jobs/role.ts')).startWork,
  compute: async (): Promise<StartRole> => (await import('#services/compute/role.ts')).startCompute,
  api: async (): Promise<StartRole> => (await import('#services/api/role.ts')).startApi,
} as const

export type RoleName = keyof typeof ROLES
export const isRoleName = (name: string): name is RoleName => Object.hasOwn(ROLES, name)
/** What a real site runs, and what the demonstration adds. */
export const SITE_ROLES: readonly RoleName[] = ['collect', 'work', 'api']
export const DEMO_ROLES: readonly RoleName[] = ['identity', 'simulate', ...SITE_ROLES]
