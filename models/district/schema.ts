/**
 * The district document: one typed object that says everything Penfeld knows about a district before a single value
 * arrives. The TypeBox schemas below are the single source of the TypeScript types, of the checks and of the published
 * JSON Schema (`docs/district.schema.json`).
 *
 * Conventions: ids are unique over the whole document and match `ID_PATTERN`; instants are ISO-8601 with an offset or Z;
 * `validFrom` is included, `validTo` excluded and may be absent (still true). Units stand in names. Power and energy are
 * counted positive when drawn from the network (load convention), production is therefore negative at a delivery point.
 */
import { Type, type Static, type TProperties, type TUnsafe } from 'typebox'

export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$'
const Id = () => Type.String({ pattern: ID_PATTERN })
const Instant = () => Type.String({ format: 'date-time' })
const strict = { additionalProperties: false } as const
const object = <P extends TProperties>(properties: P, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { ...strict, ...options })
const dated = <P extends TProperties>(properties: P) =>
  object({ validFrom: Instant(), validTo: Type.Optional(Instant()), ...properties })
/** The return type is stated: a mapped array of literals would make the union `never`. */
const oneOf = <const T extends string>(...values: T[]): TUnsafe<T> => Type.Unsafe<T>(Type.Union(values.map((value) => Type.Literal(value))))
const LocalText = object({ fr: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) })

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
  protocol: Type.String({ description: 'a name of the collector registry: opcua, modbus, mqtt, files' }),
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

export const Busbar = object({ id: Id(), name: Type.String(), substation: Id(), nominalVoltageKv: Type.Number({ exclusiveMinimum: 0 }) })
export const Junction = object({ id: Id(), nominalVoltageKv: Type.Number({ exclusiveMinimum: 0 }) })
export const Substation = object({
  id: Id(),
  name: Type.String(),
  kind: oneOf('primary', 'secondary'),
  zone: Type.Optional(Id()),
  /** Place on the single-line diagram, in units of its grid. */
  x: Type.Number(),
  y: Type.Number(),
})
export const Feeder = object({
  id: Id(),
  name: Type.String(),
  busbar: Id(),
  /** Line sections of the feeder, head first. */
  lineSections: Type.Array(Id(), { minItems: 1 }),
})
export const LineSection = object({
  id: Id(),
  name: Type.String(),
  from: Id(),
  to: Id(),
  cable: Type.String({ description: 'type of cable as in its source, e.g. `240 Al`' }),
  lengthKm: Type.Number({ exclusiveMinimum: 0 }),
  rOhmPerKm: Type.Number({ minimum: 0 }),
  xOhmPerKm: Type.Number({ minimum: 0 }),
  cUfPerKm: Type.Number({ minimum: 0 }),
  parallel: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Zero sequence and neutral conductor of one cable, for studies of single-phase loads and earth faults. */
  zeroSequence: Type.Optional(object({ rOhmPerKm: Type.Number({ minimum: 0 }), xOhmPerKm: Type.Number({ minimum: 0 }), cUfPerKm: Type.Number({ minimum: 0 }) })),
  neutral: Type.Optional(object({ rOhmPerKm: Type.Number({ minimum: 0 }), xOhmPerKm: Type.Number({ minimum: 0 }) })),
  ratings: Type.Array(
    dated({
      summerA: Type.Number({ exclusiveMinimum: 0 }),
      winterA: Type.Number({ exclusiveMinimum: 0 }),
      /** What grouping, soil and ducts leave of the ampacity of the cable; 1 if absent. */
      derating: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1.5 })),
    }),
    { minItems: 1 },
  ),
})
export const Transformer = object({
  id: Id(),
  name: Type.String(),
  substation: Id(),
  hvNode: Id(),
  lvNode: Id(),
  ratedKva: Type.Number({ exclusiveMinimum: 0 }),
  hvKv: Type.Number({ exclusiveMinimum: 0 }),
  lvKv: Type.Number({ exclusiveMinimum: 0 }),
  shortCircuitVoltagePct: Type.Number({ exclusiveMinimum: 0 }),
  shortCircuitResistivePct: Type.Number({ exclusiveMinimum: 0 }),
  noLoadLossKw: Type.Number({ minimum: 0 }),
  noLoadCurrentPct: Type.Number({ minimum: 0 }),
  vectorGroup: Type.String({ pattern: '^[YDZydz]N?n?[YDZydz]n?(0|[1-9]|1[01])$' }),
  /** Off-load tap on the HV side: ratio is multiplied by 1 + position * stepPct / 100. */
  tap: Type.Optional(object({ position: Type.Integer(), stepPct: Type.Number() })),
  ratings: Type.Array(dated({ limitPct: Type.Number({ exclusiveMinimum: 0 }) }), { minItems: 1 }),
})
/** Short-circuit values of a pair of windings, percent of the smaller of their rated powers. */
const WindingPair = object({ voltagePct: Type.Number({ exclusiveMinimum: 0 }), resistivePct: Type.Number({ exclusiveMinimum: 0 }) })
const TransformerWinding = object({
  node: Id(),
  ratedKva: Type.Number({ exclusiveMinimum: 0 }),
  ratedKv: Type.Number({ exclusiveMinimum: 0 }),
  /** Hours of lag behind the first winding; 0 for the first. */
  clock: Type.Integer({ minimum: 0, maximum: 11 }),
})
/** Windings from the highest voltage down. The load flow computes it; the loading of its windings is not judged. */
export const ThreeWindingTransformer = object({
  id: Id(),
  name: Type.String(),
  substation: Id(),
  windings: Type.Array(TransformerWinding, { minItems: 3, maxItems: 3 }),
  pair12: WindingPair,
  pair13: WindingPair,
  pair23: WindingPair,
  noLoadLossKw: Type.Number({ minimum: 0 }),
  noLoadCurrentPct: Type.Number({ minimum: 0 }),
})
/** Moves the tap of a transformer under load. Positions as in `tap` of the transformer: its present one is where it starts. */
export const TapChanger = object({
  id: Id(),
  transformer: Id(),
  regulatedNode: Id(),
  lowest: Type.Integer(),
  highest: Type.Integer(),
  settings: Type.Array(
    dated({
      setPointPu: Type.Number({ exclusiveMinimum: 0 }),
      /** Whole width of the band. */
      deadBandPu: Type.Number({ exclusiveMinimum: 0 }),
      firstDelayS: Type.Number({ minimum: 0 }),
      nextDelayS: Type.Number({ minimum: 0 }),
      compoundingROhm: Type.Optional(Type.Number()),
      compoundingXOhm: Type.Optional(Type.Number()),
    }),
    { minItems: 1 },
  ),
})
/** Capacitor bank (negative) or reactor (positive), at nominal voltage. */
export const Shunt = object({
  id: Id(),
  name: Type.String(),
  node: Id(),
  reactiveKvar: Type.Number(),
  lossKw: Type.Optional(Type.Number({ minimum: 0 })),
  positions: Type.Array(dated({ closed: Type.Boolean() }), { minItems: 1 }),
})
/** Joins two busbars of a substation without impedance; absent from line sections so that it has no length or ampacity. */
export const BusbarCoupler = object({
  id: Id(),
  name: Type.String(),
  from: Id(),
  to: Id(),
  remote: Type.Boolean(),
  operatingTimeS: Type.Optional(Type.Number({ minimum: 0 })),
  positions: Type.Array(dated({ closed: Type.Boolean() }), { minItems: 1 }),
})
/** How the inverter of a production point sets its reactive power: a fixed cos phi, or a curve over the voltage. */
export const InverterControl = object({
  id: Id(),
  deliveryPoint: Id(),
  ratedKva: Type.Number({ exclusiveMinimum: 0 }),
  rules: Type.Array(
    dated({
      cosPhi: Type.Optional(object({ value: Type.Number({ exclusiveMinimum: 0, maximum: 1 }), underexcited: Type.Boolean() })),
      /** Straight lines between points of rising voltage; share of the rated power, positive drawn. */
      qOfU: Type.Optional(Type.Array(object({ voltagePu: Type.Number({ exclusiveMinimum: 0 }), reactiveShare: Type.Number({ minimum: -1, maximum: 1 }) }), { minItems: 2 })),
    }),
    { minItems: 1 },
  ),
})
export const Switch = object({
  id: Id(),
  name: Type.String(),
  kind: oneOf('breaker', 'load-break-switch', 'disconnector'),
  /** The line section and the end at which it opens. */
  lineSection: Id(),
  end: oneOf('from', 'to'),
  remote: Type.Boolean(),
  /** From the order until it has moved: an order by remote control, or a way to the place and the work there. */
  operatingTimeS: Type.Optional(Type.Number({ minimum: 0 })),
  /** Normal position over time; the measured one, where there is a measurement point, wins. */
  positions: Type.Array(dated({ closed: Type.Boolean() }), { minItems: 1 }),
})
export const GridSource = object({
  id: Id(),
  node: Id(),
  voltagePu: Type.Number({ exclusiveMinimum: 0 }),
  shortCircuitMva: Type.Number({ exclusiveMinimum: 0 }),
  rxRatio: Type.Number({ minimum: 0 }),
})
/** Load of the rest of the town that the same feeder carries: declared, measured only as part of the feeder head. */
export const BoundaryLoad = object({
  id: Id(),
  name: Type.String(),
  node: Id(),
  loadClass: Id(),
  annualEnergyKwh: Type.Number({ minimum: 0 }),
  powerFactor: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
})

export const Network = object({
  substations: Type.Array(Substation),
  busbars: Type.Array(Busbar),
  junctions: Type.Array(Junction),
  feeders: Type.Array(Feeder),
  lineSections: Type.Array(LineSection),
  transformers: Type.Array(Transformer),
  switches: Type.Array(Switch),
  sources: Type.Array(GridSource),
  boundaryLoads: Type.Array(BoundaryLoad),
  busbarCouplers: Type.Optional(Type.Array(BusbarCoupler)),
  threeWindingTransformers: Type.Optional(Type.Array(ThreeWindingTransformer)),
  tapChangers: Type.Optional(Type.Array(TapChanger)),
  shunts: Type.Optional(Type.Array(Shunt)),
  inverterControls: Type.Optional(Type.Array(InverterControl)),
  /** Months (1-12) in which winter ratings hold. */
  winterMonths: Type.Array(Type.Integer({ minimum: 1, maximum: 12 })),
  /** Share of the energy that no meter sees (theft, unmetered lamps, errors), explicit in the estimate. */
  unmeteredSharePct: Type.Number({ minimum: 0, maximum: 20 }),
})

export const Thresholds = object({
  watchLoadingPct: Type.Number({ exclusiveMinimum: 0 }),
  limitLoadingPct: Type.Number({ exclusiveMinimum: 0 }),
  minVoltagePu: Type.Number({ exclusiveMinimum: 0 }),
  maxVoltagePu: Type.Number({ exclusiveMinimum: 0 }),
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
    weather: object({ temperaturePoint: Type.Optional(Id()), irradiancePoint: Type.Optional(Id()), source: Type.String() }),
    tariffs: Type.Array(Tariff),
    thresholds: Thresholds,
    publicationRules: Type.Array(PublicationRules, { minItems: 1 }),
    growth: Growth,
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
export type Network = Static<typeof Network>
export type Substation = Static<typeof Substation>
export type Busbar = Static<typeof Busbar>
export type Feeder = Static<typeof Feeder>
export type LineSection = Static<typeof LineSection>
export type Transformer = Static<typeof Transformer>
export type Switch = Static<typeof Switch>
export type ThreeWindingTransformer = Static<typeof ThreeWindingTransformer>
export type TapChanger = Static<typeof TapChanger>
export type Shunt = Static<typeof Shunt>
export type BusbarCoupler = Static<typeof BusbarCoupler>
export type InverterControl = Static<typeof InverterControl>
export type BoundaryLoad = Static<typeof BoundaryLoad>
export type PublicationRules = Static<typeof PublicationRules>
export type Thresholds = Static<typeof Thresholds>
export type Growth = Static<typeof Growth>
