/** A thread for planning studies: opens its own readers, keeps the hours it has read, and answers one study after the other. */
import { workerData } from 'node:worker_threads'
import { buildGrid } from '#models/grid/network.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { serveTasks } from '#services/compute/thread.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { openUsableReader } from '#services/consents/usable-reader.ts'
import type { StoreSettings } from '#services/store/open.ts'
import { type ConnectionAsk, type DistrictConnectionStudy, districtConnectionStudy } from './connection-study.ts'
import { type DistrictOutageStudy, districtOutageStudy } from './outage-study.ts'
import { evaluationPlan } from './plan.ts'
import { type StudyHours, studyHours, type StudyParts } from './study-hours.ts'
import { fitTypicalCurves } from './typical-curves.ts'

export interface StudyThreadSetup {
  readonly loaded: LoadedDistrict
  readonly stores: StoreSettings
}

/** `until`: the studied year ends there. */
export type StudyTasks = {
  'connection-study': { input: { ask: ConnectionAsk; until: number }; result: DistrictConnectionStudy }
  'outage-study': { input: { element: string; until: number }; result: DistrictOutageStudy }
}

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
/** Share of the progress that reading the year takes when it is not there yet. */
const READING = 0.4

const { loaded, stores } = workerData as StudyThreadSetup
const measured = await openUsableReader(stores, loaded.district)
const plan = evaluationPlan(loaded.district)

let year: { readonly until: number; readonly parts: StudyParts; readonly hours: StudyHours } | undefined

/** Until the last midnight (UTC): a year read once serves all studies of a day. */
async function yearUntil(now: number) {
  const until = Math.floor(now / DAY_MS) * DAY_MS
  if (year?.until !== until) {
    const parts: StudyParts = { loaded, plan, measured, typical: await fitTypicalCurves(measured, loaded.district, plan, until) }
    year = { until, parts, hours: await studyHours(parts, buildGrid(loaded.district.network, until), until - YEAR_MS, until) }
  }
  return year
}

serveTasks<StudyTasks>({
  async 'connection-study'({ ask, until }, progress) {
    const { parts, hours } = await yearUntil(until)
    progress(READING)
    return districtConnectionStudy(parts, hours, ask, { kernel: loadFlowKernel() }, (share) => progress(READING + (1 - READING) * share))
  },
  async 'outage-study'({ element, until }, progress) {
    const { hours } = await yearUntil(until)
    progress(READING)
    return districtOutageStudy(loaded, hours, element, loadFlowKernel())
  },
})
