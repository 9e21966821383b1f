/** A cold spell that was measured: its days tell in what order cold comes and goes; how cold it gets is told by the district's own winters. */

/**
 * Daily means, degC, of 22 February to 5 March 2018 at Bedford, from the hourly temperatures of MIDAS Open (UK Met Office, Open Government
 * Licence v3.0) that `fixtures/load-curves/cambridge.csv.gz` carries; a test makes them again.
 */
export const SPELL_2018_C: readonly number[] = [1.1, 0, 0.7, -0.5, -1.4, -2.5, -4.6, -4, -2.4, -0.3, 3.8, 5.8]
export const SPELL_2018_SOURCE = 'shape: cold spell of 22 February to 5 March 2018 at Bedford, MIDAS Open (Met Office), Open Government Licence v3.0'

/** How far above its coldest day each day of the spell is, degC: its coldest stretch of `days` days; drawn out where it was shorter. */
export function spellAnomalies(days: number): Float64Array {
  const table = SPELL_2018_C
  const lowest = Math.min(...table)
  if (days > table.length) {
    return Float64Array.from({ length: days }, (_, day) => {
      const place = (day * (table.length - 1)) / (days - 1)
      const before = Math.floor(place)
      const after = Math.min(before + 1, table.length - 1)
      const nearest = table[Math.round(place)] === lowest ? lowest : table[before]! + (table[after]! - table[before]!) * (place - before)
      return nearest - lowest
    })
  }
  const sumFrom = (start: number) => table.slice(start, start + days).reduce((sum, value) => sum + value, 0)
  let best = 0
  for (let start = 1; start + days <= table.length; start += 1) if (sumFrom(start) < sumFrom(best)) best = start
  return Float64Array.from(table.slice(best, best + days), (value) => value - lowest)
}
