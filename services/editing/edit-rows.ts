import type { MeasurementPoint } from '#models/district/schema.ts'
import { registerToIntervals, type RegisterRules } from '#models/load-curve/registers.ts'
import { stepMeans } from '#models/load-curve/resample.ts'
import { CORRECTION_SUBSTITUTION, substituteGaps } from '#models/load-curve/substitution.ts'
import { QUALITY, isUsable } from '#models/units/quality.ts'
import type { Series, TimeSeriesReader } from '#services/store/port.ts'
import type { Edit } from './port.ts'

const DAY_MS = 86_400_000
const CONTEXT_MS = CORRECTION_SUBSTITUTION.lookBackDays * DAY_MS
/** Live values may come every few seconds: a profile is made of steps of at least this length. */
const LEAST_STEP_S = 600

/** What an edit does to one point: each row one time, with the value that is there (NaN, `missing` where none is) and the one to be written. */
export interface EditRows {
  readonly at: Float64Array
  readonly before: Float64Array
  readonly beforeQuality: Uint8Array
  readonly after: Float64Array
  readonly afterQuality: Uint8Array
}

/** Why an edit cannot be carried out, in words for the ledger. */
export class EditProblem extends Error {}

export interface EditedPoint {
  readonly point: MeasurementPoint
  readonly pointId: number
  /** For registers: how they roll over and when their meter was changed. */
  readonly rules: RegisterRules
  readonly timeZone: string
}

/** The rows of an edit that changes values, from what is stored now. @throws EditProblem */
export async function editRows(store: Pick<TimeSeriesReader, 'read'>, edited: EditedPoint, edit: Edit): Promise<EditRows> {
  const known = await store.read(edited.pointId, edit.from, edit.to)
  switch (edit.kind) {
    case 'mark-bad': {
      const marked = Array.from(known.at.keys()).filter((i) => isUsable(known.quality[i]!))
      if (marked.length === 0) throw new EditProblem('There is no value in this span that could be marked.')
      return rows(known, Float64Array.from(marked, (i) => known.at[i]!), (_, value) => ({ value, quality: QUALITY.bad }))
    }
    case 'set-value': {
      const { point: { kind, stepS } } = edited
      if (kind === 'register' && known.at.length > 1) throw new EditProblem('A register has a value of its own at each time: choose a span with one reading.')
      const at = known.at.length > 0 ? known.at : kind === 'register' ? Float64Array.of(edit.from) : grid(edit.from, edit.to, stepS * 1000)
      return rows(known, at, () => ({ value: edit.value!, quality: QUALITY.substituted }))
    }
    case 'substitute':
      return edited.point.kind === 'register' ? substitutedRegister(store, edited, edit, known) : substitutedSteps(store, edited, edit, known)
    default:
      throw new EditProblem(`An edit of kind ${edit.kind} changes no values.`)
  }
}

/** Powers and states: every sample in the span, and every step that has none, takes the value of its step in the own profile. */
async function substitutedSteps(store: Pick<TimeSeriesReader, 'read'>, { point, pointId, timeZone }: EditedPoint, edit: Edit, known: Series): Promise<EditRows> {
  const stepS = Math.max(point.stepS, LEAST_STEP_S)
  const stepMs = stepS * 1000
  const first = Math.floor((edit.from - CONTEXT_MS) / stepMs) * stepMs
  const series = await store.read(pointId, first, edit.to + CONTEXT_MS)
  const length = Math.ceil((Math.max(edit.to, (series.at.at(-1) ?? edit.to) + 1) - first) / stepMs)
  const { at, values, quality } = stepMeans(series, first, first + length * stepMs, stepS, stepS)
  const [start, end] = [Math.floor((edit.from - first) / stepMs), Math.ceil((edit.to - first) / stepMs)]
  values.fill(NaN, start, end)
  quality.fill(QUALITY.missing, start, end)
  const filled = substituteGaps({ at, values, quality }, stepS, timeZone, { rules: CORRECTION_SUBSTITUTION, fillFrom: at[start]! })
  const stepOf = (time: number) => Math.floor((time - first) / stepMs)
  const sampled = new Set(Array.from(known.at, stepOf))
  const empty = grid(edit.from, edit.to, stepMs).filter((time) => !sampled.has(stepOf(time)))
  return rows(known, Float64Array.from([...known.at, ...empty]).sort(), (time) => ({ value: rounded(filled.values[stepOf(time)]!, point.resolution), quality: QUALITY.substituted }))
}

/** Registers: the use of each step has the shape of the own profile and the sum that the readings around the span tell; readings are made of it. */
async function substitutedRegister(store: Pick<TimeSeriesReader, 'read'>, { point, pointId, rules, timeZone }: EditedPoint, edit: Edit, known: Series): Promise<EditRows> {
  const stepMs = point.stepS * 1000
  const all = await store.read(pointId, edit.from - CONTEXT_MS, edit.to + CONTEXT_MS)
  const isOutside = (i: number) => (all.at[i]! < edit.from || all.at[i]! >= edit.to) && isUsable(all.quality[i]!) && !Number.isNaN(all.values[i]!)
  const outside = Array.from(all.at.keys()).filter(isOutside)
  const last = outside.filter((i) => all.at[i]! < edit.from).at(-1)
  if (last === undefined) throw new EditProblem('There is no reading before this span from which the register could count on.')
  const next = outside.find((i) => all.at[i]! >= edit.to)
  const kept = { at: Float64Array.from(outside, (i) => all.at[i]!), values: Float64Array.from(outside, (i) => all.values[i]!), quality: Uint8Array.from(outside, (i) => all.quality[i]!) }
  // Steps are counted from the reading before the span, so that the sum of the steps is what the register has to rise.
  const origin = all.at[last]!
  const first = origin - Math.floor((origin - kept.at[0]!) / stepMs) * stepMs
  const end = next === undefined ? edit.to : kept.at.at(-1)!
  const { intervals, knownTotals } = registerToIntervals(kept, rules, first, Math.ceil((end - first) / stepMs) * stepMs + first, point.stepS)
  const filled = substituteGaps({ at: intervals.at, values: intervals.energy, quality: intervals.quality }, point.stepS, timeZone, { rules: CORRECTION_SUBSTITUTION, knownTotals, fillFrom: origin })
  const use = (time: number): number => {
    let sum = 0
    for (let step = Math.round((origin - first) / stepMs); first + step * stepMs < time; step += 1) sum += filled.values[step]! * Math.min(1, (time - (first + step * stepMs)) / stepMs)
    return sum
  }
  const modulus = rules.digits === undefined ? Infinity : 10 ** rules.digits
  const wanted = known.at.length > 0 ? known.at : grid(edit.from, edit.to, stepMs)
  return rows(known, wanted, (time) => ({ value: rounded((all.values[last]! + use(time)) % modulus, point.resolution), quality: QUALITY.substituted }))
}

const grid = (from: number, to: number, stepMs: number): Float64Array => {
  const first = Math.ceil(from / stepMs) * stepMs
  return Float64Array.from({ length: Math.max(0, Math.ceil((to - first) / stepMs)) }, (_, i) => first + i * stepMs)
}

/** To the resolution of the point, without noise in the last digits. */
const rounded = (value: number, resolution: number): number => Number((Math.round(value / resolution) * resolution).toPrecision(12))

function rows(known: Series, at: Float64Array, made: (time: number, value: number) => { value: number; quality: number }): EditRows {
  const place = new Map(Array.from(known.at, (time, i) => [time, i]))
  const all = Array.from(at, (time) => {
    const i = place.get(time)
    const before = i === undefined ? { value: NaN, quality: QUALITY.missing as number } : { value: known.values[i]!, quality: known.quality[i]! }
    return { time, before, after: made(time, before.value) }
  })
  const written = all.filter(({ after }) => !Number.isNaN(after.value))
  if (written.length === 0) throw new EditProblem('No alike day tells what these values could have been.')
  return {
    at: Float64Array.from(written, ({ time }) => time),
    before: Float64Array.from(written, ({ before }) => before.value), beforeQuality: Uint8Array.from(written, ({ before }) => before.quality),
    after: Float64Array.from(written, ({ after }) => after.value), afterQuality: Uint8Array.from(written, ({ after }) => after.quality),
  }
}
