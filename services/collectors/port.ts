import type { Device, MeasurementPoint, Source } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'

/**
 * What a driver hands over: columns, one row a value, exactly as the device said it. `channels` indexes the list the
 * driver was started with. Unit, sign, clock and duplicates are the business of ingest, not of the driver.
 */
export interface RawReadings {
  readonly channels: Int32Array
  /** Source timestamp in UTC epoch milliseconds; NaN where the protocol carries none (the driver then sets `receivedAt`). */
  readonly at: Float64Array
  /** NaN where the device gave no usable number. */
  readonly values: Float64Array
  /** Codes of models/units/quality.ts: measured, uncertain, bad or missing. */
  readonly quality: Uint8Array
  /** Time of arrival by the Clock. */
  readonly receivedAt: number
}

/** One value a driver is asked for: the measurement point, its device, and what the profile says of the channel. */
export interface Channel {
  readonly point: MeasurementPoint
  readonly device: Device
  readonly profileChannel: ProfileChannel
}

/** A line of a YAML profile (services/collectors/profiles/NAME.yaml). Protocol-specific keys stand beside the common ones. */
export interface ProfileChannel {
  /** Unit of the raw value after `scale`, converted by ingest to the unit of the point. */
  readonly unit: string
  readonly scale?: number
  readonly [key: string]: unknown
}

export interface Profile {
  readonly id: string
  readonly protocol: string
  readonly description: string
  readonly channels: Readonly<Record<string, ProfileChannel>>
}

export interface DriverContext {
  readonly source: Source
  readonly channels: readonly Channel[]
  readonly clock: Clock
  readonly log: Logger
  /** A folder of this source's own, for certificates and cursors. */
  readonly stateFolder: string
  /**
   * Takes readings; resolves when they are safe in the journal. A driver acknowledges to its device (OPC-UA publish,
   * MQTT PUBACK, file moved away) only after that, and stops reading while many calls are unresolved.
   */
  deliver(readings: RawReadings): Promise<void>
  /** Something was received and could not be used: counted by reason, never silent. */
  reject(reason: string, count: number, detail?: string): void
  /** Newest stored time of each channel (NaN if none), so that a driver can ask the device for what is missing. */
  lastStoredAt(): Promise<Float64Array>
  /** Steps of recovery, for the operator: connected, reconnecting, rebuilt-session, rebuilt-client. */
  status(state: DriverState, detail?: string): void
  /** When the first of the certificates ends that the line stands on, in UTC epoch milliseconds. */
  certificate?(expiresAt: number): void
}

export type DriverState = 'starting' | 'connected' | 'reconnecting' | 'stopped'

/** A running driver. It heals alone: it returns from `start` even when the source is away, and goes on trying. */
export interface Driver {
  stop(): Promise<void>
}

export interface DriverFactory {
  readonly protocol: string
  /** Faults of the source, its devices and profiles, found before anything is connected. */
  check(source: Source, channels: readonly Channel[]): readonly string[]
  start(context: DriverContext): Promise<Driver>
}
