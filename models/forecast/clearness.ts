/**
 * Irradiance as a share of that of a cloudless sky: what clouds make of the day, freed from the course of the sun. Weather
 * of other days, errors of forecasts and persistence are taken of it, never of the irradiance itself.
 */

/** Below this the sun is so low that the share says nothing. */
const LOWEST_CLEAR_SKY_WM2 = 20

/** Share by step; NaN at night, at a very low sun, and where the irradiance is not known. Sensors and thin clouds give up to 1.2. */
export function clearnessOf(irradianceWm2: Float64Array, clearSkyWm2: Float64Array): Float64Array {
  return irradianceWm2.map((value, i) => (clearSkyWm2[i]! >= LOWEST_CLEAR_SKY_WM2 ? Math.min(1.2, Math.max(0, value / clearSkyWm2[i]!)) : NaN))
}

/** Irradiance in W/m2 of a share; 0 at night whatever the share. At a very low sun where the share is NaN, `lowSunShare`. */
export function irradianceOf(clearness: Float64Array, clearSkyWm2: Float64Array, lowSunShare = 0.5): Float64Array {
  return clearness.map((share, i) => {
    const clear = clearSkyWm2[i]!
    if (clear === 0) return 0
    return clear * (Number.isNaN(share) && clear < LOWEST_CLEAR_SKY_WM2 ? lowSunShare : share)
  })
}
