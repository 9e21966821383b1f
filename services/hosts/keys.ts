/** Every name under which hosts meet in Redis. */
export const KEYS = {
  district: 'penfeld:district',
  host: (hostId: string, role: string) => `penfeld:host:${hostId}:${role}`,
  hosts: 'penfeld:host:*',
  source: (sourceId: string) => `penfeld:source:${sourceId}`,
  collectStatus: 'penfeld:collect',
  pointsOf: (hostId: string) => `penfeld:points:${hostId}`,
  tail: 'penfeld:measured:tail',
  tailSeq: 'penfeld:measured:seq',
  session: (hash: string) => `penfeld:session:${hash}`,
  sessionsOf: (personId: number) => `penfeld:sessions-of:${personId}`,
  taskInput: (taskId: string) => `penfeld:task:${taskId}:input`,
  taskResult: (taskId: string) => `penfeld:task:${taskId}:result`,
} as const
/** Queue of the heavy work that compute hosts take. */
export const COMPUTE_QUEUE = 'penfeld-compute'
