/** The electrical network of the district document. Conventions as in schema.ts. */
import { Type, type Static } from 'typebox'
import { dated, Id, object, oneOf } from './schema-parts.ts'

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
