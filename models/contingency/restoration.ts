/**
 * The plan after one fault: breakers trip; orders by remote control isolate it coarsely and feed what can be fed; a crew isolates
 * it as finely as the switches allow and feeds the rest; the repair brings everything back. After each stage it is said what is not
 * supplied. A stage is counted until its last operation is done, so that the energy is rather too high than too low.
 */
import type { Margin } from '#models/capacity/judge.ts'
import type { Outage, OutageKind } from './outages.ts'
import { operatingTimeS } from './operation-times.ts'
import { breachesOfState, type RestorationCase } from './restoration-case.ts'
import { type Refusal, resupply } from './resupply.ts'
import { type DeviceFilter, energised, isolate, otherEnd, type SwitchState, trip } from './switching.ts'

export interface Operation {
  /** Switch; or transformer or source by its own protection. */
  readonly device: string
  readonly action: 'trip' | 'open' | 'close'
  readonly remote: boolean
  /** From the fault on, s: when it is done. */
  readonly doneAtS: number
  /** True: the document does not say how long it takes. */
  readonly timeAssumed: boolean
}

export interface Stage {
  readonly name: 'fault' | 'remote' | 'manual' | 'repair'
  /** From the fault on, s: the state of the stage holds from its last operation until the next stage is done. */
  readonly fromS: number
  readonly toS: number
  readonly operations: readonly Operation[]
  /** Demand at the beginning of the stage, kW; production that is lost with it is not taken off. */
  readonly suppliedKw: number
  readonly unsuppliedKw: number
  readonly unsuppliedCustomers: number
  /** Energy not supplied in this stage, and from the fault until its end, kWh. */
  readonly unsuppliedKwh: number
  readonly cumulatedKwh: number
  /** Buses fed before the fault and not in this stage, by index. */
  readonly darkBuses: Int32Array
  /** Switches open in this stage. */
  readonly openSwitches: readonly string[]
  /** Reclosures that would have broken a limit, of the parts that stay dark. */
  readonly refused: readonly Refusal[]
}

export interface RestorationPlan {
  readonly outage: Outage
  readonly stages: readonly Stage[]
  /** Switching state that lasts until the repair. */
  readonly restored: SwitchState
  readonly violations: readonly Violation[]
  /** True: the firm criterion applies to this outage. */
  readonly firm: boolean
  /** No limit broken, everything computed, and all load supplied that the criterion requires. */
  readonly holds: boolean
}

export type Violation = Omit<Margin, 'share'> & {
  /** Load in kW without supply, for `not-supplied`. */
  readonly unsuppliedKw?: number
}

export interface FirmCriterion {
  /** Kinds of elements whose loss must leave nobody without supply; absent: line sections. */
  readonly kinds?: readonly OutageKind[]
  /** Elements of these kinds to which it does not apply all the same (a spur that is known and accepted). */
  readonly except?: readonly string[]
  /** Stage after which all must be supplied; absent: manual. */
  readonly after?: 'remote' | 'manual'
}

export const isFirm = ({ kinds = ['section'], except = [] }: FirmCriterion, outage: Pick<Outage, 'id' | 'kind'>): boolean => kinds.includes(outage.kind) && !except.includes(outage.id)

export function planRestoration(one: RestorationCase, outage: Outage, criterion: FirmCriterion = {}): RestorationPlan {
  const { graph, times } = one
  const faulted = graph.nodeIndex.get(outage.id) as number
  const normally = energised(graph, graph.normal)
  const { state: tripped } = trip(graph, faulted)
  const repairedAtS = times.repairS[outage.kind]

  const steps: { name: Stage['name']; fromS: number; state: SwitchState; operations: readonly Operation[]; refused: readonly Refusal[] }[] = [
    { name: 'fault', fromS: 0, state: tripped, operations: outage.tripped.map((device) => ({ device, action: 'trip', remote: true, doneAtS: 0, timeAssumed: false })), refused: [] },
  ]
  for (const [name, allowed] of [['remote', (device) => device.remote], ['manual', () => true]] as readonly ['remote' | 'manual', DeviceFilter][]) {
    const last = steps[steps.length - 1]
    const stage = switchStage(one, last.state, faulted, allowed)
    const beginS = Math.max(times.diagnosisS, last.fromS)
    const operations = timed(one, last.state, stage, beginS)
    const fromS = operations.at(-1)?.doneAtS ?? last.fromS
    // Switching that would outlast the repair is not begun.
    if (operations.length === 0 || fromS >= repairedAtS) steps.push({ ...last, name, operations: [], refused: stage.refused })
    else steps.push({ name, fromS, state: stage.state, operations, refused: stage.refused })
  }
  const restored = steps[steps.length - 1].state
  steps.push({ name: 'repair', fromS: repairedAtS, state: graph.normal, operations: [], refused: [] })

  let cumulatedKwh = 0
  const stages = steps.map(({ name, fromS, state, operations, refused }, k): Stage => {
    const live = energised(graph, state)
    const toS = steps[k + 1]?.fromS ?? fromS
    const demand = demandAt(one, normally, live, fromS)
    const unsuppliedKwh = energyKwh(one, normally, live, fromS, toS)
    cumulatedKwh += unsuppliedKwh
    const darkBuses = Int32Array.from(live.keys()).filter((node) => node < graph.busCount && normally[node] === 1 && live[node] === 0)
    const unsuppliedCustomers = darkBuses.reduce((sum, bus) => sum + one.customers[bus], 0)
    const openSwitches = graph.devices.filter((device, d) => device.switchIndex >= 0 && state.closed[d] === 0).map((device) => device.id)
    return { name, fromS, toS, operations, ...demand, unsuppliedCustomers, unsuppliedKwh, cumulatedKwh, darkBuses, openSwitches, refused }
  })

  const firm = isFirm(criterion, outage)
  const violations: Violation[] = breachesOfState(one, restored).map(({ kind, element, value }) => ({ kind, element, value }))
  const required = steps.find((step) => step.name === (criterion.after ?? 'manual')) as (typeof steps)[number]
  if (firm) violations.push(...notSupplied(one, normally, energised(graph, required.state)))
  return { outage, stages, restored, violations, firm, holds: violations.length === 0 }
}

interface Switching {
  readonly state: SwitchState
  readonly opened: readonly number[]
  readonly closed: readonly number[]
  readonly refused: readonly Refusal[]
}

/** Isolates and feeds; without a part that is fed by it nothing is switched at all. */
function switchStage(one: RestorationCase, from: SwitchState, faulted: number, allowed: DeviceFilter): Switching {
  const { graph } = one
  const isolated = isolate(graph, from, faulted, allowed)
  const fed = resupply(one, isolated.state, allowed)
  if (fed.closed.length === 0) return { state: from, opened: [], closed: [], refused: fed.refused }
  // What was opened towards a part that stays dark need not be opened.
  const live = energised(graph, fed.state)
  const closed = fed.state.closed.slice()
  const opened = isolated.opened.filter((device) => {
    const { edge } = graph.devices[device]
    const { element } = graph.edges[edge]
    const outside = fed.state.zone[element] === 1 ? otherEnd(graph, edge, element) : element
    if (live[outside] === 1) return true
    closed[device] = 1
    return false
  })
  return { state: { closed, zone: fed.state.zone }, opened: [...opened, ...fed.opened], closed: fed.closed, refused: fed.refused }
}

/** One order after the other, first everything that is opened; a device that is opened and closed again is not moved. */
function timed({ graph, times }: RestorationCase, before: SwitchState, { state, opened, closed }: Switching, beginS: number): readonly Operation[] {
  let doneAtS = beginS
  const moved = (devices: readonly number[]) => [...new Set(devices)].filter((device) => before.closed[device] !== state.closed[device])
  const operation = (device: number, action: 'open' | 'close'): Operation => {
    const { id, remote, operatingTimeS: declaredS } = graph.devices[device]
    doneAtS += operatingTimeS(graph.devices[device], times)
    return { device: id, action, remote, doneAtS, timeAssumed: declaredS === undefined }
  }
  return [...moved(opened).map((device) => operation(device, 'open')), ...moved(closed).map((device) => operation(device, 'close'))]
}

/** The step that holds at a time; after the last one the last. */
const stepAt = ({ loads, stepS }: RestorationCase, atS: number): number => Math.min(loads.scenarios - 1, Math.floor(atS / stepS))

function demandAt(one: RestorationCase, normally: Uint8Array, live: Uint8Array, atS: number): { readonly suppliedKw: number; readonly unsuppliedKw: number } {
  const { busCount } = one.graph
  const first = stepAt(one, atS) * busCount
  let suppliedKw = 0
  let unsuppliedKw = 0
  for (let bus = 0; bus < busCount; bus += 1) {
    if (normally[bus] === 0) continue
    const kw = Math.max(0, one.loads.activeKw[first + bus])
    if (live[bus] === 1) suppliedKw += kw
    else unsuppliedKw += kw
  }
  return { suppliedKw, unsuppliedKw }
}

function energyKwh(one: RestorationCase, normally: Uint8Array, live: Uint8Array, fromS: number, toS: number): number {
  let kwh = 0
  for (let atS = fromS; atS < toS;) {
    const step = stepAt(one, atS)
    const untilS = step === one.loads.scenarios - 1 ? toS : Math.min(toS, (step + 1) * one.stepS)
    kwh += (demandAt(one, normally, live, atS).unsuppliedKw * (untilS - atS)) / 3600
    atS = untilS
  }
  return kwh
}

/** Buses fed before and dark now at which somebody is connected, with their largest demand. */
function notSupplied({ grid, loads, customers }: RestorationCase, normally: Uint8Array, live: Uint8Array): readonly Violation[] {
  return grid.busIds.flatMap((element, bus): Violation[] => {
    if (normally[bus] === 0 || live[bus] === 1) return []
    let unsuppliedKw = 0
    for (let step = 0; step < loads.scenarios; step += 1) unsuppliedKw = Math.max(unsuppliedKw, loads.activeKw[step * grid.busCount + bus])
    return unsuppliedKw > 0 || customers[bus] > 0 ? [{ kind: 'not-supplied', element, value: NaN, unsuppliedKw }] : []
  })
}
