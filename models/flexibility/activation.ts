/**
 * The life of an activation, told by what was written down about it. Nothing is ever overwritten: its state is what its changes come to,
 * in the order of their times. A change that does not follow from the state before stays in the history and does not count.
 */
import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import type { ProposedActivation } from './propose-activations.ts'

export const ACTIVATION_STATES = ['proposed', 'approved', 'refused', 'notified', 'acknowledged', 'running', 'done', 'failed', 'settled', 'cancelled'] as const
export type ActivationState = (typeof ACTIVATION_STATES)[number]
/** Besides the states: the seller was heard of, he said that he does not follow, and he was told of the safe state or that nothing is asked of him any more. */
const NOTES = ['heartbeat', 'declined', 'safe-state-told', 'cancellation-told'] as const
export const CHANGE_KINDS = [...ACTIVATION_STATES, ...NOTES] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

const NEXT: Readonly<Record<ActivationState, readonly ActivationState[]>> = {
  proposed: ['approved', 'refused'],
  approved: ['notified', 'failed', 'cancelled'],
  notified: ['acknowledged', 'failed', 'cancelled'],
  acknowledged: ['running', 'failed', 'cancelled'],
  running: ['done', 'failed'],
  done: ['settled'],
  failed: ['settled'],
  refused: [],
  settled: [],
  // Nothing was asked for in the end: neither delivered nor failed, and nothing is owed.
  cancelled: [],
}

export interface ActivationChange {
  readonly activationId: string
  /** UTC ms by the Clock. */
  readonly at: number
  readonly kind: ChangeKind
  /** A person's name, `clock` where a time passed, the name of an end node. */
  readonly by: string
  readonly reason: string | null
  /** Of a proposal what is proposed, of a notice what each channel said, of a settlement its figures. */
  readonly body: Readonly<Record<string, unknown>> | null
}

export interface CountedChange extends ActivationChange {
  readonly counts: boolean
}

/** What is written down of a proposal: with the contract as it stood, because prices and powers of the document may change before it is settled. */
export interface ProposalBody extends ProposedActivation {
  readonly contract: FlexibilityContract
}

export interface Activation extends ProposalBody {
  readonly activationId: string
  readonly state: ActivationState
  /** Newest sign of life of the seller; NaN: none. */
  readonly heardAt: number
  readonly wasNotified: boolean
  readonly safeStateTold: boolean
  readonly cancellationTold: boolean
  readonly changes: readonly CountedChange[]
}

const isState = (kind: ChangeKind): kind is ActivationState => !(NOTES as readonly ChangeKind[]).includes(kind)
export const mayFollow = (state: ActivationState, next: ActivationState): boolean => NEXT[state].includes(next)

/** @returns undefined where nobody proposed it @param changes of one activation, in any order */
export function activationOf(changes: readonly ActivationChange[]): Activation | undefined {
  const rank = (kind: ChangeKind) => CHANGE_KINDS.indexOf(kind)
  const ordered = [...changes].sort((a, b) => a.at - b.at || rank(a.kind) - rank(b.kind))
  const proposed = ordered.find(({ kind }) => kind === 'proposed')
  if (proposed === undefined) return undefined
  let state: ActivationState = 'proposed'
  let heardAt = NaN
  let [wasNotified, safeStateTold, cancellationTold] = [false, false, false]
  const counted = ordered.map((change): CountedChange => {
    const { kind, at } = change
    if (kind === 'safe-state-told') safeStateTold = true
    if (kind === 'cancellation-told') cancellationTold = true
    if (kind === 'heartbeat') heardAt = at
    // A notice that was on its way when it was cancelled has reached the seller all the same.
    if (kind === 'notified' && state === 'cancelled') wasNotified = true
    const counts = change === proposed || !isState(kind) || mayFollow(state, kind)
    if (counts && isState(kind)) state = kind
    if (counts && kind === 'notified') wasNotified = true
    if (counts && kind === 'acknowledged') heardAt = at
    return { ...change, counts }
  })
  return { ...(proposed.body as unknown as ProposalBody), activationId: proposed.activationId, state, heardAt, wasNotified, safeStateTold, cancellationTold, changes: counted }
}

/** Counts against the hours of a year: all but what was refused or cancelled, or failed before anybody was told. */
export const usesHours = ({ state, wasNotified }: Pick<Activation, 'state' | 'wasNotified'>): boolean => state !== 'refused' && state !== 'cancelled' && (state !== 'failed' || wasNotified)
