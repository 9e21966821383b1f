import type { Device, District, Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { conversion } from '#models/units/convert.ts'
import type { Field, FieldPoint } from './field.ts'

export const FAULTS = ['none', 'silence', 'bad-quality', 'restart'] as const
export type Fault = (typeof FAULTS)[number]

/** A real server of the field: it shows what its instruments read, until it is told to misbehave. */
export interface Outlet {
  readonly sourceId: string
  readonly protocol: string
  /** Shows the values of the time after `from` up to and with `to`, each with its own time. */
  emit(from: number, to: number): void
  setFault(fault: Fault): Promise<void>
  stop(): Promise<void>
}

/** A measurement point with what its device needs to know. */
export interface WiredPoint {
  readonly one: FieldPoint
  readonly device: Device
  readonly channel: string
}

export function wiredPoints(field: Field, district: District, source: Source): WiredPoint[] {
  const devices = new Map(district.devices.filter((device) => device.source === source.id).map((device) => [device.id, device]))
  return field.points.flatMap((one) => {
    const device = devices.get(one.point.feed?.device ?? '')
    return device === undefined ? [] : [{ one, device, channel: one.point.feed!.channel }]
  })
}

export function byDevice(points: readonly WiredPoint[]): (readonly [Device, WiredPoint[]])[] {
  return [...Map.groupBy(points, ({ device }) => device)]
}

/** Turns a value of the document into the unit and sign in which the device counts. */
export function toWire({ one: { point } }: WiredPoint, unit: string): (value: number) => number {
  const factor = point.sign * conversion(point.unit, unit)
  return (value) => value * factor
}

/**
 * Times to show between two ticks: every step that was passed, so that a fast clock leaves no gap, and in slow time also
 * the newest multiple of the period, so that the present is always fresh.
 */
export function emissionTimes(from: number, to: number, stepMs: number, periodMs: number): number[] {
  const times: number[] = []
  for (let at = (Math.floor(from / stepMs) + 1) * stepMs; at <= to; at += stepMs) times.push(at)
  const present = Math.floor(to / periodMs) * periodMs
  if (to - from < stepMs && present > from && times.at(-1) !== present) times.push(present)
  return times.sort((a, b) => a - b)
}

/** What was produced: per source how much, per point the newest value, so that a value on a page can be traced back. */
export interface Ledger {
  note(sourceId: string, pointId: string, at: number, value: number, quality: number): void
  sources(): Readonly<Record<string, number>>
  latest(): Readonly<Record<string, { at: number; value: number; quality: number }>>
}

export function createLedger(): Ledger {
  const produced: Record<string, number> = {}
  const latest: Record<string, { at: number; value: number; quality: number }> = {}
  return {
    note(sourceId, pointId, at, value, quality) {
      produced[sourceId] = (produced[sourceId] ?? 0) + 1
      latest[pointId] = { at, value, quality }
    },
    sources: () => produced,
    latest: () => latest,
  }
}

export const qualityUnder = (fault: Fault): number => (fault === 'bad-quality' ? QUALITY.bad : QUALITY.measured)
