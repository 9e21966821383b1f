import type { KeyObject } from 'node:crypto'
import { canonicalText } from '#models/district/difference.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { isSignedBy, type ControlKey } from './control-key.ts'

/** What every host must agree on: the document as it was written (variables not filled in, so no secret travels) and the clock. */
export interface Announcement {
  readonly version: string
  readonly document: unknown
  readonly clock: { readonly setting: string; readonly startedRealMs: number }
  /** Grows with each announcement: an older one that somebody puts back is refused. */
  readonly serial: number
}

/** One text that says what and by whom; kept in Redis. */
export function signAnnouncement(announcement: Announcement, key: ControlKey): string {
  const text = canonicalText(announcement)
  return JSON.stringify({ text, signature: key.sign(Buffer.from(text)) })
}

/** The announcement, if the control host signed it. Throws PF_HOST_DISTRICT_UNSIGNED for anything else. */
export function openAnnouncement(signed: string, key: KeyObject): Announcement {
  const refuse = (why: string, cause?: unknown): never => {
    throw new PenfeldError('PF_HOST_DISTRICT_UNSIGNED', why, { where: 'the announced district', cause })
  }
  try {
    const { text, signature } = JSON.parse(signed) as { text: unknown; signature: unknown }
    if (typeof text !== 'string' || typeof signature !== 'string') return refuse('The announcement has no text or no signature.')
    if (!isSignedBy(key, Buffer.from(text), signature)) return refuse('The signature is not by the key in PENFELD_CONTROL_KEY.')
    return JSON.parse(text) as Announcement
  } catch (cause) {
    if (cause instanceof PenfeldError) throw cause
    return refuse('The announcement cannot be read.', cause)
  }
}
