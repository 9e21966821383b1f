import type { District, MeasurementPoint, Provenance } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { loadMeasuredCurves } from './curves.ts'
import type { MeasuredCurves } from './curves.ts'
import { createDelivery } from './delivery.ts'
import type { Delivery } from './delivery.ts'
import { createInstrument } from './instruments.ts'
import type { Instrument } from './instruments.ts'
import { SLOT_MS } from './truth/calendar.ts'
import { createTruth } from './truth/truth.ts'
import type { Truth, TruthDay, TruthOptions } from './truth/truth.ts'

const DAY_S = 86_400

/** What one measurement point says, and when. */
export interface FieldPoint {
  readonly point: MeasurementPoint
  readonly instrument: Instrument
  readonly provenance: Provenance
  /** Distance of the values kept as history; live values may lie closer. */
  readonly historyStepS: number
  readonly delivery: Delivery
}

export interface FieldColumns {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
}

/** The truth as instruments see it. The same question has the same answer at any time, to the last bit. */
export interface Field {
  readonly truth: Truth
  readonly points: readonly FieldPoint[]
  find(pointId: string): FieldPoint | undefined
  /** Value in the unit and sign of the document, rounded as its meter rounds; NaN where the meter lost it. */
  valueAt(one: FieldPoint, at: number): number
  /** The values of history with from <= at < to that the meter has delivered by `knownAt`; lost ones have no row. */
  series(one: FieldPoint, from: number, to: number, knownAt?: number): FieldColumns
  /** Appends the values of one day to columns from `place` on; returns the next free place. */
  writeDay(one: FieldPoint, day: TruthDay, from: number, to: number, at: Float64Array, values: Float64Array, place: number): number
}

export function createField(district: District, options: TruthOptions = {}, curves: MeasuredCurves = loadMeasuredCurves()): Field {
  const truth = createTruth(district, curves, options)
  const points = district.measurementPoints
    .filter(({ id }) => !district.virtualMeters.some((meter) => meter.id === id))
    .map((point): FieldPoint => {
      const { instrument, provenance } = createInstrument(point, district, truth, options)
      return { point, instrument, provenance: point.provenance ?? provenance, historyStepS: historyStepOf(point), delivery: createDelivery(point, district, truth) }
    })
  const byId = new Map(points.map((one) => [one.point.id, one]))

  const writeDay: Field['writeDay'] = (one, day, from, to, at, values, place) => {
    const { instrument, historyStepS } = one
    const first = Math.max(from, day.day.start)
    const end = Math.min(to, day.day.end)
    const stepMs = historyStepS * 1_000
    for (let instant = historyStepS >= DAY_S ? day.day.start : Math.ceil(first / stepMs) * stepMs; instant < end; instant += stepMs) {
      if (instant < first) continue
      const value = instrument.read(day, instant)
      if (!Number.isNaN(value)) {
        at[place] = instant
        values[place++] = value
      }
      if (historyStepS >= DAY_S) break
    }
    return place
  }

  return {
    truth, points, writeDay,
    find: (pointId) => byId.get(pointId),
    valueAt: (one, at) => one.instrument.read(truth.at(at), at),
    series(one, from, to, knownAt = Infinity) {
      const room = Math.max(0, Math.ceil((to - from) / (one.historyStepS * 1_000)) + 2)
      const at = new Float64Array(room)
      const values = new Float64Array(room)
      let place = 0
      for (let day = truth.days.at(from); day.start < to; day = truth.days.day(day.epochDay + 1)) {
        if (one.delivery.deliveredAt(day) <= knownAt) place = writeDay(one, truth.on(day.epochDay), from, to, at, values, place)
      }
      return { at: at.slice(0, place), values: values.slice(0, place), quality: new Uint8Array(place).fill(QUALITY.measured) }
    },
  }
}

/** Ten minutes where the document asks for less; an hour for lamps and volumes, whose past nobody reads closer. */
function historyStepOf({ stepS, quantity, id }: MeasurementPoint): number {
  const least = quantity === 'volume' || quantity.startsWith('thermal') || quantity === 'flow-temperature' || quantity === 'return-temperature' || id.startsWith('elec.light.') ? 3_600 : SLOT_MS / 1_000
  return Math.max(least, stepS)
}

