/** Time stamps of the standard mode: a letter of the season, then year to second in legal French time. */

const FORM = /^([HhEe ])(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/
const HOUR_MS = 3_600_000
const OFFSET_MS = { H: HOUR_MS, E: 2 * HOUR_MS } as const

export interface Horodate {
  /** UTC in epoch milliseconds. */
  readonly at: number
  /** The meter has lost the time of the network: it says so by a small letter. */
  readonly isDegraded: boolean
}

/**
 * H is winter (UTC+1) and E summer (UTC+2), so that the hour that comes twice in October has two names. Undefined for
 * no date at all and for a meter that does not know the season.
 */
export function readHorodate(text: string): Horodate | undefined {
  const found = FORM.exec(text)
  if (found === null || found[1] === ' ') return undefined
  const [year, month, day, hour, minute, second] = found.slice(2).map(Number)
  const shown = new Date(Date.UTC(2000 + year, month - 1, day, hour, minute, second))
  if (shown.getUTCMonth() !== month - 1 || shown.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined
  const season = found[1].toUpperCase() as 'H' | 'E'
  return { at: shown.getTime() - OFFSET_MS[season], isDegraded: found[1] !== season }
}
