/**
 * Turns each zone of a network so far that the phase shifts of its transformers vanish: what is turned back in the reported
 * angles needs no unsymmetric two-port. A shift that is inside a loop and does not add up with the others to full turns cannot
 * be turned away; it is left in one branch of the loop, in the phase shifter where there is one.
 */
import { TurnedSets } from './turned-sets.ts'

export interface Shifted {
  readonly from: number
  readonly to: number
  /** By how much the `from` end leads. */
  readonly shiftDeg: number
}

export interface Rotation {
  /** Angle of each bus against the first source of its part of the network (where there is none, its first bus), -180 to 180. */
  readonly busDeg: Float64Array
  /** What is left of the shift of each branch; 0 almost everywhere. */
  readonly leftDeg: Float64Array
}

/** Angles computed from steps in percent miss full turns by rounding only. */
const NO_ANGLE_DEG = 1e-9

/** @param branches closed at both ends, between different buses */
export function rotateZones(busCount: number, branches: readonly Shifted[], sourceBuses: readonly number[]): Rotation {
  const zones = new TurnedSets(busCount)
  // Lines first, then clocks, then phase shifters: the last of a loop keeps what does not add up.
  const byKind = branches.map((_, k) => k).sort((a, b) => kindOf(branches[a].shiftDeg) - kindOf(branches[b].shiftDeg) || a - b)
  for (const k of byKind) zones.join(branches[k].from, branches[k].to, branches[k].shiftDeg)

  const zeroDeg = new Map<number, number>()
  for (const bus of sourceBuses) {
    const zone = zones.find(bus)
    if (!zeroDeg.has(zone)) zeroDeg.set(zone, zones.turnDeg(bus))
  }
  const busDeg = Float64Array.from({ length: busCount }, (_, bus) => withinHalfTurn(zones.turnDeg(bus) - (zeroDeg.get(zones.find(bus)) ?? 0)))
  const leftDeg = Float64Array.from(branches, ({ from, to, shiftDeg }) => {
    const left = withinHalfTurn(shiftDeg + busDeg[to] - busDeg[from])
    return Math.abs(left) < NO_ANGLE_DEG ? 0 : left
  })
  return { busDeg, leftDeg }
}

const kindOf = (shiftDeg: number): number => (shiftDeg === 0 ? 0 : shiftDeg % 30 === 0 ? 1 : 2)

/** The same angle above -180 and up to 180 degrees. */
export function withinHalfTurn(deg: number): number {
  const turned = deg % 360
  return turned > 180 ? turned - 360 : turned <= -180 ? turned + 360 : turned
}
