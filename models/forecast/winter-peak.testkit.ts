import { seeded } from '#models/capacity/random.ts'
import { normals } from './normal.ts'

/** Daily mean temperatures of a maritime place: a yearly wave and anomalies that last for days. `scatterC` is that of a day. */
export function dailyWeather(seed: number, days: number, firstDay: number, { meanC = 11, swingC = 6, scatterC = 3, persistence = 0.75 } = {}): Float64Array {
  const normal = normals(seeded(seed))
  let anomaly = scatterC * normal()
  return Float64Array.from({ length: days }, (_, i) => {
    anomaly = persistence * anomaly + scatterC * Math.sqrt(1 - persistence ** 2) * normal()
    // Coldest in the last days of January.
    return meanC - swingC * Math.cos((2 * Math.PI * (firstDay + i - 27)) / 365.25) + anomaly
  })
}

/** 0 Monday to Friday, 1 Saturday, 2 Sunday. */
export const dayTypes = (firstDay: number, days: number) => Uint8Array.from({ length: days }, (_, i) => [2, 0, 0, 0, 0, 0, 1][new Date((firstDay + i) * 86_400_000).getUTCDay()]!)
