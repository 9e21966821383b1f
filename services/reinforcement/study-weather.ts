/** Placeholder until weather-year.ts is there. */
import type { Study } from '#models/district/schema-study.ts'
import type { District } from '#models/district/schema.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
export const weatherYears = (study: Study, frozen: FrozenYear, _district: District) => study.weatherYears.map(({ id, shiftC = 0, kind }) => ({ id, temperatureC: Float64Array.from(frozen.temperatureC, (c) => c + shiftC - (kind === 'cold-spell' ? 3 : 0)), coldestDayC: NaN, meanC: NaN, note: kind }))
