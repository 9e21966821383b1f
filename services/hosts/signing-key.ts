import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SigningKey {
  /** The public half: 32 bytes in base64url. */
  readonly publicText: string
  sign(bytes: Uint8Array): string
}

const fileOf = (dataFolder: string, name: string): string => join(dataFolder, 'keys', `${name}.pem`)

/** An Ed25519 key of this installation, made when it is first needed, readable by its own account alone. */
export function openSigningKey(dataFolder: string, name: string): SigningKey {
  const file = fileOf(dataFolder, name)
  if (!existsSync(file)) {
    mkdirSync(join(dataFolder, 'keys'), { recursive: true, mode: 0o700 })
    writeFileSync(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  }
  chmodSync(file, 0o600)
  const privateKey = createPrivateKey(readFileSync(file))
  return { publicText: publicTextOf(file), sign: (bytes) => sign(null, bytes, privateKey).toString('base64url') }
}

/** The public half of a key that is there; makes none. */
export function publicTextOfKey(dataFolder: string, name: string): string | undefined {
  const file = fileOf(dataFolder, name)
  return existsSync(file) ? publicTextOf(file) : undefined
}

const publicTextOf = (file: string): string => String(createPublicKey(readFileSync(file)).export({ format: 'jwk' }).x)
