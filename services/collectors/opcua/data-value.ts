import type { DataValue } from 'node-opcua'
import { QUALITY } from '#models/units/quality.ts'

/** What of an OPC-UA DataValue is looked at here; numbers instead of classes, so that the rules can be proven alone. */
export type ReadValue = Pick<DataValue, 'sourceTimestamp'> & {
  readonly statusCode: { readonly value: number }
  readonly value?: { readonly value?: unknown } | null
}

const WAITING_FOR_INITIAL_DATA = 0x80320000
/** Part 4, 7.38: the two highest bits are the severity; InfoType DataValue (01) with Overflow says that values were lost. */
const OVERFLOW = 0x00000480

/** True for the placeholder of a server that has not read its device yet: no reading at all. */
export const isPlaceholder = ({ statusCode }: ReadValue): boolean => ((statusCode.value & 0xffff0000) >>> 0) === WAITING_FOR_INITIAL_DATA

/** True if the queue of the item ran over at the server before this value. */
export const lostBefore = ({ statusCode }: ReadValue): boolean => (statusCode.value & OVERFLOW) === OVERFLOW

/** UTC epoch milliseconds; NaN if the server sent no source timestamp. */
export function sourceTimeOf({ sourceTimestamp }: ReadValue): number {
  return sourceTimestamp === null || sourceTimestamp === undefined ? NaN : sourceTimestamp.getTime()
}

/**
 * The number in a value; NaN if there is none (bad values often come empty), undefined if it is something else than a
 * number. Booleans are 0 and 1; 64-bit integers come as two halves, high one first.
 */
export function numberOf({ value }: ReadValue): number | undefined {
  const raw = value?.value
  if (typeof raw === 'number') return raw
  if (typeof raw === 'boolean') return raw ? 1 : 0
  if (raw === null || raw === undefined) return NaN
  if (Array.isArray(raw) && raw.length === 2 && raw.every((half) => typeof half === 'number')) return raw[0] * 2 ** 32 + raw[1]
  return undefined
}

/** Quality by the severity of the status code; a good value that is no number is missing. */
export function qualityOf({ statusCode }: ReadValue, number: number): number {
  const severity = statusCode.value >>> 30
  if (severity >= 2) return QUALITY.bad
  if (Number.isNaN(number)) return QUALITY.missing
  return severity === 1 ? QUALITY.uncertain : QUALITY.measured
}
