import type { EquivalentBranch, Line, ShortCircuit, ShortCircuitPair, Tap, ThreeWindingTransformer, TwoWindingTransformer, Winding } from '../../power-network.ts'
import { WINDINGS } from './transformers.ts'

export type Row = Readonly<Record<string, number>>

interface Ends {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly fromClosed: boolean
  readonly toClosed: boolean
}

/** Branches as rows of the file, in SI units. */
export class BranchRows {
  readonly #number: (id: string) => number

  constructor(number: (id: string) => number) {
    this.#number = number
  }

  ends({ id, from, to, fromClosed, toClosed }: Ends): Row {
    return { id: this.#number(id), from_node: this.#number(from), to_node: this.#number(to), from_status: Number(fromClosed), to_status: Number(toClosed) }
  }

  line(line: Line): Row {
    const { rOhm, xOhm, cUf, tanDelta = 0, r0Ohm, x0Ohm, c0Uf, tanDelta0, summerA } = line
    return {
      ...this.ends(line), r1: rOhm, x1: xOhm, c1: cUf * 1e-6, tan1: tanDelta,
      ...(r0Ohm !== undefined && { r0: r0Ohm }), ...(x0Ohm !== undefined && { x0: x0Ohm }), ...(c0Uf !== undefined && { c0: c0Uf * 1e-6 }), ...(tanDelta0 !== undefined && { tan0: tanDelta0 }),
      ...(summerA !== undefined && { i_n: summerA * (line.derating ?? 1) }),
    }
  }

  /** `ohm` is the impedance of 1 pu at the level of its `to` end. */
  generic(one: EquivalentBranch, ohm: number): Row {
    return {
      ...this.ends(one), r1: one.rPu * ohm, x1: one.xPu * ohm, g1: one.gPu / ohm, b1: one.bPu / ohm, k: one.ratio, theta: (one.shiftDeg * Math.PI) / 180,
      ...(one.ratedKva !== undefined && { sn: one.ratedKva * 1000 }),
    }
  }

  /** A line between buses of other nominal voltages is no line in Power Grid Model. */
  genericOfLine(line: Line, ratio: number, frequencyHz: number): Row {
    const b1 = 2 * Math.PI * frequencyHz * line.cUf * 1e-6
    return { ...this.ends(line), r1: line.rOhm, x1: line.xOhm, g1: b1 * (line.tanDelta ?? 0), b1, k: ratio, theta: 0 }
  }

  /** Parallel units become one of their sum; an impedance factor goes into the short-circuit values. */
  transformer(one: TwoWindingTransformer): Row {
    const { ratedKva, parallel = 1, impedanceFactor = 1, tap, clock } = one
    const units = (kw: number) => kw * 1000 * parallel
    const [fromWinding, toWinding] = windingsOf(clock, one.fromWinding, one.toWinding)
    const shortCircuit = (name: '' | '_min' | '_max', { voltagePct, copperLossKw }: ShortCircuit): Row => ({ [`uk${name}`]: (voltagePct / 100) * impedanceFactor, [`pk${name}`]: units(copperLossKw) * impedanceFactor })
    return {
      ...this.ends(one), u1: one.fromKv * 1000, u2: one.toKv * 1000, sn: units(ratedKva), i0: one.noLoadCurrentPct / 100, p0: units(one.noLoadLossKw),
      ...shortCircuit('', { voltagePct: one.shortCircuitVoltagePct, copperLossKw: one.copperLossKw }), ...atEnds(one, tap, shortCircuit),
      winding_from: fromWinding, winding_to: toWinding, clock, tap_side: tap?.side === 'to' ? 1 : 0, ...tapRow(tap, (tap?.side === 'to' ? one.toKv : one.fromKv) * 1000),
    }
  }

  threeWinding(one: ThreeWindingTransformer): Row {
    const { windings, tap } = one
    const tapped = windings[(tap?.winding ?? 1) - 1]
    const pair = (name: string, values: ShortCircuitPair): Row => {
      const row = (end: '' | '_min' | '_max', { voltagePct, copperLossKw }: ShortCircuit): Row => ({ [`uk_${name}${end}`]: voltagePct / 100, [`pk_${name}${end}`]: copperLossKw * 1000 })
      return { ...row('', values), ...atEnds(values, tap, row) }
    }
    const ends = windings.map((end, k): Row => {
      const w = k + 1
      const [first, own] = windingsOf(end.clock, windings[0].winding, end.winding)
      return {
        [`node_${w}`]: this.#number(end.bus), [`status_${w}`]: Number(end.closed), [`u${w}`]: end.ratedKv * 1000, [`sn_${w}`]: end.ratedKva * 1000,
        [`winding_${w}`]: k === 0 ? first : own, ...(k > 0 && { [`clock_1${w}`]: end.clock }),
      }
    })
    return {
      id: this.#number(one.id), ...ends[0], ...ends[1], ...ends[2], ...pair('12', one.pair12), ...pair('13', one.pair13), ...pair('23', one.pair23),
      i0: one.noLoadCurrentPct / 100, p0: one.noLoadLossKw * 1000, tap_side: (tap?.winding ?? 1) - 1, ...tapRow(tap, tapped.ratedKv * 1000),
    }
  }
}

function tapRow(tap: Omit<Tap, 'side'> | undefined, ratedV: number): Row {
  if (tap === undefined) return { tap_pos: 0, tap_min: 0, tap_max: 0, tap_nom: 0, tap_size: 0 }
  const turned = tap.stepPct < 0
  return {
    tap_pos: tap.position, tap_min: turned ? tap.highest : tap.lowest, tap_max: turned ? tap.lowest : tap.highest, tap_nom: tap.neutral, tap_size: (Math.abs(tap.stepPct) / 100) * ratedV,
  }
}

/** `min` is the end of the lowest voltage, which is the highest position where a step up lowers the voltage. */
function atEnds(one: { readonly atLowestTap?: ShortCircuit; readonly atHighestTap?: ShortCircuit }, tap: Omit<Tap, 'side'> | undefined, row: (end: '_min' | '_max', values: ShortCircuit) => Row): Row {
  const [min, max] = (tap?.stepPct ?? 0) < 0 ? [one.atHighestTap, one.atLowestTap] : [one.atLowestTap, one.atHighestTap]
  return { ...(min && row('_min', min)), ...(max && row('_max', max)) }
}

/** Windings that are not known: star on both sides for even clocks, delta and star for odd ones. */
function windingsOf(clock: number, from: Winding | undefined, to: Winding | undefined): readonly [number, number] {
  const odd = clock % 2 !== 0
  return [WINDINGS.indexOf(from ?? (odd ? 'D' : 'YN')), WINDINGS.indexOf(to ?? 'YN')]
}
