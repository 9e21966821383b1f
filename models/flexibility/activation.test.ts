import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACTIVATION_STATES, activationOf, CHANGE_KINDS, usesHours, type ActivationChange, type ChangeKind } from './activation.ts'
import { answerBy, dueOf, SETTLE_AFTER_MS } from './due.ts'

const HOUR = 3_600_000
const RULES = { noticeH: 2, heartbeatS: 1800 }
const change = (kind: ChangeKind, hour: number): ActivationChange => ({ activationId: 'a', at: hour * HOUR, kind, by: 'x', reason: null, body: kind === 'proposed' ? { contractId: 'c', from: 20 * HOUR, to: 22 * HOUR, kw: 10, elements: ['T1'], probability: 0.5 } : null })
const after = (...changes: [ChangeKind, number][]) => activationOf([change('proposed', 1), ...changes.map(([kind, hour]) => change(kind, hour))])!
const due = (hour: number, ...changes: [ChangeKind, number][]) => dueOf(after(...changes), RULES, hour * HOUR)

test('the way of an activation, whatever order its changes are read in', () => {
  const way: [ChangeKind, number][] = [['approved', 2], ['notified', 2], ['acknowledged', 3], ['running', 20], ['done', 22], ['settled', 60]]
  expect(after(...way)).toMatchObject({ state: 'settled', contractId: 'c', kw: 10, wasNotified: true, heardAt: 3 * HOUR })
  expect(after(...way.reverse())).toEqual(after(...way.reverse()))
  expect(activationOf([change('approved', 1)])).toBeUndefined()
})

test('what does not follow stays in the history and does not count', () => {
  const told = after(['refused', 2], ['approved', 3], ['acknowledged', 4])
  expect(told.state).toBe('refused')
  expect(told.changes.map(({ kind, counts }) => [kind, counts])).toEqual([['proposed', true], ['refused', true], ['approved', false], ['acknowledged', false]])
})

test('for any history the state is one that can be reached, and an ended one stays', () => {
  const any = fc.array(fc.tuple(fc.constantFrom(...CHANGE_KINDS), fc.integer({ min: 2, max: 60 })), { maxLength: 20 })
  fc.assert(fc.property(any, (changes) => {
    const told = after(...changes)
    expect(ACTIVATION_STATES).toContain(told.state)
    if (['running', 'done', 'acknowledged'].includes(told.state)) expect(told.wasNotified).toBe(true)
    const settled = after(...changes, ['settled', 61])
    if (settled.state === 'settled') expect(after(...changes, ['settled', 61], ['approved', 62]).state).toBe('settled')
  }))
})

test('by the clock: told, answered, begun, ended, settled', () => {
  expect(answerBy(after(), RULES)).toBe(18 * HOUR)
  expect(due(17)).toBeUndefined()
  expect(due(18)).toEqual({ what: 'change', kind: 'refused', reason: 'not-decided' })
  expect(due(17, ['approved', 2])).toEqual({ what: 'notify' })
  expect(due(17, ['approved', 2], ['notified', 3])).toBeUndefined()
  const acknowledged: [ChangeKind, number][] = [['approved', 2], ['notified', 3], ['acknowledged', 4]]
  expect(due(19, ...acknowledged)).toBeUndefined()
  expect(due(20, ...acknowledged)).toEqual({ what: 'change', kind: 'running', reason: null })
  expect(due(21, ...acknowledged, ['running', 20], ['heartbeat', 20.75])).toBeUndefined()
  expect(due(22, ...acknowledged, ['running', 20], ['heartbeat', 21.75])).toEqual({ what: 'change', kind: 'done', reason: null })
  const done: [ChangeKind, number][] = [...acknowledged, ['running', 20], ['heartbeat', 21.75], ['done', 22]]
  expect(due(22 + SETTLE_AFTER_MS / HOUR - 1, ...done)).toBeUndefined()
  expect(due(22 + SETTLE_AFTER_MS / HOUR, ...done)).toEqual({ what: 'settle' })
})

test('lost communication fails, says why, and asks for the safe state once', () => {
  expect(due(18, ['approved', 2])).toMatchObject({ kind: 'failed', reason: 'not-notified' })
  expect(due(18, ['approved', 2], ['notified', 3])).toMatchObject({ kind: 'failed', reason: 'not-acknowledged' })
  const running: [ChangeKind, number][] = [['approved', 2], ['notified', 3], ['acknowledged', 4], ['running', 20]]
  expect(due(20.5, ...running)).toBeUndefined()
  expect(due(20.6, ...running)).toMatchObject({ kind: 'failed', reason: 'heartbeat-lost' })
  // Silent since well before the end, and looked at only after it.
  expect(due(30, ...running, ['heartbeat', 21])).toMatchObject({ kind: 'failed', reason: 'heartbeat-lost' })
  expect(dueOf(after(...running), { noticeH: 2 }, 22 * HOUR)).toMatchObject({ kind: 'done' })
  const failed: [ChangeKind, number][] = [...running, ['failed', 20.6]]
  expect(due(20.7, ...failed)).toEqual({ what: 'tell-safe-state' })
  expect(due(20.7, ...failed, ['safe-state-told', 20.7])).toBeUndefined()
  expect(due(60, ...failed, ['safe-state-told', 20.7])).toEqual({ what: 'settle' })
  // Nobody had been told: there is nothing to settle, and no hour is used.
  expect(due(60, ['approved', 2], ['failed', 18], ['safe-state-told', 18])).toBeUndefined()
  expect([after(['approved', 2], ['failed', 18]), after(...failed), after(), after(['refused', 2])].map(usesHours)).toEqual([false, true, true, false])
})

test('what was approved can be called off until it begins: it is told once to whoever had been asked, and neither fails nor is settled', () => {
  const asked: [ChangeKind, number][] = [['approved', 2], ['notified', 3], ['acknowledged', 4]]
  for (const length of [1, 2, 3]) expect(after(...asked.slice(0, length), ['cancelled', 10]).state).toBe('cancelled')
  expect(due(11, ['approved', 2], ['cancelled', 10])).toBeUndefined()
  expect(due(11, ...asked, ['cancelled', 10])).toEqual({ what: 'tell-cancellation' })
  expect(due(11, ...asked, ['cancelled', 10], ['cancellation-told', 10.1])).toBeUndefined()
  expect(due(22 + SETTLE_AFTER_MS / HOUR, ...asked, ['cancelled', 10])).toBeUndefined()
  expect(usesHours(after(...asked, ['cancelled', 10]))).toBe(false)
  // Begun, refused or not decided on: there is nothing to call off.
  for (const changes of [[...asked, ['running', 20]], [['refused', 2]], []] as [ChangeKind, number][][]) expect(after(...changes, ['cancelled', 20.5]).state).not.toBe('cancelled')
  // The notice was on its way when it was cancelled.
  expect(due(11, ['approved', 2], ['cancelled', 10], ['notified', 10.01])).toEqual({ what: 'tell-cancellation' })
})
