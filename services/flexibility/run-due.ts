import type { Activation, ActivationChange, ChangeKind } from '#models/flexibility/activation.ts'
import { answerBy, dueOf, type Due } from '#models/flexibility/due.ts'
import type { District } from '#models/district/schema.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { ActivationStore } from './activation-store.ts'
import { contractOf } from './contracts.ts'
import type { Notice, Notices } from './notices/port.ts'
import { failureAlert } from './notices/texts.ts'
import { settlementOf, type SettlementSources } from './settlement.ts'

const DAY_MS = 86_400_000
/** Whatever is older has been settled or never will be. */
const LOOK_BACK_DAYS = 40
const LOOK_AHEAD_DAYS = 4
/** More steps than an activation has. */
const MOST_STEPS = 12

export interface DueParts extends SettlementSources {
  readonly district: District
  readonly store: ActivationStore
  readonly notices: Notices
  readonly log: Logger
}

/** Carries out what time has made of every activation: tells, begins, ends, gives up, settles. What fails is tried again at the next pass. */
export async function runDue(parts: DueParts, now: number): Promise<void> {
  for (const { activationId } of parts.store.between(now - LOOK_BACK_DAYS * DAY_MS, now + LOOK_AHEAD_DAYS * DAY_MS)) {
    try {
      await runActivation(parts, activationId, now)
    } catch (error) {
      // One that cannot be settled must not keep the others from being told.
      parts.log.error({ activationId, error: error instanceof Error ? error.message : String(error) }, 'an activation could not be carried on')
    }
  }
}

async function runActivation(parts: DueParts, activationId: string, now: number): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    // Read anew each time: somebody may have answered meanwhile.
    const activation = parts.store.activation(activationId)
    const due = activation && dueOf(activation, activation.contract, now)
    if (due === undefined || !(await carryOut(parts, activation!, due, now))) return
  }
}

/** @returns false where it has to be tried again later */
async function carryOut(parts: DueParts, activation: Activation, due: Due, now: number): Promise<boolean> {
  const { store, notices } = parts
  const change = (kind: ChangeKind, reason: string | null = null, body: object | null = null, by = 'clock'): ActivationChange => ({ activationId: activation.activationId, at: now, kind, by, reason, body: body === null ? null : { ...body } })
  switch (due.what) {
    case 'notify': {
      const outcomes = await notices.send(noticeOf(parts, activation, 'activation', null), now)
      // An end node finds the event by asking: it is told by being shown.
      const isShown = activation.contract.notices.openAdr !== undefined
      if (!isShown && outcomes.length > 0 && outcomes.every(({ sent }) => !sent)) return false
      const isTaken = outcomes.some(({ acknowledged }) => acknowledged)
      store.add([change('notified', null, { outcomes }), ...(isTaken ? [change('acknowledged', null, null, activation.contract.seller)] : [])])
      return true
    }
    case 'tell-safe-state': {
      const { reason = null } = activation.changes.findLast(({ kind, counts }) => kind === 'failed' && counts) ?? {}
      const outcomes = await notices.send(noticeOf(parts, activation, 'safe-state', reason), now)
      if (outcomes.length > 0 && outcomes.every(({ sent }) => !sent)) return false
      store.add([change('safe-state-told', activation.contract.safeState, { outcomes })])
      return true
    }
    case 'tell-cancellation': {
      const { reason = null } = activation.changes.findLast(({ kind, counts }) => kind === 'cancelled' && counts) ?? {}
      const outcomes = await notices.send(noticeOf(parts, activation, 'cancellation', reason), now)
      if (outcomes.length > 0 && outcomes.every(({ sent }) => !sent)) return false
      store.add([change('cancellation-told', null, { outcomes })])
      return true
    }
    case 'settle':
      store.add([change('settled', null, await settlementOf(activation, parts, now))])
      return true
    case 'change':
      store.add([change(due.kind, due.reason)])
      // Every reason is one that somebody waits for in vain.
      if (due.reason !== null) await notices.alert(...failureAlert(activation, due.reason, parts.timeZone))
      return true
  }
}

/** Addresses as the document has them now: a wrong one may have been mended since the proposal. */
function noticeOf({ district, timeZone }: DueParts, activation: Activation, kind: Notice['kind'], reason: string | null): Notice {
  const { contract, activationId, from, to, kw } = activation
  const notices = contractOf(district, contract.id)?.notices ?? contract.notices
  return { kind, contract: { ...contract, notices }, activationId, from, to, kw, answerBy: answerBy(activation, contract), reason, timeZone }
}
