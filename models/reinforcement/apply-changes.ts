import { Ajv } from 'ajv'
import { studyMisfits } from '#models/district/check-study.ts'
import { Study } from '#models/district/schema-study.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { boundsOfPath } from './study-bounds.ts'
import { namesOfPart } from './study-paths.ts'
import type { StudyAsk } from './study-result.ts'

/** A number of the study that somebody sets: a path such as `scenarios.trend.electricVehicles.vehicles.2041`, `money.discountPct` or `toYear`. */
export interface NumberChange {
  readonly path: string
  readonly value: number
}

interface Range { low: number; likely: number; high: number }
type Container = Record<string, unknown> | unknown[]
/** Where a number stands. */
interface Place { readonly holder: Container; readonly key: string | number }

/**
 * What a run is asked: the study of the document with some of its numbers changed, and what was changed, each path once. A number that
 * is a range moves as a whole: the value becomes its `likely`, and `low` and `high` keep their distance, but do not leave what the
 * quantity allows. The study that is given stays as it is.
 * @throws PF_STUDY_CHANGE_INVALID naming the path: nothing there, more than one part of that name, no number, out of bounds, or a study
 * that no longer fits its schema or itself (years in order, probabilities together 1)
 */
export function askWithChanges(study: Study, changes: readonly NumberChange[], depth: StudyAsk['depth']): StudyAsk {
  const changed = structuredClone(study)
  const former = new Map<string, { from: string; to: string }>()
  for (const { path, value } of changes) {
    const { holder, key } = placeOf(changed, path)
    const before = at(holder, key)
    const from = former.get(path)?.from ?? shown(before)
    put(holder, key, moved(path, before, value))
    former.set(path, { from, to: String(value) })
  }
  const paths = changes.map(({ path }) => path)
  refuseMisfit(changed, paths)
  return {
    fromYear: changed.fromYear, toYear: changed.toYear, study: changed, depth,
    changed: [...former].filter(([, { from, to }]) => from !== to).map(([path, values]) => ({ path, ...values })),
  }
}

const at = (holder: Container, key: string | number): unknown => (holder as Record<string | number, unknown>)[key]
const put = (holder: Container, key: string | number, value: unknown): void => void ((holder as Record<string | number, unknown>)[key] = value)
const isRange = (value: unknown): value is Range => typeof value === 'object' && value !== null && 'likely' in value
const shown = (value: unknown): string => String(isRange(value) ? value.likely : value)
const refused = (path: string, detail: string): PenfeldError => new PenfeldError('PF_STUDY_CHANGE_INVALID', detail, { where: path })

function placeOf(study: Study, path: string): Place {
  let holder = study as unknown as Container
  let rest = path
  for (;;) {
    const { key, length } = stepInto(holder, rest, path)
    const value = at(holder, key)
    rest = rest.slice(length + 1)
    if (rest === '') {
      // A year of a path stands for its amount.
      if (isYearAmount(value)) return { holder: value as unknown as Container, key: 'amount' }
      if (typeof value === 'number' || isRange(value)) return { holder, key }
      throw refused(path, 'There is no number under this path.')
    }
    if (typeof value !== 'object' || value === null) throw refused(path, `Nothing of the study is called "${rest}" there.`)
    holder = value as Container
  }
}

const isYearAmount = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 2 && 'year' in value && 'amount' in value

/** The part of a container that the path names next: the longest name that fits, as names may hold dots. */
function stepInto(holder: Container, rest: string, path: string): { key: string | number; length: number } {
  const names = Array.isArray(holder) ? holder.flatMap((part, place) => namesOfPart(part).map((name) => ({ name, key: place }))) : Object.keys(holder).map((name) => ({ name, key: name }))
  const fitting = names.filter(({ name }) => rest === name || rest.startsWith(`${name}.`))
  if (fitting.length === 0) throw refused(path, `Nothing of the study is called "${rest}" there.`)
  const length = Math.max(...fitting.map(({ name }) => name.length))
  const longest = fitting.filter(({ name }) => name.length === length)
  if (longest.length > 1) throw refused(path, `${longest.length} parts are called "${longest[0]!.name}": name one by node and year, or change it in the district document.`)
  return { key: longest[0]!.key, length }
}

function moved(path: string, before: unknown, value: number): unknown {
  const { least, most } = boundsOfPath(path)
  // A comparison with NaN is false, so that it is refused as well.
  if (!(value >= least && value <= most && Number.isFinite(value))) throw refused(path, `${value} is not between ${least} and ${most}.`)
  if (!isRange(before)) return value
  const by = value - before.likely
  const within = (bound: number) => Math.min(most, Math.max(least, bound + by))
  return { low: within(before.low), likely: value, high: within(before.high) }
}

let validate: ReturnType<Ajv['compile']> | undefined

function refuseMisfit(study: Study, paths: readonly string[]): void {
  // Compiled at first use: most processes never change a study.
  validate ??= new Ajv({ strict: false }).compile(Study)
  const where = paths.length === 1 ? paths[0]! : undefined
  if (!validate(study)) {
    const { instancePath, message } = validate.errors![0]!
    const field = instancePath.slice(1).replaceAll('/', '.')
    throw refused(where ?? field, `${field} ${message ?? 'is not allowed'}.`)
  }
  const wrong = studyMisfits(study)[0]
  if (wrong !== undefined) throw refused(where ?? wrong.path, wrong.message)
}
