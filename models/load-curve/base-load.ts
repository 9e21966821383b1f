/**
 * The base load (talon) of a site: the median over its days of the lowest hour mean of each day, in the unit of the
 * curve. The median keeps one outage or one closed day from deciding. `values` are consecutive step means, `dayIndex`
 * the local day of each (see `loadCalendar`). NaN when fewer than `minDays` days are at least nine tenths complete.
 */
export function baseLoad(values: Float64Array, dayIndex: Int32Array, stepS: number, minDays = 7): number {
  const stepsAnHour = Math.max(1, Math.round(3600 / stepS))
  const fullDay = 86_400 / stepS
  const lowest: number[] = []
  for (let start = 0; start < values.length; ) {
    let end = start
    while (end < values.length && dayIndex[end] === dayIndex[start]) end += 1
    let known = 0
    let dayLowest = Infinity
    for (let i = start; i < end; i += 1) {
      if (!Number.isNaN(values[i]!)) known += 1
      if (i + stepsAnHour > end) continue
      let sum = 0
      for (let k = 0; k < stepsAnHour; k += 1) sum += values[i + k]!
      if (sum / stepsAnHour < dayLowest) dayLowest = sum / stepsAnHour
    }
    if (known >= 0.9 * Math.min(fullDay, end - start) && end - start >= 0.9 * fullDay && Number.isFinite(dayLowest)) lowest.push(dayLowest)
    start = end
  }
  if (lowest.length < minDays) return NaN
  lowest.sort((a, b) => a - b)
  const middle = Math.floor(lowest.length / 2)
  return lowest.length % 2 === 1 ? lowest[middle]! : (lowest[middle - 1]! + lowest[middle]!) / 2
}
