import { createHash, randomBytes } from 'node:crypto'

/** 256 bits: an id that opens a door. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
/** What a file may keep of it. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
