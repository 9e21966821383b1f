import type { Compose } from './composition.ts'
import type { LocalDay } from './calendar.ts'
import { normal, uniform } from './hash.ts'
import { duskSine } from './weather.ts'

/** Street lighting: lit from its dusk to its dawn, dimmed to half from 23:00 to 05:30. Composed. */
export const streetLighting: Compose = ({ hash }, { weather }) => {
  const dusk = duskSine(hash)
  const level = (day: LocalDay, slot: number): number => {
    if (weather.on(day).sunElevationSine[slot] > dusk) return 0
    const minute = day.wallMinute[slot]
    return minute >= 1_380 || minute < 330 ? 0.5 : 1
  }
  return {
    provenance: 'composed',
    usualAnnual: 250,
    dayAmount(day) {
      let sum = 0
      for (let slot = 0; slot < day.slots; slot++) sum += level(day, slot)
      return sum
    },
    dayShape(day, out) {
      for (let slot = 0; slot < day.slots; slot++) out[slot] = level(day, slot)
    },
  }
}

/** Photovoltaic production: irradiance of the demonstration's weather, less what warm cells lose. Composed. */
export const photovoltaics: Compose = ({ point, hash }, { weather }) => {
  const power = (day: LocalDay, slot: number): number => {
    const { irradianceWm2, temperatureC } = weather.on(day)
    const cellC = temperatureC[slot] + 0.03 * irradianceWm2[slot]
    return irradianceWm2[slot] * (1 - 0.004 * (cellC - 25))
  }
  return {
    provenance: 'composed',
    usualAnnual: (point.ratedPowerKw ?? 50) * (1_000 + 60 * normal(hash, 1, 1)),
    dayAmount(day) {
      let sum = 0
      for (let slot = 0; slot < day.slots; slot++) sum += power(day, slot)
      return sum
    },
    dayShape(day, out) {
      for (let slot = 0; slot < day.slots; slot++) out[slot] = power(day, slot) * (0.97 + 0.06 * uniform(hash, day.epochDay, slot))
    },
  }
}
