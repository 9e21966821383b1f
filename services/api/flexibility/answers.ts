/** What people and end nodes answer: judged against the state of the activation, then written down. */
import { mayFollow, type Activation, type ActivationChange } from '#models/flexibility/activation.ts'
import { answerBy } from '#models/flexibility/due.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { ActivationStore } from '#services/flexibility/activation-store.ts'

const NEXT = { approve: 'approved', refuse: 'refused', acknowledge: 'acknowledged', cancel: 'cancelled' } as const
export type Answer = keyof typeof NEXT | 'heartbeat'

/**
 * Everything between reading the state and writing is synchronous, in the one process that writes answers: two people cannot both decide.
 * The same answer given again is the same answer. @throws PF_NOT_FOUND, PF_ACTIVATION_STATE, PF_ACTIVATION_TOO_LATE
 */
export function giveAnswer(store: ActivationStore, activation: Activation | undefined, answer: Answer, { by, reason, now, body = null }: { readonly by: string; readonly reason: string | null; readonly now: number; readonly body?: ActivationChange['body'] }): Activation {
  if (activation === undefined) throw new PenfeldError('PF_NOT_FOUND', 'There is no such activation.')
  const { activationId, state, contract, from, to } = activation
  const change = (kind: ActivationChange['kind']): ActivationChange => ({ activationId, at: now, kind, by, reason, body })
  if (answer === 'heartbeat') {
    if (!['acknowledged', 'running'].includes(state) || now >= to) throw new PenfeldError('PF_ACTIVATION_STATE', `The activation is ${state}: no heartbeat is expected.`, { where: activationId })
    store.add([change('heartbeat')])
    return store.activation(activationId)!
  }
  const next = NEXT[answer]
  if (state === next) return activation
  if (!mayFollow(state, next)) throw new PenfeldError('PF_ACTIVATION_STATE', `The activation is ${state}.`, { where: activationId })
  const dueBy = answerBy(activation, contract)
  // Until the pass that begins it, the state still lets it be cancelled: the start does not.
  if (answer === 'cancel' && now >= from) throw new PenfeldError('PF_ACTIVATION_TOO_LATE', `It began at ${new Date(from).toISOString()}.`, { where: activationId })
  if (answer !== 'refuse' && answer !== 'cancel' && now >= dueBy) throw new PenfeldError('PF_ACTIVATION_TOO_LATE', `An answer was due by ${new Date(dueBy).toISOString()}.`, { where: activationId })
  store.add([change(next)])
  return store.activation(activationId)!
}
