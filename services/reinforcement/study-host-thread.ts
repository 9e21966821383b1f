/** The thread that leads the studies of the service, so that nobody who asks for a page waits for them. */
import { workerData } from 'node:worker_threads'
import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { serveTasks } from '#services/compute/thread.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { openUsableReader } from '#services/consents/usable-reader.ts'
import type { StoreSettings } from '#services/store/open.ts'
import type { StudyPhase } from './port.ts'
import { readStudyBase } from './study-base.ts'
import { openStudyHost } from './study-host.ts'

export interface StudyHostSetup { readonly loaded: LoadedDistrict; readonly stores: StoreSettings }

export type StudyHostTasks = {
  run: {
    input: {
      readonly ask: StudyAsk
      readonly now: number
      /** Of a rerun: the year and the district as they were. */
      readonly over?: { readonly frozen: FrozenYear; readonly district: District }
      /** [0] is set to 1 by whoever cancels it. */
      readonly cancelled: Int32Array
    }
    result: { readonly result: StudyResult; readonly frozen: FrozenYear }
  }
}

const DAY_MS = 86_400_000
const { loaded, stores } = workerData as StudyHostSetup
const measured = await openUsableReader(stores, loaded.district)
const host = openStudyHost()
let year: { readonly day: number; readonly frozen: FrozenYear } | undefined

serveTasks<StudyHostTasks>({
  async run({ ask, now, over, cancelled }, progress) {
    const goOn = () => { if (Atomics.load(cancelled, 0) === 1) throw new PenfeldError('PF_STUDY_CANCELLED', 'The study was cancelled.') }
    const tell = (phase: StudyPhase, share: number) => progress(share, phase)
    goOn()
    if (over !== undefined) return { result: await host.run(ask, over, now, { tell, goOn }), frozen: over.frozen }
    const day = Math.floor(now / DAY_MS)
    if (year?.day !== day) {
      tell('reading', 0)
      year = { day, frozen: await readStudyBase(loaded, measured, now) }
    }
    return { result: await host.run(ask, { district: loaded.district, frozen: year.frozen }, now, { tell, goOn }), frozen: year.frozen }
  },
})
