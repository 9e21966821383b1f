import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'

/** Signs what the control host announces; its public half is what the other hosts are told as PENFELD_CONTROL_KEY. */
export type ControlKey = SigningKey

/** The key of the control host, made at its first start. */
export const openControlKey = (dataFolder: string): ControlKey => openSigningKey(dataFolder, 'control')

/** The key another host was told. Throws PF_CONFIG_INVALID. */
export function parseControlKey(text: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text.trim() }, format: 'jwk' })
  } catch (cause) {
    throw new PenfeldError('PF_CONFIG_INVALID', 'PENFELD_CONTROL_KEY is not the key that `penfeld control-key` prints on the control host.', { where: 'PENFELD_CONTROL_KEY', cause })
  }
}

export const isSignedBy = (key: KeyObject, bytes: Uint8Array, signature: string): boolean => verify(null, bytes, key, Buffer.from(signature, 'base64url'))
