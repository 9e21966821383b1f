/**
 * Where the sun stands, and what it yields through a clear sky.
 * Position: J. Meeus, Astronomical Algorithms (2nd ed., 1998), chapters 12, 13, 22 and 25, the lower precision of
 * chapter 25, as in NOAA's solar calculator: within 0.01 degrees from 1950 to 2050.
 */
export interface SunPosition {
  /** Centre of the disc above the horizon in degrees, without refraction; negative at night. */
  readonly elevationDeg: Float64Array
  /** From north over east, 0 to 360 degrees. */
  readonly azimuthDeg: Float64Array
}

const RADIANS = Math.PI / 180
const DAY_MS = 86_400_000
/** 2000-01-01 12:00. */
const J2000_MS = 946_728_000_000
/** Terrestrial time is ahead of UTC by this much (69 s in 2020; a minute more or less is 0.0007 degrees). */
const AHEAD_MS = 69_000
/** The sun moves by at most 1.25 degrees within this time: its mean over a step is made of such pieces. */
const PIECE_S = 300

/** Position of the sun at instants `at` (UTC ms), seen from `latitude` and `longitude` in degrees (north and east positive). */
export function sunPosition(at: Float64Array, latitude: number, longitude: number): SunPosition {
  const elevationDeg = new Float64Array(at.length)
  const azimuthDeg = new Float64Array(at.length)
  const [sinLatitude, cosLatitude] = [Math.sin(latitude * RADIANS), Math.cos(latitude * RADIANS)]
  for (let i = 0; i < at.length; i += 1) {
    const { sinDeclination, cosDeclination, sinHour, cosHour } = hourAngle(at[i]!, longitude)
    elevationDeg[i] = Math.asin(clipped(sinLatitude * sinDeclination + cosLatitude * cosDeclination * cosHour)) / RADIANS
    const fromSouth = Math.atan2(sinHour * cosDeclination, cosHour * cosDeclination * sinLatitude - sinDeclination * cosLatitude) / RADIANS
    azimuthDeg[i] = (fromSouth + 540) % 360
  }
  return { elevationDeg, azimuthDeg }
}

/**
 * How much higher than it stands the sun is seen, in degrees, through air of 1010 hPa and 10 degC (Saemundsson, in Meeus,
 * chapter 16). 0 where even the upper edge of the disc is below the horizon.
 */
export function refractionDeg(elevationDeg: number): number {
  return elevationDeg < -0.8333 ? 0 : 1.02 / (60 * Math.tan((elevationDeg + 10.3 / (elevationDeg + 5.11)) * RADIANS))
}

/**
 * Global horizontal irradiance in W/m2 of a cloudless sky, as the mean over each step: `at` is the start of the step
 * (UTC ms), `stepS` its length. 0 at night. A mean sky of the mid-latitudes at sea level: in very clear or hazy air the
 * truth is up to 10 % higher or lower.
 * B. Haurwitz, Insolation in relation to cloudiness and cloud density, Journal of Meteorology 2 (1945); constants as in
 * M. Reno, C. Hansen and J. Stein, SAND2012-2389 (2012), where it is the best of the models that need the zenith alone.
 */
export function clearSkyWm2(at: Float64Array, stepS: number, latitude: number, longitude: number): Float64Array {
  const pieces = Math.max(1, Math.ceil(stepS / PIECE_S))
  const [sinLatitude, cosLatitude] = [Math.sin(latitude * RADIANS), Math.cos(latitude * RADIANS)]
  return at.map((start) => {
    let sum = 0
    for (let piece = 0; piece < pieces; piece += 1) {
      const { sinDeclination, cosDeclination, cosHour } = hourAngle(start + ((piece + 0.5) * stepS * 1000) / pieces, longitude)
      sum += haurwitzWm2(sinLatitude * sinDeclination + cosLatitude * cosDeclination * cosHour)
    }
    return sum / pieces
  })
}

/** Irradiance in W/m2 under a cloudless sky, by the cosine of the angle between the sun and the zenith. */
export function haurwitzWm2(cosZenith: number): number {
  return cosZenith > 0 ? 1098 * cosZenith * Math.exp(-0.059 / cosZenith) : 0
}

/** Declination of the sun and its angle west of the local meridian. */
function hourAngle(at: number, longitude: number) {
  const centuries = (at + AHEAD_MS - J2000_MS) / DAY_MS / 36_525
  const meanLongitude = 280.46646 + centuries * (36_000.76983 + 0.0003032 * centuries)
  const anomaly = (357.52911 + centuries * (35_999.05029 - 0.0001537 * centuries)) * RADIANS
  const centre =
    (1.914602 - centuries * (0.004817 + 0.000014 * centuries)) * Math.sin(anomaly) + (0.019993 - 0.000101 * centuries) * Math.sin(2 * anomaly) + 0.000289 * Math.sin(3 * anomaly)
  const node = (125.04 - 1934.136 * centuries) * RADIANS
  const nutationDeg = -0.00478 * Math.sin(node)
  // Aberration takes 20.5 arc seconds off.
  const ecliptic = (meanLongitude + centre - 0.00569 + nutationDeg) * RADIANS
  const obliquity = (23.4392911 - centuries * (0.0130042 + 1.64e-7 * centuries) + 0.00256 * Math.cos(node)) * RADIANS
  const sinDeclination = Math.sin(obliquity) * Math.sin(ecliptic)
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic))
  const daysUt = (at - J2000_MS) / DAY_MS
  const sidereal = (280.46061837 + 360.98564736629 * daysUt + nutationDeg * Math.cos(obliquity) + longitude) * RADIANS
  const hour = sidereal - ascension
  return { sinDeclination, cosDeclination: Math.sqrt(1 - sinDeclination * sinDeclination), sinHour: Math.sin(hour), cosHour: Math.cos(hour) }
}

const clipped = (sine: number) => Math.min(1, Math.max(-1, sine))
