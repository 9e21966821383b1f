/** `2026-01-12T18:30` of a time zone, as an input of the browser holds it: the district's clock, not the reader's. */
export function toLocalInput(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).format(at).replace(' ', 'T')
}

/** The instant of such a text: of a doubled hour the first one, of an hour that is skipped the one after. NaN if it is none. */
export function fromLocalInput(text: string, timeZone: string): number {
  const wall = Date.parse(`${text}Z`)
  if (Number.isNaN(wall)) return NaN
  const offsetAt = (at: number) => Date.parse(`${toLocalInput(at, timeZone)}Z`) - Math.floor(at / 60_000) * 60_000
  const offsets = [offsetAt(wall - 86_400_000), offsetAt(wall + 86_400_000)]
  const fitting = offsets.map((offset) => wall - offset).filter((at) => toLocalInput(at, timeZone) === text)
  return fitting.length > 0 ? Math.min(...fitting) : wall - Math.min(...offsets)
}
