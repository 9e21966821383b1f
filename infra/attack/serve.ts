/** The publisher and the public addresses over an invented world: the real store of releases, the real guard, the real API, listening. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { District, PublicationRules } from '#models/district/schema.ts'
import { buildApp } from '#services/api/app.ts'
import { EXAMPLE_DISTRICT, exampleDeps } from '#services/api/example-deps.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { highsSolver } from '#services/compute/highs.ts'
import { openSigningKey } from '#services/hosts/signing-key.ts'
import { energyReleases } from '#services/publication/energy-releases.ts'
import type { PublisherParts } from '#services/publication/freeze-quarter.ts'
import { publishEnergies } from '#services/publication/publish-energies.ts'
import { openReleaseReader, openReleaseStore } from '#services/publication/release-store.ts'
import { TIME_ZONE, ZONES, type World } from './world.ts'

export const RULES: PublicationRules = { validFrom: '2020-01-01T00:00:00Z', minHolders: 100, minDeliveryPoints: 100, maxHolderSharePct: 5, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 1 }
/** The positive control: every rule at its weakest, so that all cells are shown at every step. */
export const GUARD_OFF: PublicationRules = {
  ...RULES, roundingPct: 0.0001,
  disclosure: {
    minHolders: 1, minDeliveryPoints: 1, monthlyMinPoints: 1, dailyMinPoints: 1, dayWindowMinPoints: 1, monthWindowMinPoints: 1, archiveMinPoints: 1, largeSiteMinPoints: 1,
    dominancePct: 100, pPct: 0, intervalPct: 0, imputedPct: 100, joinSharePct: 100, chainLink: false,
  },
}

export interface Served {
  readonly base: string
  /** Everything that is due by then is published, and the clock of the service stands there. */
  publishUntil(now: number): Promise<void>
  stop(): Promise<void>
}

export async function serveWorld(world: World, isGuarded: boolean): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-attack-'))
  const file = join(folder, 'releases.sqlite')
  const rules = isGuarded ? RULES : GUARD_OFF
  const releases = openReleaseStore(file, openSigningKey(folder, 'releases'))
  const parts: PublisherParts = {
    source: world.source, zones: ZONES, timeZone: TIME_ZONE, districtVersion: 'world', rulesAt: () => rules, solver: await highsSolver(),
    distance: (one, other) => Math.abs(ZONES.indexOf(one as (typeof ZONES)[number]) - ZONES.indexOf(other as (typeof ZONES)[number])),
  }
  const clock = manualClock(0)
  const district: District = { ...EXAMPLE_DISTRICT, zones: ZONES.map((id) => ({ id, name: { fr: id, en: id } })), publicationRules: [rules] }
  const example = exampleDeps({ clock, requestsPerMinute: 1_000_000, releases: openReleaseReader(file), district: { district, version: 'world', folder } })
  const app = await buildApp(example.deps)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    base,
    async publishUntil(now) {
      const publisher = { releases, timeZone: TIME_ZONE, decide: (task: Parameters<typeof energyReleases>[1]) => energyReleases(parts, task), keep: async () => undefined }
      while ((await publishEnergies(publisher, 'electricity', now)).isMore) { /* until nothing more is due */ }
      clock.set(now)
    },
    async stop() {
      await app.close()
      await releases.close()
      example.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
