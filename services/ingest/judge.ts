import { conversion } from '#models/units/convert.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { Channel, RawReadings } from '#services/collectors/port.ts'
import type { SampleBatch } from '#services/store/port.ts'

/** Real delay between reading a clock and comparing it here; grows to service time on an accelerated clock. */
const TOLERANCE_REAL_MS = 5_000
/** What devices may be ahead of us. */
const AHEAD_MS = 60_000
/** Older values come by import, where a person has asked for them. */
const BEHIND_MS = 400 * 86_400_000

export type QuarantineReason = 'clock_suspect' | 'implausible'

/** How a channel's raw value becomes the value of its point: computed once, at the start. */
export interface PointRule {
  readonly pointId: number
  readonly name: string
  readonly factor: number
  readonly decimals: number
  readonly min: number
  readonly max: number
  /** What a forecast may be ahead of its arrival; 0: nothing is foretold. */
  readonly aheadMs: number
}

/** Unit of the profile, sign and resolution of the point, ratio of the meter. Throws for units that do not fit. */
export function pointRule({ point, profileChannel }: Pick<Channel, 'point' | 'profileChannel'>, pointId: number, meterRatio = 1): PointRule {
  const decimals = Math.round(-Math.log10(point.resolution))
  return {
    pointId,
    name: point.id,
    factor: conversion(profileChannel.unit, point.unit) * meterRatio * point.sign,
    decimals: 10 ** -decimals === point.resolution || 1 / 10 ** decimals === point.resolution ? Math.max(0, decimals) : -1,
    min: point.min ?? -Infinity,
    max: point.max ?? Infinity,
    aheadMs: (point.forecastHours ?? 0) * 3_600_000,
  }
}

/** Multiplying leaves noise in the sixteenth digit (57 * 0.01 = 0.5700000000000001): it goes, any real digit stays. */
export function withoutNoise(value: number, decimals: number): number {
  if (decimals < 0 || decimals > 9) return value
  const power = 10 ** decimals
  const rounded = Math.round(value * power) / power
  return Math.abs(rounded - value) <= Math.abs(value) * 1e-12 ? rounded + 0 : value
}

export interface Judged {
  readonly batch: SampleBatch
  /** Rows that are kept apart, as columns. */
  readonly quarantined: { readonly rules: readonly PointRule[]; readonly at: number[]; readonly values: number[]; readonly quality: number[]; readonly reasons: QuarantineReason[] }
}

/** Decides on each reading: into the store, or into quarantine with the reason. Nothing disappears here. */
export function judge(readings: RawReadings, rules: readonly PointRule[], now: number, speed: number): Judged {
  const count = readings.channels.length
  const pointIds = new Int32Array(count)
  const at = new Float64Array(count)
  const values = new Float64Array(count)
  const quality = new Uint8Array(count)
  const apart = { rules: [] as PointRule[], at: [] as number[], values: [] as number[], quality: [] as number[], reasons: [] as QuarantineReason[] }
  const latestAt = now + AHEAD_MS + TOLERANCE_REAL_MS * speed
  const earliestAt = now - BEHIND_MS
  let place = 0
  for (let index = 0; index < count; index++) {
    const rule = rules[readings.channels[index]]
    const given = readings.at[index]
    const time = Math.round(given === given ? given : readings.receivedAt)
    const raw = readings.values[index]
    const value = raw === raw ? withoutNoise(raw * rule.factor, rule.decimals) : NaN
    const reason: QuarantineReason | undefined =
      !(time >= earliestAt && time <= latestAt + rule.aheadMs) ? 'clock_suspect'
      : value < rule.min || value > rule.max || value === Infinity || value === -Infinity ? 'implausible'
      : undefined
    if (reason !== undefined) {
      apart.rules.push(rule)
      apart.at.push(time)
      apart.values.push(value)
      apart.quality.push(readings.quality[index])
      apart.reasons.push(reason)
      continue
    }
    pointIds[place] = rule.pointId
    at[place] = time
    values[place] = value
    quality[place] = value === value ? readings.quality[index] : Math.max(readings.quality[index], QUALITY.bad)
    place++
  }
  return {
    batch: { pointIds: pointIds.subarray(0, place), at: at.subarray(0, place), values: values.subarray(0, place), quality: quality.subarray(0, place) },
    quarantined: apart,
  }
}
