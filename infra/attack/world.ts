/**
 * An invented district for the attacker: homes, shops, bakeries that bake at night, a chain with six meters, large sites, people who
 * come and go, meters that fall silent, and corrections that arrive late. Every figure follows from the seed by a formula, so
 * years of hours need no memory.
 */
import type { HeldPoint, PointEnergies, PublicationSource, SourceHolder } from '#services/publication/source.ts'
import { localParts, nextLocalDayStart } from '#models/units/local-time.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const TIME_ZONE = 'Europe/Paris'
export const ZONES = ['arsenal', 'bastion', 'corderie', 'darse', 'esplanade'] as const

export type Trade = 'home' | 'shop' | 'bakery' | 'chain' | 'large' | 'town'

export interface WorldHolder {
  readonly holderId: string
  readonly trade: Trade
  readonly zone: string
  readonly category: 'residential' | 'professional'
  readonly points: readonly { readonly id: string; readonly yearlyKwh: number }[]
  /** Here from, until. */
  readonly from: number
  readonly to: number
}

export interface WorldSettings {
  readonly seed: number
  /** First instant that is measured. */
  readonly begin: number
  readonly homesAZone: number
  /** Shops by zone, in the order of `ZONES`: small numbers are planted targets. */
  readonly shopsByZone: readonly number[]
  readonly bakeries: number
  readonly largeSites: number
  /** At these instants so many shops and homes come, and as many leave. */
  readonly changes: readonly { readonly at: number; readonly holders: number }[]
}

export interface World {
  readonly holders: readonly WorldHolder[]
  readonly source: PublicationSource
  /** What nobody outside knows (kWh): of a holder from one instant to another, whole hours. */
  truth(holderId: string, from: number, to: number): number
  /** From now on readings of a fortnight ago come back corrected: a publisher that revised would tell of the difference. */
  correct(): void
  /** Half days on which a meter of a holder said nothing, in the order of time. */
  silences(from: number, to: number): readonly { readonly holder: WorldHolder; readonly day: number; readonly hours: number }[]
}

/** Uniform in [0, 1) from two whole numbers. */
export function mixed(one: number, other: number): number {
  let state = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(other + 0x7f4a7c15, 0xc2b2ae35)
  state ^= state >>> 15
  state = Math.imul(state, 0x2c1b3c6d)
  state ^= state >>> 12
  state = Math.imul(state, 0x297a2d39)
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32
}
const gauss = (one: number, other: number): number => Math.sqrt(-2 * Math.log(1 - mixed(one, other))) * Math.cos(2 * Math.PI * mixed(other, one))
const logNormal = (median: number, sigma: number, one: number, other: number): number => median * Math.exp(sigma * gauss(one, other))

/** Share of the mean hour by local hour; shops are shut on Sunday. */
function shape(trade: Trade, hour: number, weekday: number): number {
  switch (trade) {
    case 'home': return hour < 6 ? 0.5 : hour < 9 ? 1.1 : hour < 17 ? 0.8 : hour < 23 ? 1.7 : 0.8
    case 'bakery': return hour >= 2 && hour < 8 ? 3 : 0.33
    case 'town': return 1
    default: return weekday === 7 ? 0.3 : hour >= 8 && hour < 19 ? 1.8 : 0.4
  }
}

export function createWorld(settings: WorldSettings): World {
  const { seed, begin } = settings
  let count = 0
  const holders: WorldHolder[] = []
  const add = (trade: Trade, zone: string, category: WorldHolder['category'], yearlyKwh: readonly number[], from = 0, to = Infinity) => {
    const number = (count += 1)
    holders.push({ holderId: `${trade}-${number}`, trade, zone, category, points: yearlyKwh.map((kwh, i) => ({ id: `pt-${number}-${i}`, yearlyKwh: kwh })), from, to })
  }
  const draw = () => (count += 1) * 7919 + seed
  for (const [place, zone] of ZONES.entries()) {
    for (let i = 0; i < settings.homesAZone; i += 1) add('home', zone, 'residential', [logNormal(3_500, 0.6, draw(), 1)])
    for (let i = 0; i < settings.shopsByZone[place]!; i += 1) add('shop', zone, 'professional', [logNormal(18_000, 0.9, draw(), 2)])
  }
  for (let i = 0; i < settings.bakeries; i += 1) add('bakery', ZONES[i % 3]!, 'professional', [logNormal(60_000, 0.4, draw(), 3)])
  for (let i = 0; i < settings.largeSites; i += 1) add('large', ZONES[i % ZONES.length]!, 'professional', [logNormal(250_000, 0.5, draw(), 4)])
  add('chain', ZONES[0], 'professional', Array.from({ length: 6 }, () => logNormal(25_000, 0.4, draw(), 5)))
  add('town', ZONES[1], 'professional', [180_000])
  for (const { at, holders: many } of settings.changes) {
    for (let i = 0; i < many; i += 1) {
      const zone = ZONES[(i + Math.round(at / DAY_MS)) % ZONES.length]!
      // As many come as leave; those who leave were there from the beginning.
      const isShop = i % 2 === 0
      const kwh = isShop ? logNormal(22_000, 0.9, draw(), 6) : logNormal(3_500, 0.6, draw(), 7)
      add(isShop ? 'shop' : 'home', zone, isShop ? 'professional' : 'residential', [kwh], i % 4 < 2 ? at : 0, i % 4 < 2 ? Infinity : at)
    }
  }

  const pointOf = new Map(holders.flatMap((holder) => holder.points.map((point) => [point.id, { holder, ...point, number: Number(point.id.split('-')[1]) * 8 + Number(point.id.split('-')[2]) }] as const)))
  const clock = new Map<number, { hour: number; weekday: number }>()
  const localOf = (at: number) => {
    let local = clock.get(at)
    if (local === undefined) {
      const parts = localParts(at, TIME_ZONE)
      clock.set(at, (local = { hour: parts.hour, weekday: parts.isoWeekday }))
    }
    return local
  }
  let correctedFrom = Infinity
  /** A meter in fifty is silent for half a day each month. */
  const isSilent = (number: number, at: number): boolean => mixed(number, 99) < 0.02 && Math.floor(at / (12 * HOUR_MS)) % 61 === number % 61
  const kwhOf = (id: string, at: number): number => {
    const { holder, yearlyKwh, number } = pointOf.get(id)!
    const { hour, weekday } = localOf(at)
    const season = 1 + (holder.trade === 'home' ? 0.35 : 0.15) * Math.cos((2 * Math.PI * (at / DAY_MS - 20_470)) / 365.25)
    const day = 1 + 0.5 * (mixed(number, Math.floor(at / DAY_MS)) - 0.5)
    const noise = 1 + 0.6 * (mixed(number * 31, Math.floor(at / HOUR_MS)) - 0.5)
    return (yearlyKwh / 8766) * shape(holder.trade, hour, weekday) * season * day * noise
  }

  const source: PublicationSource = {
    unitOf: (carrier) => (carrier === 'electricity' ? 'kWh' : undefined),
    async holders(_carrier, at) {
      return holders.filter(({ from, to }) => from <= at && at < to).map(({ holderId, trade, zone, category, points }): SourceHolder => ({
        holderId, isPublic: trade === 'town',
        deliveryPoints: points.map(({ id, yearlyKwh }): HeldPoint => ({ id, zone, category, highestKwhPerHour: Math.max(6, (6 * yearlyKwh) / 8766), isLarge: trade === 'large' })),
      }))
    },
    async energies(_carrier, deliveryPoints, from, to): Promise<PointEnergies> {
      const at = Float64Array.from({ length: Math.round((to - from) / HOUR_MS) }, (_, i) => from + i * HOUR_MS)
      const energies = new Float64Array(at.length * deliveryPoints.length).fill(NaN)
      for (const [k, id] of deliveryPoints.entries()) {
        const { holder, number } = pointOf.get(id)!
        for (const [step, time] of at.entries()) {
          const isTown = holder.trade === 'town'
          if (time < begin || time < holder.from || time >= holder.to || (!isTown && isSilent(number, time))) continue
          energies[step * deliveryPoints.length + k] = kwhOf(id, time) * (time >= correctedFrom && !isTown && number % 5 === 0 ? 1.1 : 1)
        }
      }
      return { at, energies }
    },
    tenures: (id) => {
      const { holder: { holderId, from, to } } = pointOf.get(id)!
      return [{ holderId, from, to }]
    },
  }
  const truths = new Map<string, number>()
  const byId = new Map(holders.map((holder) => [holder.holderId, holder]))
  return {
    holders, source,
    truth(holderId, from, to) {
      const key = `${holderId} ${from} ${to}`
      const known = truths.get(key)
      if (known !== undefined) return known
      const { points, from: here, to: gone } = byId.get(holderId)!
      let sum = 0
      for (let at = Math.max(from, here); at < Math.min(to, gone); at += HOUR_MS) for (const { id } of points) sum += kwhOf(id, at)
      truths.set(key, sum)
      return sum
    },
    correct() { correctedFrom = begin },
    silences(from, to) {
      const found: { holder: WorldHolder; day: number; hours: number }[] = []
      for (let day = from; day < to; day = nextLocalDayStart(day, TIME_ZONE)) {
        const end = nextLocalDayStart(day, TIME_ZONE)
        for (const { holder, number } of pointOf.values()) {
          let hours = 0
          for (let at = day; at < end; at += HOUR_MS) if (isSilent(number, at)) hours += 1
          if (hours > 0 && holder.from <= day && day < holder.to) found.push({ holder, day, hours })
        }
      }
      return found
    },
  }
}
