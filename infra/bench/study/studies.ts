import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { StudyRunner } from '#services/reinforcement/port.ts'

export interface Studies {
  /** @param move which number of the study is another one; 0: the study as the document has it */
  run(depth: StudyAsk['depth'], move: number, progress: (share: number, phase: string) => void): Promise<StudyResult>
  close(): Promise<void>
}

const POLL_MS = 20
/** Added to the growth of the first class of every scenario, % a year, for each move. */
const MOVE_PCT = 0.05

/** The studies of one district of `fixtures/districts`, over its measured year or its class curves. */
export async function openStudies(name: string): Promise<Studies> {
  const loaded = await loadDistrict(join(import.meta.dirname, '../../../fixtures/districts', name), process.env)
  const runner = await openRunner(loaded)
  return {
    async run(depth, move, progress) {
      const id = runner.begin(askOf(loaded, depth, move))
      for (;;) {
        const told = runner.told(id)
        if (told?.status === 'done') {
          progress(1, 'done')
          return told.result
        }
        if (told?.status !== 'running') throw new Error(`${name}: ${told?.status === 'failed' ? told.problem : 'the study was not computed'}`)
        progress(told.share, told.phase)
        await wait(POLL_MS)
      }
    },
    close: () => runner.stop(),
  }
}

function askOf({ district: { id, study } }: LoadedDistrict, depth: StudyAsk['depth'], move: number): StudyAsk {
  if (study === undefined) throw new Error(`${id} has no study in its document.`)
  const scenarios = study.scenarios.map((scenario) => ({
    ...scenario, growthPct: Object.fromEntries(Object.entries(scenario.growthPct).map(([loadClass, pct], place) => [loadClass, place > 0 ? pct : moved(pct, move * MOVE_PCT)])),
  }))
  return { fromYear: study.fromYear, toYear: study.toYear, study: { ...study, scenarios }, changed: [], depth }
}

type Growth = NonNullable<LoadedDistrict['district']['study']>['scenarios'][number]['growthPct'][string]
const moved = (pct: Growth, by: number): Growth => (typeof pct === 'number' ? pct + by : { low: pct.low + by, likely: pct.likely + by, high: pct.high + by })

/** There is no engine behind the port yet: whoever writes it opens it here, on two threads as the aim says. */
async function openRunner({ district }: LoadedDistrict): Promise<StudyRunner> {
  throw new Error(`Nothing computes a study of ${district.id} yet.`)
}
