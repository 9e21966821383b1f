import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Clock } from './port.ts'

/**
 * Reads `PENFELD_CLOCK`: empty for real time, `origin,speed` to start at an instant and run faster, e.g.
 * `2026-01-12T17:00:00Z,600`. `startedRealMs` is the real time at which `origin` held; the supervisor gives the same to
 * every process, so that all of them agree and a restarted one does not jump back.
 */
export function createClock(setting: string | undefined, startedRealMs: number, realNow: () => number = Date.now): Clock {
  if (setting === undefined || setting === '') {
    return { now: realNow, speed: 1, realMsUntil: (at) => Math.max(0, at - realNow()) }
  }
  const [originText, speedText = '1'] = setting.split(',')
  const origin = Date.parse(originText)
  const speed = Number(speedText)
  if (!Number.isFinite(origin) || !(speed > 0)) {
    throw new PenfeldError('PF_CONFIG_INVALID', `PENFELD_CLOCK is "${setting}", expected ORIGIN,SPEED such as 2026-01-12T17:00:00Z,600.`, { where: 'PENFELD_CLOCK' })
  }
  const now = () => origin + (realNow() - startedRealMs) * speed
  return { now, speed, realMsUntil: (at) => Math.max(0, (at - now()) / speed) }
}

/** A clock for tests that moves only when told to. */
export function manualClock(startAt: number): Clock & { set(at: number): void } {
  let at = startAt
  return { now: () => at, speed: 1, realMsUntil: (until) => Math.max(0, until - at), set: (value) => { at = value } }
}
