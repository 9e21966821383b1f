/**
 * What a reinforcement study assumes of the future, in the district document. Years are calendar years; what a year says holds at its
 * end, and between two years the way is straight. Money is real, of the year `money.pricesOf`, without VAT.
 */
import { Type, type Static } from 'typebox'
import { Id, LocalText, object, oneOf, SourceText } from './schema-parts.ts'

/** A number that is not known: the study takes `likely`, and its sensitivities go to `low` and `high`. */
export const Range = object({ low: Type.Number(), likely: Type.Number(), high: Type.Number() })
const Year = Type.Integer({ minimum: 2000, maximum: 2050 })
const Share = Type.Number({ minimum: 0, maximum: 1 })
/** Amounts at the end of years, ascending; 0 before the first year that is named unless it is the first of the study. */
const Path = Type.Array(object({ year: Year, amount: Type.Union([Type.Number(), Range]) }), { minItems: 1 })
/** Busbars or junctions with weights: how an amount is spread; absent, by the energy of dwellings there. */
const Spread = Type.Optional(Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 })))

export const StudyScenario = object({
  id: Id(),
  name: LocalText,
  note: Type.Optional(LocalText),
  /** Of the scenarios of a study together 1. */
  probability: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** Growth of what is measured today, % a year, by load class (`boundary-town` for the rest of the feeder). */
  growthPct: Type.Record(Type.String(), Type.Union([Type.Number(), Range])),
  /** New homes and shops: what one of that vintage takes, where and when. */
  newBuildings: Type.Optional(Type.Array(object({
    node: Id(), year: Year, count: Type.Integer({ minimum: 1 }), loadClass: Id(),
    /** Energy of one in a year, and what is kept of a typical curve's answer to cold by its vintage (1: that of today's class). */
    annualEnergyKwh: Type.Number({ exclusiveMinimum: 0 }), coldShare: Share, note: LocalText,
  }))),
  /** A single large arrival, such as the opening of the market hall. */
  arrivals: Type.Optional(Type.Array(object({ node: Id(), year: Year, peakKw: Type.Number({ exclusiveMinimum: 0 }), loadClass: Id(), note: LocalText }))),
  electricVehicles: Type.Optional(object({
    vehicles: Path,
    annualEnergyKwh: Type.Number({ exclusiveMinimum: 0, description: 'of one vehicle, charged in the district' }),
    chargerKw: Type.Number({ exclusiveMinimum: 0 }),
    /** Where they charge; together 1. */
    places: object({ home: Share, work: Share, public: Share }),
    /** `measured`: the curve of the class `ev-charger`; `rule`: peak of so many times the chargers' power, by place. */
    simultaneity: Type.Union([Type.Literal('measured'), object({ home: Share, work: Share, public: Share })]),
    /** Of the energy charged at home, what a timer moves to the hours of least load of the night. */
    smartShare: Share,
    at: Spread,
  })),
  heatPumps: Type.Optional(object({
    /** Dwellings heated by gas or oil today. */
    dwellings: Path,
    annualHeatKwh: Type.Number({ exclusiveMinimum: 0 }),
    /** Coefficient of performance at outside temperatures, ascending; straight between, level beyond. */
    performance: Type.Array(object({ outsideC: Type.Number(), cop: Type.Number({ minimum: 1 }) }), { minItems: 2 }),
    at: Spread,
  })),
  /** Share of the dwellings renovated, and what it saves of their answer to cold. */
  renovation: Type.Optional(object({ share: Path, savedColdShare: Share })),
  photovoltaics: Type.Optional(object({ peakKw: Path, annualKwhPerKw: Type.Number({ exclusiveMinimum: 0 }), at: Spread })),
  /** Dwellings with electric heating that move to the heat network, as a share of them. */
  heatNetwork: Type.Optional(object({ share: Path })),
})

export const StudyWeather = object({
  id: Id(),
  name: LocalText,
  probability: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** measured: the year of the measurements. shifted: the same, warmer or colder by so much. cold-spell: days of it made as cold as one winter in `returnYears`. */
  kind: oneOf('measured', 'shifted', 'cold-spell'),
  shiftC: Type.Optional(Type.Number()),
  coldSpell: Type.Optional(object({
    returnYears: Type.Number({ exclusiveMinimum: 1 }),
    days: Type.Integer({ minimum: 1, maximum: 30 }),
    /** Daily mean of its coldest day where it is known from elsewhere; absent, from the temperatures that are stored. */
    coldestDayC: Type.Optional(Type.Number()),
  })),
  source: SourceText('where the temperatures come from, with licence and date'),
})

export const StudyMoney = object({
  pricesOf: Year,
  /** Rate and growth are both real or both nominal: mixing is refused. */
  rates: oneOf('real', 'nominal'),
  discountPct: Type.Union([Type.Number(), Range]),
  /** Of costs in general; only with nominal rates. */
  inflationPct: Type.Optional(Type.Number()),
  energyLossEurPerMwh: Type.Union([Type.Number(), Range]),
  energyNotServedEurPerMwh: Type.Union([Type.Number(), Range]),
  co2EurPerTonne: Type.Union([Type.Number(), Range]),
  co2KgPerMwh: Type.Number({ minimum: 0 }),
  source: SourceText(),
})

/** A price that the study uses in place of its own table, e.g. of a framework contract. */
export const StudyPrice = object({ item: Type.String(), eur: Type.Number({ minimum: 0 }), source: SourceText(), dated: Type.String() })

/** What somebody is ready to do for the network; a study may choose it. */
export const FlexibilityOffer = object({
  id: Id(),
  kind: oneOf('curtailment', 'smart-charging', 'heat', 'tariff', 'efficiency'),
  name: LocalText,
  node: Id(),
  /** Load classes at or below the node that it draws on; what it can give at an hour is a share of what they take then. */
  loadClasses: Type.Array(Id(), { minItems: 1 }),
  share: Share,
  mostKw: Type.Number({ exclusiveMinimum: 0 }),
  availabilityEurPerKwYear: Type.Number({ minimum: 0 }),
  activationEurPerMwh: Type.Number({ minimum: 0 }),
  hoursAYear: Type.Number({ minimum: 0 }),
  noticeH: Type.Number({ minimum: 0 }),
  mostHoursAnActivation: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /** Share of the energy that comes back, and within how many hours after. */
  rebound: Type.Optional(object({ share: Type.Number({ minimum: 0, maximum: 1.5 }), withinH: Type.Number({ exclusiveMinimum: 0 }) })),
  seller: Type.Optional(Type.String()),
  aggregator: Type.Optional(Type.String()),
  source: SourceText(),
})

export const Study = object({
  fromYear: Year,
  toYear: Year,
  scenarios: Type.Array(StudyScenario, { minItems: 1 }),
  weatherYears: Type.Array(StudyWeather, { minItems: 1 }),
  money: StudyMoney,
  prices: Type.Optional(Type.Array(StudyPrice)),
  offers: Type.Optional(Type.Array(FlexibilityOffer)),
  /** The network operator that would buy flexibility. */
  buyer: Type.Optional(Type.String()),
})

export type Range = Static<typeof Range>
export type StudyScenario = Static<typeof StudyScenario>
export type StudyWeather = Static<typeof StudyWeather>
export type StudyMoney = Static<typeof StudyMoney>
export type StudyPrice = Static<typeof StudyPrice>
export type FlexibilityOffer = Static<typeof FlexibilityOffer>
export type Study = Static<typeof Study>
