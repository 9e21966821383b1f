import type { StudyChange } from '#contract/reinforcement.ts'
import type { Range, Study } from '#contract/study-shapes.ts'

const BETWEEN = '~'
const BEFORE_VALUE = ':'

/** What the reader has changed, in the address of the page: `toYear:2040~money.discountPct:4.5`. */
export const writeChanges = (changes: readonly StudyChange[]): string | undefined =>
  changes.length === 0 ? undefined : changes.map(({ path, value }) => path + BEFORE_VALUE + value).join(BETWEEN)

/** Parts that are no path and number are left out: an address may have been cut. */
export function readChanges(text: string | undefined): StudyChange[] {
  return (text ?? '').split(BETWEEN).flatMap((part) => {
    const at = part.lastIndexOf(BEFORE_VALUE)
    const [path, number] = [part.slice(0, Math.max(0, at)), part.slice(at + 1)]
    return path === '' || number.trim() === '' || !Number.isFinite(Number(number)) ? [] : [{ path, value: Number(number) }]
  })
}

/** With `path` at `value`; what is again as the study has it is no change. */
export function withChange(changes: readonly StudyChange[], study: Study, path: string, value: number): StudyChange[] {
  const others = changes.filter((one) => one.path !== path)
  return valueAt(study, path) === value ? others : [...others, { path, value }]
}

/** Those whose path the study has; others come from an old link. */
export const knownChanges = (changes: readonly StudyChange[], study: Study): StudyChange[] => changes.filter(({ path }) => valueAt(study, path) !== undefined)

export const isRange = (value: unknown): value is Range => typeof value === 'object' && value !== null && 'likely' in value

/** What stands at a path: parts of lists are named by their id, their item or their year. */
export function partAt(study: Study, path: string): unknown {
  return path.split('.').reduce<unknown>((part, name) => {
    if (Array.isArray(part)) return part.find((one: Record<string, unknown>) => one['id'] === name || one['item'] === name || one['year'] === Number(name))
    return typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[name] : undefined
  }, study)
}

/** The number at a path: of a range the likely one, of a year its amount. Undefined where there is none. */
export function valueAt(study: Study, path: string): number | undefined {
  const part = partAt(study, path)
  const inner = typeof part === 'object' && part !== null && 'amount' in part ? part.amount : part
  const value = isRange(inner) ? inner.likely : inner
  return typeof value === 'number' ? value : undefined
}

export function rangeAt(study: Study, path: string): Range | undefined {
  const part = partAt(study, path)
  const inner = typeof part === 'object' && part !== null && 'amount' in part ? part.amount : part
  return isRange(inner) ? inner : undefined
}
