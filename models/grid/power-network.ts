/**
 * An electrical network as it is built and switched at one moment, in the units of the trade and independent of where it was
 * read from: a district document, Power Grid Model, pandapower, MATPOWER, open data. `circuitOf` makes per unit of it.
 *
 * Positive power is drawn from the network. Ids are unique within one network. What is not known is absent, never 0.
 */
export interface PowerNetwork {
  readonly name: string
  readonly frequencyHz: number
  /** Three-phase power of 1 pu in the circuit that is made of it. */
  readonly basePowerKva: number
  readonly buses: readonly Bus[]
  readonly lines: readonly Line[]
  readonly transformers: readonly TwoWindingTransformer[]
  readonly threeWindingTransformers: readonly ThreeWindingTransformer[]
  /** Branches known only by their equivalent circuit, phase shifters among them. */
  readonly equivalentBranches: readonly EquivalentBranch[]
  /** Switches between two buses without impedance (couplers, links); a closed one fuses its buses. */
  readonly links: readonly Link[]
  readonly sources: readonly VoltageSource[]
  readonly loads: readonly Load[]
  /** Generators that hold the voltage of their bus. One that does not is a load of negative power. */
  readonly generators: readonly VoltageControlledGenerator[]
  /** Capacitors, reactors and other fixed admittances. */
  readonly shunts: readonly Shunt[]
  /** On-load tap changers, controlled over time; the transformer says its present position. */
  readonly tapChangers: readonly OnLoadTapChanger[]
  /** Inverters whose reactive power follows a rule; their active power is a load of negative power. */
  readonly inverterControls: readonly InverterControl[]
}

export interface Bus {
  readonly id: string
  readonly name?: string
  /** NaN where a file does not say it: the currents there are not computed, voltages in pu are. */
  readonly nominalKv: number
  /** WGS 84, where known. */
  readonly longitude?: number
  readonly latitude?: number
  readonly substation?: string
}

interface Ends {
  readonly id: string
  readonly name?: string
  readonly from: string
  readonly to: string
  /** The switch at each end; both open: out of service. */
  readonly fromClosed: boolean
  readonly toClosed: boolean
}

/** Values of the whole section with all its parallel cables. */
export interface Line extends Ends {
  readonly lengthKm?: number
  readonly parallel?: number
  readonly rOhm: number
  readonly xOhm: number
  readonly cUf: number
  /** Loss tangent of the capacitance. */
  readonly tanDelta?: number
  /** Zero sequence, for unbalanced studies. */
  readonly r0Ohm?: number
  readonly x0Ohm?: number
  readonly c0Uf?: number
  readonly tanDelta0?: number
  /** Ampacity by season before derating; `derating` multiplies both (grouping, soil, duct). */
  readonly summerA?: number
  readonly winterA?: number
  readonly derating?: number
  readonly type?: string
}

/** `from` is the first (usually higher-voltage) winding, `to` the second. Values of one unit; `parallel` equal ones share the load. */
export interface TwoWindingTransformer extends Ends {
  readonly ratedKva: number
  readonly fromKv: number
  readonly toKv: number
  readonly shortCircuitVoltagePct: number
  /** Copper losses at rated current. */
  readonly copperLossKw: number
  readonly noLoadLossKw: number
  readonly noLoadCurrentPct: number
  /** Hours by which the `to` side lags: 11 for Dyn11. */
  readonly clock: number
  readonly fromWinding?: Winding
  readonly toWinding?: Winding
  readonly tap?: Tap
  /** Measured at the ends of the tap range; straight lines from the neutral position between. Absent: as at the neutral one. */
  readonly atLowestTap?: ShortCircuit
  readonly atHighestTap?: ShortCircuit
  readonly parallel?: number
  /** Impedance correction as in IEC 60909 (KT), or measured: multiplies r and x. */
  readonly impedanceFactor?: number
  readonly limitPct?: number
}
export type Winding = 'Y' | 'YN' | 'D' | 'Z' | 'ZN'

/** Each position adds `stepPct` percent of the rated voltage of its winding; `neutral` is the position of the rated ratio. */
export interface Tap {
  readonly side: 'from' | 'to'
  readonly position: number
  readonly neutral: number
  readonly lowest: number
  readonly highest: number
  readonly stepPct: number
  /** Angle of the added voltage against the winding's own: 0 in-phase, 90 quadrature (a phase shifter). */
  readonly angleDeg?: number
}

/** Windings 1, 2, 3; short-circuit values by pair, each on the smaller rated power of its two windings. */
export interface ThreeWindingTransformer {
  readonly id: string
  readonly name?: string
  readonly windings: readonly [ThreeWindingEnd, ThreeWindingEnd, ThreeWindingEnd]
  readonly pair12: ShortCircuitPair
  readonly pair13: ShortCircuitPair
  readonly pair23: ShortCircuitPair
  readonly noLoadLossKw: number
  /** Of the rated power of winding 1. */
  readonly noLoadCurrentPct: number
  readonly tap?: Omit<Tap, 'side'> & { readonly winding: 1 | 2 | 3 }
}
export interface ThreeWindingEnd {
  readonly bus: string
  readonly closed: boolean
  readonly ratedKva: number
  readonly ratedKv: number
  /** Hours of lag behind winding 1; 0 for winding 1. */
  readonly clock: number
  readonly winding?: Winding
}
export interface ShortCircuit {
  readonly voltagePct: number
  readonly copperLossKw: number
}
export interface ShortCircuitPair extends ShortCircuit {
  readonly atLowestTap?: ShortCircuit
  readonly atHighestTap?: ShortCircuit
}

/** Pi circuit on `basePowerKva` and the nominal voltage of its `to` bus; complex ratio at the `from` end, v_from = ratio e^(j shift) v'. */
export interface EquivalentBranch extends Ends {
  readonly rPu: number
  readonly xPu: number
  readonly gPu: number
  readonly bPu: number
  readonly ratio: number
  readonly shiftDeg: number
  readonly ratedKva?: number
}

export interface Link extends Ends {
  readonly kind?: 'busbar-coupler' | 'link'
}

export interface VoltageSource {
  readonly id: string
  readonly bus: string
  readonly closed: boolean
  readonly voltagePu: number
  readonly angleDeg?: number
  /** Absent: an ideal source. */
  readonly shortCircuitMva?: number
  readonly rxRatio?: number
  /** Zero- over positive-sequence impedance. */
  readonly z0OverZ1?: number
}

export interface Load {
  readonly id: string
  readonly bus: string
  readonly closed: boolean
  /** At nominal voltage. */
  readonly activeKw: number
  readonly reactiveKvar: number
  /** How it follows the voltage: with |v|^0, |v|^1 or |v|^2. */
  readonly kind: 'power' | 'current' | 'impedance'
}

export interface VoltageControlledGenerator {
  readonly id: string
  readonly bus: string
  readonly closed: boolean
  /** Generated. */
  readonly activeKw: number
  readonly voltagePu: number
  readonly lowestKvar?: number
  readonly highestKvar?: number
}

/** Admittance drawn at nominal voltage. */
export interface Shunt {
  readonly id: string
  readonly bus: string
  readonly closed: boolean
  readonly activeKw: number
  /** Positive inductive; a capacitor is negative. */
  readonly reactiveKvar: number
}

export interface OnLoadTapChanger {
  readonly id: string
  readonly transformer: string
  readonly regulatedBus: string
  readonly setPointPu: number
  /** Whole width: the voltage may lie half of it above or below the set point. */
  readonly deadBandPu: number
  /** Time from leaving the band to the first step, and between further ones. */
  readonly firstDelayS: number
  readonly nextDelayS: number
  /** Line-drop compounding: the set point is of v - (r + jx) i behind the transformer, ohm at the regulated side. */
  readonly compoundingROhm?: number
  readonly compoundingXOhm?: number
}

export interface InverterControl {
  readonly id: string
  readonly bus: string
  readonly ratedKva: number
  readonly rule:
    | { readonly kind: 'cos-phi'; readonly cosPhi: number; readonly underexcited: boolean }
    /** Piecewise linear; reactive power as a share of the rated power, positive drawn. Voltages rise. */
    | { readonly kind: 'q-of-u'; readonly voltagePu: readonly number[]; readonly reactiveShare: readonly number[] }
}

export const emptyPowerNetwork = (name: string, basePowerKva = 1000, frequencyHz = 50): PowerNetwork => ({
  name, frequencyHz, basePowerKva, buses: [], lines: [], transformers: [], threeWindingTransformers: [], equivalentBranches: [], links: [],
  sources: [], loads: [], generators: [], shunts: [], tapChangers: [], inverterControls: [],
})
