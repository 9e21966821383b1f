/**
 * The district document: one typed object that says everything Penfeld knows about a district before a single value
 * arrives. The TypeBox schemas below are the single source of the TypeScript types, of the checks and of the published
 * JSON Schema (`docs/district.schema.json`).
 *
 * Conventions: ids are unique over the whole document and match `ID_PATTERN`; instants are ISO-8601 with an offset or Z;
 * `validFrom` is included, `validTo` excluded and may be absent (still true). Units stand in names. Power and energy are
 * counted positive when drawn from the network (load convention), production is therefore negative at a delivery point.
 */
import { Type, type Static } from 'typebox'
import { dated, Id, Instant, LocalDate, LocalText, object, oneOf } from './schema-parts.ts'
import { Network } from './schema-network.ts'
import { FlexibilityContract } from './schema-flexibility.ts'
import { Study } from './schema-study.ts'
import { DisclosureRules } from './schema-disclosure.ts'

export { ID_PATTERN } from './schema-parts.ts'
export * from './schema-network.ts'
export type { DisclosureRules } from './schema-disclosure.ts'

export const CARRIERS = ['electricity', 'heat', 'gas', 'water', 'cooling', 'production'] as const
export const Carrier = oneOf(...CARRIERS)

/** Where a series comes from in a demonstration: never presented as a measurement of the real district. */
export const Provenance = oneOf('measured', 'rescaled', 'composed')

export const Zone = object({ id: Id(), name: LocalText })

export const OpeningHours = dated({
  /** ISO weekday, 1 = Monday. Local wall-clock times `HH:MM`; `to` may be `24:00`. */
  periods: Type.Array(
    object({
      weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1 }),
      from: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
      to: Type.String({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' }),
    }),
  ),
  closedOnHolidays: Type.Boolean(),
})

export const Site = object({
  id: Id(),
  name: Type.String({ minLength: 1 }),
  zone: Id(),
  kind: oneOf('dwellings', 'shop', 'office', 'school', 'library', 'car-park', 'lighting', 'plant', 'technical'),
  floorAreaM2: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  activity: Type.Optional(Type.String({ description: 'NAF code or plain activity, for peers' })),
  openingHours: Type.Optional(Type.Array(OpeningHours)),
})

export const Holder = object({
  id: Id(),
  kind: oneOf('household', 'business', 'public-body', 'operator'),
  name: Type.Optional(Type.String({ description: 'never filled for households' })),
  siret: Type.Optional(Type.String({ pattern: '^[0-9]{14}$' })),
})

export const DeliveryPoint = object({
  id: Id(),
  carrier: Carrier,
  site: Id(),
  category: oneOf('residential', 'professional', 'enterprise', 'public'),
  /** Busbar or junction of the electrical network; electricity and production only. */
  node: Type.Optional(Id()),
  subscribedPowerKva: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /** Known from the contract or from open data by address; scales the typical curve when no measurement exists. */
  annualEnergyKwh: Type.Optional(Type.Number({ minimum: 0 })),
  /** Class of the typical load curve, e.g. `dwelling`, `dwelling-electric-heating`, `bakery`, `ev-charger`, `pv`. */
  loadClass: Id(),
  powerFactor: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  ratedPowerKw: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  holders: Type.Array(dated({ holder: Id() })),
  /** Intervals in which the holder lets the curve be collected. A household without one delivers nothing. */
  consents: Type.Optional(Type.Array(dated({ purpose: Type.String(), granularity: oneOf('daily', 'load-curve') }))),
})

export const Source = object({
  id: Id(),
  protocol: Type.String({ description: 'a name of the collector registry (services/collectors/registry.ts), e.g. opcua, modbus, mqtt, files, mbus, linky-tic' }),
  /** May hold `${NAME:-default}`, filled from the environment; secrets are only ever given that way. */
  url: Type.String({ minLength: 1 }),
  /** How often a polled source is read, or a subscribed one is expected to publish. */
  periodS: Type.Number({ exclusiveMinimum: 0 }),
  /** No value of this source for so long: shown as stale. */
  staleAfterS: Type.Number({ exclusiveMinimum: 0 }),
  options: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
})

export const Device = object({
  id: Id(),
  source: Id(),
  /** File name of a YAML profile without ending: which registers, nodes or topics this model of meter has. */
  profile: Id(),
  /** Modbus unit id, OPC-UA node path, MQTT topic prefix, file stem. */
  address: Type.Union([Type.String({ minLength: 1 }), Type.Integer()]),
})

export const Meter = object({
  id: Id(),
  serial: Type.String({ minLength: 1 }),
  model: Type.Optional(Type.String()),
  /** Where it is or was mounted: a delivery point or an element of the network. A meter change is a new interval. */
  mounted: Type.Array(dated({ on: Id() }), { minItems: 1 }),
  /** The register rolls over at 10^digits (in the unit of its energy point). */
  registerDigits: Type.Optional(Type.Integer({ minimum: 3, maximum: 12 })),
  /** Values are multiplied by this before use (current transformer ratio). */
  ratio: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
})

export const QUANTITIES = [
  'active-power', 'reactive-power', 'apparent-power-max', 'current', 'voltage', 'active-energy', 'position',
  'volume', 'flow', 'temperature', 'flow-temperature', 'return-temperature', 'thermal-power', 'thermal-energy',
  'irradiance', 'state',
] as const

export const MeasurementPoint = object({
  /** Dotted path, e.g. `elec.lv.P05.D2.p`; selectable in formulas by `select('elec.lv.*')`. */
  id: Id(),
  carrier: Type.Union([Carrier, Type.Literal('weather')]),
  quantity: oneOf(...QUANTITIES),
  unit: Type.String({ minLength: 1, description: 'kW, kvar, kVA, A, V, kWh, m3, m3/h, degC, W/m2, 1' }),
  /** instant: true at its time. interval: mean (power) or total (energy, volume) of the step that starts at its time.
   *  register: a counter that only rises. */
  kind: oneOf('instant', 'interval', 'register'),
  /** Nominal distance of two values. */
  stepS: Type.Integer({ minimum: 1 }),
  /** +1 if the raw value is already counted positive when drawn from the network, -1 if it must be turned. A register
   *  keeps +1, because it rises whatever it counts: the carrier of its delivery point says that it is production. */
  sign: Type.Union([Type.Literal(1), Type.Literal(-1)]),
  resolution: Type.Number({ exclusiveMinimum: 0, description: 'smallest step of the value, in its unit' }),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  /** Values are forecasts and lie at most so far ahead of their issue, the time at which they arrive (or that a file names);
   *  a later issue of the same time is a new revision. Absent: a value of the future is a wrong clock. */
  forecastHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 384 })),
  /** What is measured: a delivery point, an element of the network (with the end it is measured at; a feeder stands for
   *  its head), or the word `weather` for a point of that carrier. */
  on: Id(),
  end: Type.Optional(oneOf('from', 'to', 'hv', 'lv')),
  meter: Type.Optional(Id()),
  /** Absent: the point is only filled by import or by a formula. */
  feed: Type.Optional(object({ device: Id(), channel: Id() })),
  provenance: Type.Optional(Provenance),
})

export const VirtualMeter = object({
  id: Id(),
  name: LocalText,
  unit: Type.String({ minLength: 1 }),
  /** e.g. `sum(select('heat.north.*')) + losses`; see models/district/formula.ts */
  formula: Type.String({ minLength: 1 }),
})

export const Thresholds = object({
  watchLoadingPct: Type.Number({ exclusiveMinimum: 0 }),
  limitLoadingPct: Type.Number({ exclusiveMinimum: 0 }),
  minVoltagePu: Type.Number({ exclusiveMinimum: 0 }),
  maxVoltagePu: Type.Number({ exclusiveMinimum: 0 }),
  /** Flexibility is called where the limit of loading is passed with at least this probability; absent: 0.2. */
  actAtProbability: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
})

/** A dated table, so that a change of the rules is a change of the document and not of the code. */
export const PublicationRules = dated({
  /** Holders behind the network sensors of a live figure, and the largest share one of them may have. */
  minHolders: Type.Integer({ minimum: 1 }),
  minDeliveryPoints: Type.Integer({ minimum: 1 }),
  maxHolderSharePct: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
  liveStepS: Type.Integer({ minimum: 1800 }),
  liveDelayS: Type.Integer({ minimum: 1800 }),
  /** A published half-hourly value leaves the public site after so many days. */
  liveWindowDays: Type.Integer({ minimum: 1, maximum: 31 }),
  roundingPct: Type.Number({ exclusiveMinimum: 0 }),
  /** Of the figures of a day and of a month; absent: those of the policy (models/disclosure/rules.ts). */
  disclosure: Type.Optional(DisclosureRules),
})

/** How long what tells of a person is kept: a dated table, as above. Absent: models/retention/rules.ts says the usual. */
export const RetentionRules = dated({
  /** Load curves of households, shorter than a day; and their daily values. */
  householdCurveMonths: Type.Integer({ minimum: 1 }),
  householdDailyMonths: Type.Integer({ minimum: 1 }),
  /** After a household moved out, its load curves; after a firm's contract has ended, all of its values. */
  householdAfterContractDays: Type.Integer({ minimum: 0 }),
  firmAfterContractMonths: Type.Integer({ minimum: 0 }),
  /** After a consent was withdrawn, what had been collected on it. */
  withdrawnDays: Type.Integer({ minimum: 0 }),
  /** Files of meter values after they were taken. */
  takenFileDays: Type.Integer({ minimum: 0 }),
  /** Who read whose figures; sessions that have ended. */
  accessLogMonths: Type.Integer({ minimum: 1 }),
  sessionDays: Type.Integer({ minimum: 0 }),
})

export const Growth = object({
  fromYear: Type.Integer(),
  toYear: Type.Integer(),
  /** Yearly growth of energy and peak, by load class or for one node; a study refines it. */
  byLoadClassPct: Type.Record(Type.String(), Type.Number()),
  byNodePct: Type.Optional(Type.Record(Type.String(), Type.Number())),
  /** Known arrivals: a power that appears at a node at a date. */
  arrivals: Type.Array(object({ node: Id(), at: Instant(), peakKw: Type.Number(), loadClass: Id(), note: LocalText })),
})

/** Local dates, both included; `name` is the same each year, so that one year tells of the next. */
export const NamedDays = object({ name: Type.String({ minLength: 1 }), from: LocalDate(), to: LocalDate() })

/** What makes a day unlike its weekday, besides the public holidays, which are computed. Forecasts look at it. */
export const Calendar = object({
  /** Of the zone in which the district lies, e.g. zone B for Brest. */
  schoolHolidays: Type.Optional(Type.Array(NamedDays)),
  /** Days with a name of their own: a festival, a yearly closing. */
  events: Type.Optional(Type.Array(NamedDays)),
})

export const Tariff = object({ id: Id(), name: Type.String(), validFrom: Instant(), validTo: Type.Optional(Instant()), source: Type.String() })

export const District = object(
  {
    id: Id(),
    name: LocalText,
    /** Shown on every page, e.g. that the network is illustrative. */
    notice: Type.Optional(LocalText),
    timeZone: Type.String({ minLength: 1 }),
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
    carriers: Type.Array(Carrier, { minItems: 1 }),
    zones: Type.Array(Zone, { minItems: 1 }),
    sites: Type.Array(Site),
    holders: Type.Array(Holder),
    deliveryPoints: Type.Array(DeliveryPoint),
    sources: Type.Array(Source),
    devices: Type.Array(Device),
    meters: Type.Array(Meter),
    measurementPoints: Type.Array(MeasurementPoint),
    virtualMeters: Type.Array(VirtualMeter),
    network: Network,
    weather: object({
      temperaturePoint: Type.Optional(Id()),
      irradiancePoint: Type.Optional(Id()),
      /** Points with `forecastHours`. Without them the weather to come is the usual one of the season and what is left of its anomaly. */
      temperatureForecastPoint: Type.Optional(Id()),
      irradianceForecastPoint: Type.Optional(Id()),
      source: Type.String(),
    }),
    calendar: Type.Optional(Calendar),
    tariffs: Type.Array(Tariff),
    thresholds: Thresholds,
    publicationRules: Type.Array(PublicationRules, { minItems: 1 }),
    retentionRules: Type.Optional(Type.Array(RetentionRules)),
    growth: Growth,
    /** Futures, prices and offers of a reinforcement study; absent: made of `growth` alone. */
    study: Type.Optional(Study),
    /** Bought already: they are live rules. What is only offered stands in the study. */
    flexibilityContracts: Type.Optional(Type.Array(FlexibilityContract)),
    /** Named constants for formulas, e.g. `losses`. */
    constants: Type.Optional(Type.Record(Type.String(), Type.Number())),
  },
  { $id: 'https://penfeld.example/district.schema.json', title: 'Penfeld district document' },
)

export type District = Static<typeof District>
export type Carrier = Static<typeof Carrier>
export type Provenance = Static<typeof Provenance>
export type Zone = Static<typeof Zone>
export type Site = Static<typeof Site>
export type Holder = Static<typeof Holder>
export type DeliveryPoint = Static<typeof DeliveryPoint>
export type Source = Static<typeof Source>
export type Device = Static<typeof Device>
export type Meter = Static<typeof Meter>
export type MeasurementPoint = Static<typeof MeasurementPoint>
export type Quantity = MeasurementPoint['quantity']
export type VirtualMeter = Static<typeof VirtualMeter>
export type PublicationRules = Static<typeof PublicationRules>
export type RetentionRules = Static<typeof RetentionRules>
export type Thresholds = Static<typeof Thresholds>
export type Growth = Static<typeof Growth>
export type NamedDays = Static<typeof NamedDays>
export type Calendar = Static<typeof Calendar>
