import { digits } from './values.ts'
import { manufacturerCode, type Identity } from './telegram.ts'

/** How a meter is called: by its number on the line, or by what is printed on it. */
export type MeterAddress =
  | { readonly kind: 'primary'; readonly address: number }
  | { readonly kind: 'secondary'; readonly pattern: Uint8Array }

const HIGHEST_PRIMARY = 250
const ANY = 0xff

/**
 * 1 to 250 is a primary address. Eight digits are a secondary one (`11490378`, F stands for any digit), with manufacturer,
 * version and medium behind it where the digits alone are not enough (`11490378-ACW-0e-16`, version and medium in hexadecimal).
 */
export function parseAddress(address: string | number): MeterAddress | undefined {
  const said = String(address).trim()
  if (/^\d{1,3}$/.test(said)) return Number(said) >= 1 && Number(said) <= HIGHEST_PRIMARY ? { kind: 'primary', address: Number(said) } : undefined
  // YAML reads the digits as a number and takes the zeros before it.
  const found = /^([0-9A-F]{8})(?:-([A-Z]{3})(?:-([0-9A-F]{2})(?:-([0-9A-F]{2}))?)?)?$/i.exec(typeof address === 'number' ? said.padStart(8, '0') : said)
  if (found === null) return undefined
  const [, id, manufacturer, version, medium] = found
  const code = manufacturer === undefined ? 0xffff : manufacturerCode(manufacturer.toUpperCase())
  const idBytes = Uint8Array.from(id.match(/../g)!.reverse(), (pair) => parseInt(pair, 16))
  return { kind: 'secondary', pattern: Uint8Array.of(...idBytes, code & 0xff, code >> 8, version === undefined ? ANY : parseInt(version, 16), medium === undefined ? ANY : parseInt(medium, 16)) }
}

/** Is this the meter that was called? A late answer of another one must never be taken for it. */
export function isCalled(pattern: Uint8Array, identity: Identity | undefined): boolean {
  if (identity === undefined) return false
  const wanted = digits(pattern.slice(0, 4).reverse())
  const code = pattern[4] | (pattern[5] << 8)
  return [...wanted].every((digit, place) => digit === 'F' || digit === identity.id[place])
    && (code === 0xffff || identity.manufacturer === undefined || manufacturerCode(identity.manufacturer) === code)
    && (pattern[6] === ANY || identity.version === undefined || identity.version === pattern[6])
}
