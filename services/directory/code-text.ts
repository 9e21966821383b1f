import { randomBytes } from 'node:crypto'

/** Without I, L, O and U: what is read from paper must not be mistaken (the alphabet of Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHARACTERS = 16

/** 80 random bits in four groups, such as 7H3K-0QZD-V5MN-8RTA: short enough to be typed, far too many to be guessed. */
export function newCode(): string {
  const text = [...randomBytes(CHARACTERS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return text.match(/.{4}/g)!.join('-')
}

/** As it was made, however it was typed; undefined: nothing that could be a code. */
export function normalCode(typed: string): string | undefined {
  const text = typed.toUpperCase().replace(/[\s\p{Pd}.]/gu, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(text) ? text.match(/.{4}/g)!.join('-') : undefined
}
