/** What the schema of the study cannot say of a number by its name, as it leaves open what an amount is an amount of. */
const BOUNDS: readonly (readonly [RegExp, number, number])[] = [
  [/\.(renovation|heatNetwork)\.share(\.|$)/, 0, 1],
  [/\.(electricVehicles\.vehicles|heatPumps\.dwellings|photovoltaics\.peakKw)(\.|$)/, 0, 1e7],
  // A class may shrink, but something is left of it; growth beyond a doubling a year is a slip of the finger.
  [/\.growthPct\./, -99, 100],
  [/^money\.(discountPct|inflationPct)/, 0, 100],
  [/^money\.\w*Eur\w*/, 0, 1e6],
]

/** Least and most that a number of a study may be, by its path; without a rule anything. */
export function boundsOfPath(path: string): { least: number; most: number } {
  const [, least, most] = BOUNDS.find(([pattern]) => pattern.test(path)) ?? [undefined, -Infinity, Infinity]
  return { least, most }
}
