import { join } from 'node:path'
import type { Source } from '#models/district/schema.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import { driverFactory } from '#services/collectors/registry.ts'
import type { SourceStatus } from '#services/collectors/status.ts'
import { channelsOf, runSource, type SourceRunner, type SourceRunnerOptions } from './source-runner.ts'

export interface SourceSetOptions extends Pick<SourceRunnerOptions, 'district' | 'store' | 'clock' | 'counters' | 'gate' | 'quarantine' | 'log'> {
  readonly sources: readonly Source[]
  /** A folder for each source is made in it. */
  readonly stateFolder: string
  readonly ownHost: string
  holderOf(sourceId: string): string
}

/** The sources of this host: those it serves, and those it stands by for. */
export interface SourceSet {
  /** Serves what is this host's to serve, and gives up what another has taken over. */
  followHolders(): Promise<void>
  runners(): readonly SourceRunner[]
  served(): SourceStatus[]
  standingBy(): SourceStatus[]
  stop(): Promise<void>
}

export function createSourceSet({ sources, stateFolder, ownHost, holderOf, ...parts }: SourceSetOptions): SourceSet {
  const { district, log } = parts
  const profiles = loadProfiles()
  const runners = new Map<string, SourceRunner>()

  const serve = async (source: Source): Promise<SourceRunner> => {
    const factory = await driverFactory(source.protocol)
    const channels = channelsOf(source, district, profiles)
    for (const fault of factory.check(source, channels)) log.error({ source: source.id, fault }, 'a fault in the set-up of a source')
    return runSource({ ...parts, source, channels, factory, stateFolder: join(stateFolder, source.id) })
  }
  return {
    async followHolders() {
      for (const source of sources) {
        const running = runners.get(source.id)
        if (holderOf(source.id) === ownHost) {
          if (running === undefined) runners.set(source.id, await serve(source))
        } else {
          runners.delete(source.id)
          await running?.stop()
        }
      }
    },
    runners: () => [...runners.values()],
    served: () => [...runners.values()].map((runner) => runner.status()),
    standingBy: () => sources.filter(({ id }) => !runners.has(id)).map(({ id }): SourceStatus => ({
      sourceId: id, state: 'stopped', detail: `served by ${holderOf(id)}; this host stands by`, newestAt: null, newestStoredAt: null, stale: false, reconnects: 0, certificateExpiresAt: null,
    })),
    async stop() {
      await Promise.all([...runners.values()].map((runner) => runner.stop()))
    },
  }
}
