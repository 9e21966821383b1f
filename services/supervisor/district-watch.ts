import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { differenceOf } from '#models/district/difference.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { Environment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import type { RoleName } from './roles.ts'
import type { Supervisor } from './supervisor.ts'

const LOOK_EVERY_MS = 2_000

interface DistrictWatch {
  readonly environment: Environment
  readonly variables: NodeJS.ProcessEnv
  readonly first: LoadedDistrict
  readonly supervisor: Supervisor
  /** Roles of this machine. */
  readonly roles: readonly RoleName[]
  say(message: string): void
  /** A new version was taken over, before the roles are renewed. */
  taken?(next: LoadedDistrict): void
}

/** The simulated field and the sample people keep what they began with. */
const RENEWED: readonly RoleName[] = ['collect', 'work', 'compute', 'api']

/**
 * A changed folder is a new version: taken as a whole, its difference said, or refused as a whole while the service goes
 * on with the old one. Roles read the document when they start, so those that use it are renewed one after the other;
 * the journal makes that lossless.
 */
export function watchDistrict({ environment, variables, first, supervisor, roles, say, taken }: DistrictWatch): () => void {
  let current = first
  let seen = fingerprint(environment.districtFolder)
  let busy = false
  const look = async () => {
    const now = fingerprint(environment.districtFolder)
    if (now === seen || busy) return
    busy = true
    seen = now
    try {
      const next = await loadDistrict(environment.districtFolder, variables)
      if (next.version === current.version) return
      const { added, removed, changed } = differenceOf(current.district, next.district)
      say(`District document: version ${next.version} (${added.length} added, ${removed.length} removed, ${changed.length} changed) is taken over.`)
      current = next
      taken?.(next)
      for (const role of RENEWED.filter((one) => roles.includes(one))) {
        await supervisor.renew(role)
        await supervisor.ready(role)
      }
    } catch (error) {
      if (!(error instanceof PenfeldError)) throw error
      say(`District document: the change is refused, version ${current.version} stays. ${error.message}`)
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return () => clearInterval(timer)
}

/** Names, sizes and times of the files: cheap enough to look at every two seconds. */
function fingerprint(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name))
      return `${name}:${size}:${mtimeMs}`
    })
    .join('\n')
}
