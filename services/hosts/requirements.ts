import { PenfeldError } from '#models/errors/penfeld-error.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Roles of a host that stands beside the control host. */
export const BESIDE_ROLES = ['collect', 'compute'] as const

/** Everything that a host beside the control host must be told; all that is missing is said at once. Throws PF_HOST_INCOMPLETE. */
export function requireHostSettings(variables: Variables, roles: readonly string[]): void {
  const missing: string[] = []
  const need = (name: string, what: string) => {
    if (!variables[name] && !variables[`${name}_FILE`]) missing.push(`${name} (${what})`)
  }
  need('PENFELD_CONTROL_KEY', 'what `penfeld control-key` prints on the control host')
  need('INFLUX_URL', 'the InfluxDB that every host shares; an embedded store is of one machine')
  need('REDIS_URL', 'the Redis that every host shares; an embedded queue is of one machine')
  if (roles.includes('collect')) need('PENFELD_SOURCES', 'ids of the sources this host serves, with commas')
  if (missing.length > 0) throw new PenfeldError('PF_HOST_INCOMPLETE', `Missing: ${missing.join('; ')}.`, { where: 'the environment of this host' })
  const foreign = roles.filter((role) => !(BESIDE_ROLES as readonly string[]).includes(role))
  if (foreign.length > 0) {
    throw new PenfeldError('PF_HOST_INCOMPLETE', `${foreign.join(', ')} runs on the control host; this one may run ${BESIDE_ROLES.join(', ')}.`, { where: 'run --roles' })
  }
  if (variables['PENFELD_DISTRICT']) {
    throw new PenfeldError('PF_HOST_INCOMPLETE', 'PENFELD_DISTRICT is set, but this host takes the district that the control host signs.', { where: 'PENFELD_DISTRICT' })
  }
}

/** Ids of PENFELD_SOURCES; undefined: every source of the district. `none`: no source. */
export function servedSources(variables: Variables): ReadonlySet<string> | undefined {
  const text = variables['PENFELD_SOURCES']
  if (text === undefined || text.trim() === '') return undefined
  return new Set(text.trim() === 'none' ? [] : text.split(',').map((id) => id.trim()).filter((id) => id !== ''))
}
