/**
 * What the load flow needs to know of a network, and nothing else: buses and two-port branches in per unit, one phase of
 * a balanced three-phase network. Made by `buildGrid` from a district document and by `circuitOf` from any other network.
 *
 * The clocks of transformers only turn the reported angles (`busClockRad`) and never the currents, so that a two-port is
 * symmetric (`yft = ytf`) and so is the factorisation. What no turning of zones removes (phase shifters, loops whose clocks
 * do not agree) keeps `tfG`, `tfB` of its own: such a circuit is solved by Newton-Raphson.
 */
export interface Circuit {
  readonly busCount: number
  /** Three-phase power of 1 pu. */
  readonly basePowerKva: number
  /** Line-to-line voltage of 1 pu, by bus. */
  readonly busBaseKv: Float64Array
  /** Angle by which the clocks of the transformers turn each bus against its source; added to reported angles only. */
  readonly busClockRad: Float64Array
  /** Bus index of each end; -1: this end is open. Both -1: the branch is out of service. */
  readonly branchFrom: Int32Array
  readonly branchTo: Int32Array
  readonly admittance: TwoPorts
  /** Shunt at each bus, pu. */
  readonly shuntG: Float64Array
  readonly shuntB: Float64Array
  readonly sources: readonly CircuitSource[]
  /** Buses whose voltage a generator holds; absent: none. */
  readonly generators?: readonly CircuitGenerator[]
}

/** Admittances in pu: current into the from end = yff vFrom + yft vTo, into the to end = ytf vFrom + ytt vTo. */
export interface TwoPorts {
  readonly ffG: Float64Array
  readonly ffB: Float64Array
  readonly ftG: Float64Array
  readonly ftB: Float64Array
  readonly ttG: Float64Array
  readonly ttB: Float64Array
  /** Absent: equal to ftG, ftB in every branch. */
  readonly tfG?: Float64Array
  readonly tfB?: Float64Array
}

export interface CircuitSource {
  readonly bus: number
  readonly voltagePu: number
  /** Absent: 0. */
  readonly angleRad?: number
  /** Internal impedance in pu; both 0: an ideal source that holds the voltage of its bus. */
  readonly rPu: number
  readonly xPu: number
}

/** One a bus: its active power is part of the scenario's load of the bus (negative), its reactive power is found. */
export interface CircuitGenerator {
  readonly bus: number
  readonly voltagePu: number
  /** Generated, at the bus; absent: no limit. Beyond them the voltage is given up and the limit held. */
  readonly lowestKvar?: number
  readonly highestKvar?: number
}

export function emptyTwoPorts(count: number): TwoPorts {
  const column = () => new Float64Array(count)
  return { ffG: column(), ffB: column(), ftG: column(), ftB: column(), ttG: column(), ttB: column() }
}

export interface PiBranch {
  /** Series impedance, pu. */
  readonly rPu: number
  readonly xPu: number
  /** Whole shunt admittance, pu; half of it stands at each end. */
  readonly gPu: number
  readonly bPu: number
  /** Real ratio at the from end (off-nominal), 1 for a line. */
  readonly ratio: number
}

/**
 * Writes the two-port of a pi branch. An open end leaves the branch energised from the other one: what remains there is
 * the shunt seen through the series impedance (the charging current of an open-ended cable).
 */
export function setPiBranch(ports: TwoPorts, index: number, pi: PiBranch, openFrom = false, openTo = false): void {
  const square = pi.rPu * pi.rPu + pi.xPu * pi.xPu
  const g = pi.rPu / square
  const b = -pi.xPu / square
  const ratio = pi.ratio
  let ffG = (g + pi.gPu / 2) / (ratio * ratio)
  let ffB = (b + pi.bPu / 2) / (ratio * ratio)
  let ftG = -g / ratio
  let ftB = -b / ratio
  let ttG = g + pi.gPu / 2
  let ttB = b + pi.bPu / 2
  if (openFrom || openTo) {
    // Kron reduction of the open end: y = yKept - yft^2 / yOpen.
    const [openG, openB] = openTo ? [ttG, ttB] : [ffG, ffB]
    const openSquare = openG * openG + openB * openB
    const squareG = ftG * ftG - ftB * ftB
    const squareB = 2 * ftG * ftB
    const reducedG = (squareG * openG + squareB * openB) / openSquare
    const reducedB = (squareB * openG - squareG * openB) / openSquare
    ffG = openFrom ? 0 : ffG - reducedG
    ffB = openFrom ? 0 : ffB - reducedB
    ttG = openTo ? 0 : ttG - reducedG
    ttB = openTo ? 0 : ttB - reducedB
    if (openFrom && openTo) ffG = ffB = ttG = ttB = 0
    ftG = 0
    ftB = 0
  }
  ports.ffG[index] = ffG
  ports.ffB[index] = ffB
  ports.ftG[index] = ftG
  ports.ftB[index] = ftB
  ports.ttG[index] = ttG
  ports.ttB[index] = ttB
}

/** 1 for each bus that a source reaches over branches whose two ends are closed. */
export function fedBuses(circuit: Circuit): Uint8Array {
  const neighbours: number[][] = Array.from({ length: circuit.busCount }, () => [])
  for (let k = 0; k < circuit.branchFrom.length; k += 1) {
    const from = circuit.branchFrom[k]
    const to = circuit.branchTo[k]
    if (from < 0 || to < 0) continue
    neighbours[from].push(to)
    neighbours[to].push(from)
  }
  const fed = new Uint8Array(circuit.busCount)
  const waiting = circuit.sources.map((source) => source.bus)
  for (let bus = waiting.pop(); bus !== undefined; bus = waiting.pop()) {
    if (fed[bus]) continue
    fed[bus] = 1
    waiting.push(...neighbours[bus])
  }
  return fed
}
