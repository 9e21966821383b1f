/**
 * Hosting capacity: how much of one kind of installation (PV, chargers) a network takes before a limit breaks. It depends on
 * who comes first, so that it is not one number: customers are drawn in random order, each installs one unit, and the
 * power just before the first breach is one placement. What is reported are quantiles over the placements.
 */
import { type Addition, type CapacityCase, createProbe, nothingAdded } from './capacity-case.ts'
import { type BreachKind, holds, type Margin } from './judge.ts'
import { seeded, shuffled } from './random.ts'

/** One customer who may install one unit. */
export interface HostingCandidate {
  readonly bus: number
  /** Rated power of the unit, kW. */
  readonly unitKw: number
}

export interface HostingOptions {
  readonly direction: 'demand' | 'generation'
  /** Reactive over active power, both positive when drawn. */
  readonly tanPhi: number
  /** By step of the case: share of the rated power that all units draw or deliver in it, 0 to 1. */
  readonly shareOfRated: ArrayLike<number>
  readonly placements: number
  readonly seed: number
  /** Shares of the placements; absent: 5, 25, 50, 75, 95 %. */
  readonly quantiles?: readonly number[]
}

export interface HostingCapacity {
  readonly direction: 'demand' | 'generation'
  readonly placements: number
  readonly seed: number
  /** In this share of the placements a limit breaks at this power or below. */
  readonly quantiles: readonly { readonly share: number; readonly kw: number; readonly units: number }[]
  /** What broke first, and in how many placements; most frequent first. */
  readonly bindings: readonly { readonly kind: BreachKind; readonly element: string | undefined; readonly placements: number }[]
  /** Placements in which every candidate has a unit and nothing breaks: their power is a lower bound. */
  readonly unlimitedPlacements: number
  /** A limit that is broken, or a step that is not computed, without any unit: all quantiles are 0. */
  readonly brokenBefore: Margin | undefined
}

const USUAL_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]

/** Deterministic for a seed. */
export function hostingCapacity(one: CapacityCase, candidates: readonly HostingCandidate[], options: HostingOptions): HostingCapacity {
  const probe = createProbe(one)
  const random = seeded(options.seed)
  const sign = options.direction === 'demand' ? 1 : -1
  const every = Array.from({ length: one.loads.scenarios }, (_, step) => step)
  const active = every.filter((step) => options.shareOfRated[step] !== 0)
  const worstOf = (steps: readonly number[], add: Addition) => probe.margins(steps, add).reduce<Margin | undefined>((worst, margin) => (holds(margin) || (worst !== undefined && worst.share >= margin.share) ? worst : margin), undefined)
  const brokenBefore = worstOf(every, nothingAdded)

  const placement = (): Placement => {
    const order = shuffled(candidates.length, random)
    if (brokenBefore !== undefined) return { kw: 0, units: 0, breach: brokenBefore }
    const breachWith = (units: number) => worstOf(active, (activeKw, reactiveKvar, offset, entry) => {
      const share = sign * options.shareOfRated[active[entry]]
      for (let k = 0; k < units; k += 1) {
        const { bus, unitKw } = candidates[order[k]]
        activeKw[offset + bus] += share * unitKw
        reactiveKvar[offset + bus] += share * unitKw * options.tanPhi
      }
    })
    let units = 0
    let tooMany = candidates.length + 1
    let breach: Margin | undefined
    while (tooMany - units > 1) {
      // Everybody first: a network that takes them all is seen at once.
      const tried = tooMany > candidates.length ? candidates.length : (units + tooMany) >> 1
      const found = breachWith(tried)
      if (found === undefined) units = tried
      else {
        tooMany = tried
        breach = found
      }
      if (found === undefined && tried === candidates.length) break
    }
    let kw = 0
    for (let k = 0; k < units; k += 1) kw += candidates[order[k]].unitKw
    return { kw, units, breach }
  }
  const placements = Array.from({ length: options.placements }, placement)
  const sorted = [...placements].sort((a, b) => a.kw - b.kw)
  return {
    direction: options.direction, placements: options.placements, seed: options.seed,
    quantiles: (options.quantiles ?? USUAL_QUANTILES).map((share) => {
      const { kw, units } = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
      return { share, kw, units }
    }),
    bindings: countBindings(placements),
    unlimitedPlacements: placements.filter((one) => one.breach === undefined).length,
    brokenBefore,
  }
}

interface Placement {
  readonly kw: number
  readonly units: number
  readonly breach: Margin | undefined
}

function countBindings(placements: readonly Placement[]): HostingCapacity['bindings'] {
  const counted = new Map<string, { kind: BreachKind; element: string | undefined; placements: number }>()
  for (const { breach } of placements) {
    if (breach === undefined) continue
    const key = `${breach.kind} ${breach.element ?? ''}`
    const known = counted.get(key)
    if (known === undefined) counted.set(key, { kind: breach.kind, element: breach.element, placements: 1 })
    else known.placements += 1
  }
  return [...counted.values()].sort((a, b) => b.placements - a.placements)
}
