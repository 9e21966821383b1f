/** Ticks of a time axis in the local time of the district, whatever the clock of the browser. */
export interface Tick {
  readonly value: number
  readonly label: string
}

const HOUR_MS = 3_600_000
const DAY_HOURS = 24

/** Hours between two ticks, so that about `room` labels fit. */
function stepHours(spanHours: number, room: number): number {
  const wanted = spanHours / Math.max(2, room)
  return [1, 2, 3, 6, 12, 24, 48, 120, 240, 720].find((hours) => hours >= wanted) ?? 2160
}

export function timeTicks(from: number, to: number, options: { timeZone: string; locale: string; room: number }): Tick[] {
  if (!(to > from)) return []
  const step = stepHours((to - from) / HOUR_MS, options.room)
  const tag = options.locale === 'fr' ? 'fr-FR' : 'en-GB'
  const { timeZone } = options
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23', day: 'numeric' })
  const time = new Intl.DateTimeFormat(tag, { timeZone, hour: '2-digit', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(tag, step >= 48 ? { timeZone, day: 'numeric', month: 'short' } : { timeZone, weekday: 'short', day: 'numeric' })
  const ticks: Tick[] = []
  let days = -1
  for (let at = Math.ceil(from / HOUR_MS) * HOUR_MS; at <= to; at += HOUR_MS) {
    const found = parts.formatToParts(at)
    const hour = Number(found.find((part) => part.type === 'hour')!.value)
    if (hour === 0) days++
    const midnight = hour === 0
    if (step < DAY_HOURS ? hour % step === 0 : midnight && days % (step / DAY_HOURS) === 0)
      ticks.push({ value: at, label: midnight ? day.format(at) : time.format(at) })
  }
  return ticks
}
