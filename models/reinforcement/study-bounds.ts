import type { Study } from '#models/district/schema-study.ts'

/** What the schema of the study cannot say of a number by its name, as it leaves open what an amount is an amount of. */
const BOUNDS: readonly (readonly [RegExp, number, number])[] = [
  [/\.(renovation|heatNetwork)\.share(\.|$)/, 0, 1],
  [/\.(electricVehicles\.vehicles|heatPumps\.dwellings|photovoltaics\.peakKw)(\.|$)/, 0, 1e7],
  // A class may shrink, but not below nothing; growth beyond a doubling a year is a slip of the finger.
  [/\.growthPct\./, -100, 100],
  [/^money\.(discountPct|inflationPct)/, -20, 100],
  [/^money\.\w*Eur\w*/, 0, 1e6],
]

/** Least and most that a number of a study may be, by its path; without a rule anything. */
export function boundsOfPath(path: string): { least: number; most: number } {
  const [, least, most] = BOUNDS.find(([pattern]) => pattern.test(path)) ?? [undefined, -Infinity, Infinity]
  return { least, most }
}

const isOne = (sum: number): boolean => Math.abs(sum - 1) < 1e-6
const sumOf = (parts: readonly { readonly probability: number }[]): number => parts.reduce((sum, { probability }) => sum + probability, 0)

/** Numbers of a study that contradict each other, with the path of one of them; empty: it holds together. */
export function inconsistencies(study: Study): { path: string; detail: string }[] {
  const wrong: { path: string; detail: string }[] = []
  if (study.toYear < study.fromYear) wrong.push({ path: 'toYear', detail: `The study ends in ${study.toYear}, before it begins in ${study.fromYear}.` })
  for (const list of ['scenarios', 'weatherYears'] as const) {
    const sum = sumOf(study[list])
    if (!isOne(sum)) wrong.push({ path: list, detail: `Their probabilities are together ${Number(sum.toFixed(6))}, not 1.` })
  }
  for (const { id, electricVehicles } of study.scenarios) {
    const places = electricVehicles?.places
    if (places !== undefined && !isOne(places.home + places.work + places.public)) wrong.push({ path: `scenarios.${id}.electricVehicles.places`, detail: 'The shares of the places are not together 1.' })
  }
  collect(study, '', wrong)
  return wrong
}

/** Ranges the wrong way round, and paths whose years do not rise, wherever they stand. */
function collect(value: unknown, path: string, wrong: { path: string; detail: string }[]): void {
  if (typeof value !== 'object' || value === null) return
  const below = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`)
  if (Array.isArray(value)) {
    const isPath = value.every((part) => typeof part === 'object' && part !== null && 'year' in part && 'amount' in part)
    if (isPath && value.some((part, i) => i > 0 && part.year <= value[i - 1].year)) wrong.push({ path, detail: 'Its years do not rise.' })
  } else if ('likely' in value) {
    const { low, likely, high } = value as { low: number; likely: number; high: number }
    if (!(low <= likely && likely <= high)) wrong.push({ path, detail: `${low}, ${likely} and ${high} do not rise.` })
  }
  for (const [name, part] of Object.entries(value)) collect(part, below(name), wrong)
}
