/** What a thread tells of one future, made up for tests: an element of each entry, all in the normal state unless it says otherwise. */
import type { FutureAsk, UnitResult } from './study-worker.ts'

export interface ToldUnit {
  readonly ask?: Partial<FutureAsk>
  readonly hoursNormal?: readonly number[]
  readonly mwhNormal?: readonly number[]
  readonly hoursOutage?: readonly number[]
  readonly mwhOutage?: readonly number[]
  readonly worstOutage?: readonly number[]
  readonly peak?: readonly number[]
  readonly largestExcess?: readonly number[]
  readonly worstDays?: UnitResult['worstDays']
  /** State, day and energy in kWh. */
  readonly days?: readonly (readonly [number, number, number])[]
  readonly lossesMwh?: number
  readonly activated?: UnitResult['activated']
}

export function toldUnit({ ask, hoursNormal = [0], days = [], worstDays = [], lossesMwh = 0, activated = [], ...more }: ToldUnit): UnitResult {
  const column = (values: readonly number[] | undefined, otherwise: number) => Float64Array.from(hoursNormal, (_, k) => values?.[k] ?? otherwise)
  return {
    ask: { scenario: 0, weather: 0, year: 2030, ...ask }, worstDays, lossesMwh, activated,
    counts: {
      hoursNormal: column(hoursNormal, 0), mwhNormal: column(more.mwhNormal, 0), hoursOutage: column(more.hoursOutage, 0), mwhOutage: column(more.mwhOutage, 0), peak: column(more.peak, NaN),
      worstOutage: Int16Array.from(column(more.worstOutage, -1)), peakState: Int16Array.from(column(undefined, 0)), peakHour: Int32Array.from(column(undefined, -1)),
    },
    days: {
      state: Int16Array.from(days, ([state]) => state), day: Int16Array.from(days, ([, day]) => day), energyKwh: Float32Array.from(days, ([, , kwh]) => kwh),
      hours: new Int16Array(days.length).fill(1), worstPct: new Float32Array(days.length).fill(110), worstElement: new Int32Array(days.length),
    },
    largestExcess: column(more.largestExcess, NaN), energyMwh: 0, unsupplied: [], remaining: [], linearErrorPct: 0, loads: { peakKw: 0, energyMwh: 0, steps: [] },
    states: { normalSolved: 0, outageSolved: 0, outageScreenedOut: 0, lowVoltageScreenedOut: 0, lowVoltageSolved: 0, notSettled: 0 },
  }
}
