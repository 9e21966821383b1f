import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { studyOf } from '#models/reinforcement/default-study.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import { packFrozen, unpackFrozen } from '#services/reinforcement/frozen-file.ts'
import { readStudyBase } from '#services/reinforcement/study-base.ts'
import { openStudyHost } from '#services/reinforcement/study-host.ts'
import { makeHistory } from '#services/simulator/history.ts'
import { openReader, openWriter } from '#services/store/open.ts'

export interface Studies {
  /** @param move which number of the study is another one; 0: the study as the document has it */
  run(depth: StudyAsk['depth'], move: number, progress: (share: number, phase: string) => void): Promise<StudyResult>
  close(): Promise<void>
}

/** Added to the growth of the first class of every scenario, % a year, for each move. */
const MOVE_PCT = 0.05
/** End of the measured year, the same for every run. */
const UNTIL = Date.UTC(2026, 10, 28)
const YEAR_MS = 366 * 86_400_000
const THREADS = 2
/** Series that share one commit. */
const AT_ONCE = 64

/** The studies of one district of `fixtures/districts`, over its measured year or its class curves. */
export async function openStudies(name: string): Promise<Studies> {
  const loaded = await loadDistrict(join(import.meta.dirname, '../../../fixtures/districts', name), process.env)
  const frozen = loaded.district.measurementPoints.length > 0 ? await measuredYear(loaded) : await readStudyBase(loaded, undefined, UNTIL)
  const host = openStudyHost(THREADS)
  return {
    run: (depth, move, progress) => host.run(askOf(loaded, depth, move), { district: loaded.district, frozen }, UNTIL, { tell: (phase, share) => progress(share, phase), goOn: () => undefined }),
    close: () => host.stop(),
  }
}

/** Of the demonstration: made, stored and read as the service does it, which takes minutes, and then kept for the next run. */
async function measuredYear(loaded: LoadedDistrict): Promise<FrozenYear> {
  const { district, version } = loaded
  const kept = join(tmpdir(), `penfeld-bench-study-${district.id}-${version.slice(0, 12)}.frozen`)
  if (existsSync(kept)) return unpackFrozen(readFileSync(kept), kept)
  process.stderr.write(`Making a measured year of ${district.id} ...\n`)
  const dataFolder = mkdtempSync(join(tmpdir(), 'penfeld-bench-study-'))
  try {
    const stores = { dataFolder, influxUrl: undefined, timeZone: district.timeZone }
    const store = await openWriter('measured', stores)
    let waiting: Promise<unknown>[] = []
    for await (const { pointId, at, values, quality } of makeHistory({ district, from: UNTIL - YEAR_MS, to: UNTIL })) {
      const [id] = await store.register([pointId])
      waiting.push(store.importSeries(id!, { at, values, quality }, { source: 'bench', recordedAt: UNTIL }))
      if (waiting.length < AT_ONCE) continue
      await Promise.all(waiting)
      waiting = []
    }
    await Promise.all(waiting)
    while (await store.maintain(1000));
    await store.close()
    const measured = await openReader('measured', stores)
    const frozen = await readStudyBase(loaded, measured, UNTIL).finally(() => measured.close())
    writeFileSync(kept, packFrozen(frozen))
    return frozen
  } finally {
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

function askOf({ district }: LoadedDistrict, depth: StudyAsk['depth'], move: number): StudyAsk {
  const study = studyOf(district)
  const scenarios = study.scenarios.map((scenario) => ({
    ...scenario, growthPct: Object.fromEntries(Object.entries(scenario.growthPct).map(([loadClass, pct], place) => [loadClass, place > 0 ? pct : moved(pct, move * MOVE_PCT)])),
  }))
  return { fromYear: study.fromYear, toYear: study.toYear, study: { ...study, scenarios }, changed: [], depth }
}

type Growth = NonNullable<LoadedDistrict['district']['study']>['scenarios'][number]['growthPct'][string]
const moved = (pct: Growth, by: number): Growth => (typeof pct === 'number' ? pct + by : { low: pct.low + by, likely: pct.likely + by, high: pct.high + by })

