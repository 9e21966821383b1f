import type { Carrier } from '#models/disclosure/guard-shapes.ts'
import { publishEnergies } from '#services/publication/publish-energies.ts'
import type { Worker } from './lanes.ts'
import type { WorkerParts } from './workers.ts'

/** Releases energies of one carrier, a month at a time; its thread gives way to what people wait for. */
export function energyWorker({ queue, patientPool, measured, releases, timeZone, clock, log }: WorkerParts): Worker {
  return {
    mostAtOnce: 1,
    async run(jobs, { keep, claimsOf, progress }) {
      // The timetable names a carrier in each of these jobs.
      const carrier = jobs[0]!.scope as Carrier
      // Releases have a file of their own: the fence stands there too.
      const claims = claimsOf(jobs)
      if (releases.effects.begin(claims).stale.length > 0) releases.effects.check(claims)
      const { released, isMore } = await publishEnergies({ releases, timeZone, decide: (task) => patientPool.run('publish-energies', task, progress), keep, claims }, carrier, clock.now())
      if (released > 0) log.info({ carrier, released, isMore }, 'energies are released')
      if (isMore) await queue.ask({ kind: 'publish-energies', scope: carrier, period: clock.now(), inputRevision: await measured.headSeq() })
    },
  }
}
