/** Invented districts for tests and the benchmark: always the same for the same seed. */
import type { PublicationRules } from '#models/district/schema.ts'
import type { CohortHolder, GuardWorld, StepTable } from './guard-shapes.ts'

export const HOUR_MS = 3_600_000
export const RULES: PublicationRules = { validFrom: '2026-01-01T00:00:00Z', minHolders: 100, minDeliveryPoints: 100, maxHolderSharePct: 5, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 1 }

/** Mulberry32: uniform in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const logNormal = (random: () => number, median: number, sigma: number): number =>
  median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))

export const holder = (holderId: string, rest: Partial<CohortHolder> = {}): CohortHolder => ({ holderId, deliveryPoints: 1, isPublic: false, highestKwhPerHour: Infinity, ...rest })

/** Cells by the ids of their members; parents are what stands before the last slash, `district` above zones. */
export function worldOf(holders: readonly CohortHolder[], cells: Readonly<Record<string, readonly number[]>>, rest: Partial<GuardWorld> = {}): GuardWorld {
  const parentOf = (id: string): string | null => (id === 'district' ? null : id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : 'district')
  return {
    carrier: 'electricity', holders, external: [], cohortSha256: 'sha256-of-the-cohort',
    cells: Object.entries(cells).map(([id, members]) => ({ id, parent: parentOf(id), members: Int32Array.from(members).sort() })), ...rest,
  }
}

/** One row a step; `kwh(holder, step)`. */
export function tableOf(holders: number, from: string, steps: number, stepH: number, kwh: (holder: number, step: number) => number): StepTable {
  const begin = Date.parse(from)
  return {
    at: Float64Array.from({ length: steps }, (_, step) => begin + step * stepH * HOUR_MS), imputed: new Uint8Array(steps * holders),
    kwh: Float64Array.from({ length: steps * holders }, (_, place) => kwh(place % holders, Math.floor(place / holders))),
  }
}
