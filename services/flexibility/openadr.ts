/**
 * Contracts and activations as OpenADR 3.0.1 says them (openadr3.yaml of the OpenADR Alliance: program, event, ven, report). Each contract
 * is a program of one end node, each activation that was told an event with one interval. How much to reduce is a payload of
 * our own, `IMPORT_REDUCTION` in KW: of the enumerated ones DISPATCH_SETPOINT_RELATIVE takes no reduction (its values begin at 0),
 * and IMPORT_CAPACITY_LIMIT is a ceiling. `SIMPLE` 1 stands beside it for nodes that know only levels.
 */
import { createHash } from 'node:crypto'
import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import type { Activation } from '#models/flexibility/activation.ts'

const MINUTE_MS = 60_000
const iso = (at: number): string => new Date(at).toISOString()
const values = (type: string, ...list: (string | number)[]) => ({ type, values: list })

/** An id of ours may hold a point, an object id of OpenADR not. */
export const programIdOf = (contractId: string): string => createHash('sha256').update(contractId).digest('hex').slice(0, 16)

export function programOf(contract: FlexibilityContract) {
  return {
    id: programIdOf(contract.id), createdDateTime: iso(Date.parse(contract.validFrom)), modificationDateTime: iso(Date.parse(contract.validFrom)), objectType: 'PROGRAM' as const,
    programName: contract.id, programLongName: contract.name.en, retailerName: contract.buyer, country: 'FR', bindingEvents: true, localPrice: false,
    intervalPeriod: { start: iso(Date.parse(contract.validFrom)) },
    payloadDescriptors: DESCRIPTORS, targets: targetsOf(contract),
  }
}

const DESCRIPTORS = [
  { objectType: 'EVENT_PAYLOAD_DESCRIPTOR' as const, payloadType: 'SIMPLE' },
  { objectType: 'EVENT_PAYLOAD_DESCRIPTOR' as const, payloadType: 'IMPORT_REDUCTION', units: 'KW' },
]
const targetsOf = ({ notices }: FlexibilityContract) => (notices.openAdr === undefined ? [] : [values('VEN_NAME', notices.openAdr.venName)])

/** What an end node is shown: from when it was told until the end; where it was cancelled, or lost and lets go, nothing any more. */
export const isShown = ({ wasNotified, state, contract }: Activation): boolean => wasNotified && state !== 'cancelled' && !(state === 'failed' && contract.safeState === 'release')

export interface ToldEvent extends Pick<Activation, 'activationId' | 'contract' | 'from' | 'to' | 'kw'> {
  readonly toldAt: number
  readonly changedAt: number
}
export const toldEventOf = (activation: Activation): ToldEvent => {
  const { changes, from } = activation
  return { ...activation, toldAt: changes.find(({ kind, counts }) => kind === 'notified' && counts)?.at ?? from, changedAt: changes.findLast(({ counts }) => counts)!.at }
}

export function eventOf({ activationId, contract, from, to, kw, toldAt, changedAt }: ToldEvent) {
  return {
    id: activationId, createdDateTime: iso(toldAt), modificationDateTime: iso(changedAt), objectType: 'EVENT' as const,
    programID: programIdOf(contract.id), eventName: `${contract.id} ${iso(from)}`, priority: 0, targets: targetsOf(contract),
    // A report of the operating state answers for the event; while it runs each one is a sign of life.
    reportDescriptors: [{ payloadType: 'OPERATING_STATE', aggregate: true, startInterval: 0, numIntervals: 1, historical: false, frequency: -1, repeat: -1 }],
    payloadDescriptors: DESCRIPTORS,
    intervalPeriod: { start: iso(from), duration: `PT${Math.round((to - from) / MINUTE_MS)}M`, randomizeStart: 'PT0S' },
    intervals: [{ id: 0, payloads: [values('SIMPLE', 1), values('IMPORT_REDUCTION', Math.round(1000 * kw) / 1000)] }],
  }
}

export function venOf(venName: string, contracts: readonly FlexibilityContract[]) {
  const since = iso(Math.min(...contracts.map(({ validFrom }) => Date.parse(validFrom))))
  return {
    id: programIdOf(venName), createdDateTime: since, modificationDateTime: since, objectType: 'VEN' as const, venName, targets: [values('VEN_NAME', venName)],
    resources: contracts.map((contract) => ({ id: programIdOf(`resource ${contract.id}`), createdDateTime: since, modificationDateTime: since, objectType: 'RESOURCE' as const, resourceName: contract.id, venID: programIdOf(venName) })),
  }
}

/** A node that says this does not do what it was asked for. */
const DECLINES = new Set(['ERROR', 'SGD_ERROR_CONDITION', 'IDLE_OPTED_OUT', 'RUNNING_OPTED_OUT'])

interface ReportedPayload { readonly type: string; readonly values: readonly unknown[] }
export interface ReportedResources { readonly resources: readonly { readonly intervals: readonly { readonly payloads: readonly ReportedPayload[] }[] }[] }

export const declines = ({ resources }: ReportedResources): boolean =>
  resources.some(({ intervals }) => intervals.some(({ payloads }) => payloads.some(({ type, values: told }) => type === 'OPERATING_STATE' && told.some((value) => DECLINES.has(String(value))))))
