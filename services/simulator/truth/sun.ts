const DAY_MS = 86_400_000
const RADIANS = Math.PI / 180

/** Sine of the sun's elevation; NOAA's low-precision formulas, good to about a quarter of a degree. */
export function sunElevationSine(at: number, latitude: number, longitude: number): number {
  const century = (at - Date.UTC(2000, 0, 1, 12)) / DAY_MS / 36_525
  const meanLongitude = (280.466 + 36_000.77 * century) * RADIANS
  const anomaly = (357.529 + 35_999.05 * century) * RADIANS
  const eclipticLongitude = meanLongitude + (1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS
  const tilt = 23.439 * RADIANS
  const declination = Math.asin(Math.sin(tilt) * Math.sin(eclipticLongitude))
  const rightAscension = Math.atan2(Math.cos(tilt) * Math.sin(eclipticLongitude), Math.cos(eclipticLongitude))
  const siderealDegrees = 280.4606 + 360.9856473 * ((at - Date.UTC(2000, 0, 1, 12)) / DAY_MS) + longitude
  const hourAngle = siderealDegrees * RADIANS - rightAscension
  const phi = latitude * RADIANS
  return Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle)
}

/** Global horizontal irradiance under a clear sky (Haurwitz), W/m2. */
export const clearSkyWm2 = (elevationSine: number): number =>
  elevationSine <= 0 ? 0 : 1_098 * elevationSine * Math.exp(-0.057 / elevationSine)
