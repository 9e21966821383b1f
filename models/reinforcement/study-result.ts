/**
 * A study as it is kept, shown, compared and printed: plain JSON, no typed arrays, NaN never (null is "not known"). Money in EUR, real,
 * of `money.pricesOf`, present values at the beginning of `ask.fromYear`.
 */
import type { SourceText } from '#models/district/schema-parts.ts'
import type { Study } from '#models/district/schema-study.ts'
import type { Source } from '#models/capacity/source.ts'
import type { Change } from '#models/capacity/remedies.ts'
import type { MeasureKind } from './measure.ts'

export interface StudyAsk {
  readonly fromYear: number
  readonly toYear: number
  /** The document's own, after what the page has changed. */
  readonly study: Study
  /** What the page has changed, to say it: path in the study and the value it has now. */
  readonly changed: readonly { readonly path: string; readonly from: string; readonly to: string }[]
  /** `full`: every year, scenario and weather. `quick`: the last year and one halfway, in the likeliest scenario and the coldest weather, for a slider. */
  readonly depth: 'full' | 'quick'
}

/** least, expected and largest over the futures of a year */
export interface Spread { readonly least: number; readonly expected: number; readonly most: number }

export interface ElementYear {
  readonly year: number
  /** Of being constrained at all in that year, over scenarios and weather; normal state and outages. */
  readonly probability: number
  readonly probabilityNormal: number
  readonly hours: Spread
  readonly energyMwh: Spread
  readonly peakPct: Spread
  /** `N` or the outage of the largest loading, and when (ISO; of the base year's calendar). */
  readonly worstState: string
  readonly worstAt: string | null
}

export interface ElementOutlook {
  readonly id: string
  readonly name: string
  readonly kind: 'section' | 'transformer' | 'bus'
  readonly level: 'medium' | 'low'
  /** Feeder or substation it belongs to. */
  readonly group: string
  readonly limit: number
  readonly limitUnit: 'A' | 'kVA' | 'pu'
  readonly years: readonly ElementYear[]
  /** First year whose probability is at least a half; null: none. And the first with any. */
  readonly firstLikelyYear: number | null
  readonly firstPossibleYear: number | null
  /** Load-duration of the last year in the likely scenario and the coldest weather: share of limit in % over hours, thinned. */
  readonly duration: { readonly hours: readonly number[]; readonly pct: readonly number[]; readonly state: string } | null
}

export interface StatesCount {
  readonly normalSolved: number
  readonly outageSolved: number
  /** After outages, excluded by a bound; 0 where every hour was solved. */
  readonly outageScreenedOut?: number
  /** Low-voltage states after outages: excluded by the bound, and solved because it could not exclude them. */
  readonly lowVoltageScreenedOut: number
  readonly lowVoltageSolved: number
  readonly notSettled: number
  readonly seconds: number
}

export interface FutureLoads {
  readonly scenario: string
  readonly weather: string
  readonly year: number
  readonly peakKw: number
  readonly energyMwh: number
  /** What each step of the making added, in the order in which it was made. */
  readonly steps: readonly { readonly step: string; readonly energyMwh: number; readonly atPeakKw: number }[]
}

export interface PortfolioMeasure {
  readonly option: string
  readonly measure: MeasureKind
  readonly at: string
  readonly changes: readonly Change[]
  /** Year in which it is there for the first time; for what is sized, the kW (or units) by year of the study. */
  readonly fromYear: number
  readonly amounts: readonly number[]
  readonly unit: string
  readonly npvEur: { readonly once: number; readonly yearly: number; readonly activation: number; readonly residual: number }
  readonly activatedMwhAYear: Spread | null
  readonly activatedHoursAYear: Spread | null
  readonly noticeH: number | null
  readonly offer: string | null
}

export const PORTFOLIO_KINDS = ['nothing', 'reinforce', 'least-cost', 'least-regret', 'without-reinforcement'] as const
export interface Portfolio {
  readonly kind: (typeof PORTFOLIO_KINDS)[number]
  readonly measures: readonly PortfolioMeasure[]
  readonly expectedNpvEur: number
  readonly npvOfScenarioEur: readonly { readonly scenario: string; readonly eur: number }[]
  readonly worstRegretEur: number | null
  readonly lossesMwh: number
  readonly co2Tonnes: number
  readonly notServedMwh: number
  /** Years in which the full AC load flow was run over every step; absent: those that stages end with. */
  readonly checkedYears?: readonly number[]
  /** Rounds of choice and check; `holds`: the full AC load flow over every step of the checked years found no violation. */
  readonly rounds: number
  readonly status: 'holds' | 'not-settled' | 'infeasible' | 'violates'
  /** Why it does not hold. */
  readonly remaining: readonly { readonly element: string; readonly state: string; readonly year: number; readonly scenario: string; readonly weather: string; readonly hours: number; readonly worstPct: number | null }[]
  /** Largest difference between the relief that the sensitivities promised and that of the AC load flow, % of the limit. */
  readonly linearErrorPct: number | null
}

export interface Tornado { readonly parameter: string; readonly lowValue: string; readonly highValue: string; readonly lowNpvEur: number; readonly highNpvEur: number; readonly lowFirstYear: number | null; readonly highFirstYear: number | null }

/** Left out of the choice: of what it is about and which prices are missing. */
export interface UnpricedOption { readonly option: string; readonly measure?: MeasureKind; readonly at?: string; readonly missing: readonly string[] }

export interface StudyResult {
  readonly format: 1
  readonly engine: string
  readonly district: { readonly id: string; readonly name: { readonly fr: string; readonly en: string }; readonly version: string; readonly notice: { readonly fr: string; readonly en: string } | null }
  readonly computedAt: string
  readonly ask: StudyAsk
  readonly base: { readonly from: string; readonly to: string; readonly measuredHours: number; readonly hours: number; readonly measuredShareOfEnergyPct: number; readonly flatClasses: readonly string[]; readonly assumedClasses?: readonly string[] }
  readonly weather: readonly { readonly id: string; readonly coldestDayC: number; readonly meanC: number; readonly note: string }[]
  readonly futures: readonly FutureLoads[]
  readonly elements: readonly ElementOutlook[]
  readonly states: StatesCount
  readonly losses: readonly { readonly year: number; readonly mwh: Spread }[]
  readonly portfolios: readonly Portfolio[]
  /** Place of the recommended one in `portfolios`; null: none holds. */
  readonly recommended: number | null
  readonly answer: {
    readonly kind: 'nothing-needed' | 'reinforce' | 'combine' | 'flexibility' | 'none-holds'
    readonly firstYear: number | null
    readonly avoidedEur: number
    readonly deferredEur: number
    readonly deferredWorksEur: number
    readonly savedEur: number
  }
  /** Factor on the prices of reinforcement at which both ways cost the same; null: at none. */
  readonly breakEven: { readonly factor: number; readonly reinforcementEur: number } | null
  readonly tornado: readonly Tornado[]
  readonly prices: readonly { readonly item: string; readonly eur: number; readonly source: SourceText; readonly dated: string; readonly sure: string }[]
  readonly sources: readonly Source[]
  /** Options that were left out of the choice, since something of them has no price. */
  readonly unpriced?: readonly UnpricedOption[]
  /** Losses of sections after which load stays dark until the repair, and how much at most in any future, kW. They keep no way from holding. */
  readonly unsupplied?: readonly { readonly outage: string; readonly peakKw: number }[]
  /** Measured against modelled at the feeder heads over the base year: what the study's own year misses. */
  readonly modelCheck: { readonly hours: number; readonly meanErrorPct: number; readonly largestErrorPct: number } | null
  readonly network: {
    readonly nodes: readonly { readonly id: string; readonly name: string; readonly x: number; readonly y: number; readonly kind: 'primary' | 'secondary' }[]
    readonly links: readonly { readonly id: string; readonly from: string; readonly to: string; readonly open: boolean }[]
    /** Feeders and busbars, by what the document calls them. */
    readonly named?: readonly { readonly id: string; readonly name: string }[]
  }
}
