/** The measured year of a study: out of the store where there is one, else of what the district folder itself knows. */
import { buildGrid } from '#models/grid/network.ts'
import type { BaseYear } from '#models/reinforcement/base-year.ts'
import { baseYearOf } from '#models/reinforcement/frozen-to-base.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { readClassCurves } from '#services/config/class-curves.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { fitTypicalCurves } from '#services/evaluation/typical-curves.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { typicalOfClasses } from './class-typical.ts'
import { readBase } from './read-base.ts'

const DAY_MS = 86_400_000

/** Until the last midnight (UTC), so that all studies of a day stand on the same year. */
export async function readStudyBase(loaded: LoadedDistrict, measured: TimeSeriesReader | undefined, now: number): Promise<FrozenYear> {
  const { district, folder } = loaded
  const until = Math.floor(now / DAY_MS) * DAY_MS
  const plan = evaluationPlan(district)
  const curves = measured === undefined ? await readClassCurves(folder) : undefined
  const typical = measured !== undefined ? await fitTypicalCurves(measured, district, plan, until) : curves === undefined ? new Map() : typicalOfClasses(curves, district.timeZone)
  return readBase({ loaded, plan, typical, ...(measured === undefined ? {} : { measured }) }, buildGrid(district.network, until), until)
}

/** Instant of the switch positions of a study: the end of its year. */
export const studyInstant = ({ from, hours }: FrozenYear): number => from + hours * 3_600_000

export const baseOf = (frozen: FrozenYear, network: LoadedDistrict['district']['network']): BaseYear => baseYearOf(frozen, buildGrid(network, studyInstant(frozen)))
