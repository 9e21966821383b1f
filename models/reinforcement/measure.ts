/**
 * What can be done against a congestion. A measure is one file in `measures/` and one line in `measures/index.ts`: it looks at what is
 * constrained and proposes options, each with what it costs and how it works on the network. Nothing here says whether an option is
 * enough: the choice weighs them, and the load flow has the last word.
 */
import type { CostItem } from '#models/capacity/cost-table.ts'
import type { Catalogue, Change } from '#models/capacity/remedies.ts'
import type { FlexibilityOffer } from '#models/district/schema-study.ts'
import type { District, Network } from '#models/district/schema.ts'
import type { GridModel } from '#models/grid/network.ts'
import type { BaseYear } from './base-year.ts'

export const MEASURE_KINDS = [
  'parallel-cable', 'larger-cable', 'transformer', 'new-substation', 'open-point', 'seasonal-rating', 'dynamic-rating',
  'curtailment', 'flexible-connection', 'smart-charging', 'battery', 'photovoltaics', 'heat', 'efficiency', 'tariff',
] as const
export type MeasureKind = (typeof MEASURE_KINDS)[number]

/** Something that is too small in some future, the worst over all of them. */
export interface ConstrainedElement {
  /** Line section, transformer, or bus for a voltage. */
  readonly id: string
  readonly kind: 'section' | 'transformer' | 'bus'
  readonly firstYear: number
  readonly peakPct: number
  /** Largest active power beyond the limit, kW; for a bus NaN. */
  readonly excessKw: number
  /** Hours beyond the limit in the worst year, and the energy. */
  readonly hours: number
  readonly energyMwh: number
  /** `N`, or the outages in which it is constrained. */
  readonly states: readonly string[]
}

export interface MeasureContext {
  readonly district: District
  readonly network: Network
  readonly grid: GridModel
  readonly constrained: readonly ConstrainedElement[]
  readonly base: BaseYear
  readonly catalogue: Catalogue
  readonly offers: readonly FlexibilityOffer[]
  /** Buses that the element feeds in the normal state, by element id. */
  readonly fedBy: (elementId: string) => readonly number[]
  readonly toYear: number
}

/** Costs of an option, real and of the year of the price table: of one; of a load effect, of one unit; of a dispatch effect, of one kW. */
export interface OptionCosts {
  /** Paid once, when it is built. */
  readonly once: readonly CostItem[]
  readonly lifeYears: number
  /** Paid every year from then on. */
  readonly yearly: readonly CostItem[]
  /** For each kW held ready in a year, and each MWh activated (sized options only). */
  readonly perKwYear?: readonly CostItem[]
  readonly perActivatedMwh?: readonly CostItem[]
}

/** Changes the network once it is built: the load flow is run over what `apply` makes. */
export interface NetworkEffect {
  readonly kind: 'network'
  readonly changes: readonly Change[]
  apply(network: Network): Network
}

/** Changes the loads in every hour, whether there is a congestion or not: PV, efficiency, heat moved to the network. */
export interface LoadEffect {
  readonly kind: 'load'
  /** kW added at the bus by hour of the base year, for one unit of the option. Negative relieves. */
  readonly hourly: readonly { readonly bus: number; readonly kw: Float64Array }[]
  /** Units at most; one unit may be a kWp, a dwelling, a programme. */
  readonly mostUnits: number
  readonly unit: string
}

/** Is called when it is needed: a contract, or a battery. */
export interface DispatchEffect {
  readonly kind: 'dispatch'
  readonly bus: number
  readonly mostKw: number
  /** kW it can give at most by hour of the base year; absent: `mostKw` always. */
  readonly availableKw?: Float64Array
  readonly hoursAYear: number
  readonly mostHoursAnActivation: number
  readonly noticeH: number
  /** Energy that comes back: share, and hours after the activation over which it does. */
  readonly rebound: { readonly share: number; readonly withinH: number }
  /** A battery: hours at full power, and what comes out of what goes in. It is charged when there is room. */
  readonly storage?: { readonly hours: number; readonly efficiency: number }
}

export interface MeasureOption {
  /** Unique in the study, the same for the same proposal: `battery P05.B04`. */
  readonly id: string
  readonly measure: MeasureKind
  /** Element or bus it is about. */
  readonly at: string
  readonly effect: NetworkEffect | LoadEffect | DispatchEffect
  readonly costs: OptionCosts
  /** Options of the same group cannot stand together: two ways to enlarge one cable. */
  readonly group?: string
  /** Elements whose limit it lifts; those of a load or dispatch effect follow from the load flow. */
  readonly lifts?: readonly string[]
  readonly firstYear?: number
  /** Offer behind it. */
  readonly offer?: string
}

export interface Measure {
  readonly kind: MeasureKind
  propose(context: MeasureContext): readonly MeasureOption[]
}
