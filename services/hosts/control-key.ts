import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** Signs what the control host announces. */
export interface ControlKey {
  /** What the other hosts are told as PENFELD_CONTROL_KEY: 32 bytes in base64url. */
  readonly publicText: string
  sign(bytes: Uint8Array): string
}

/** The Ed25519 key of the control host, made at its first start, readable by its own account alone. */
export function openControlKey(dataFolder: string): ControlKey {
  const folder = join(dataFolder, 'keys')
  const file = join(folder, 'control.pem')
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  }
  chmodSync(file, 0o600)
  const privateKey = createPrivateKey(readFileSync(file))
  return {
    publicText: String(createPublicKey(privateKey).export({ format: 'jwk' }).x),
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64url'),
  }
}

/** The key another host was told. Throws PF_CONFIG_INVALID. */
export function parseControlKey(text: string): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text.trim() }, format: 'jwk' })
  } catch (cause) {
    throw new PenfeldError('PF_CONFIG_INVALID', 'PENFELD_CONTROL_KEY is not the key that `penfeld control-key` prints on the control host.', { where: 'PENFELD_CONTROL_KEY', cause })
  }
}

export const isSignedBy = (key: KeyObject, bytes: Uint8Array, signature: string): boolean => verify(null, bytes, key, Buffer.from(signature, 'base64url'))
