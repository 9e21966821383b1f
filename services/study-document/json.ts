/**
 * The study as JSON for machines and archives: keys in the same order whoever made the object, so that two files of the same study are
 * the same byte by byte. Lists keep their order; what is not a number in JSON is null, as everywhere in a study.
 */
export const jsonOf = (value: unknown): string => `${JSON.stringify(ordered(value), null, 2)}\n`

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  // By code units: the order of a language differs from machine to machine.
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, own]) => [key, ordered(own)]))
}
