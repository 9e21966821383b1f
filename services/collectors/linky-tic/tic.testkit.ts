import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checksumOf, type Mode } from './parser.ts'

const FOLDER = join(import.meta.dirname, '../../../fixtures/recordings/linky-tic')
export const recording = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)))

/** A group as a meter sends it, with its line feed, checksum and carriage return. */
export function groupBytes(mode: Mode, fields: readonly string[], variant: 'S1' | 'S2' = mode === 'standard' ? 'S2' : 'S1'): Uint8Array {
  const separator = mode === 'standard' ? '\t' : ' '
  const text = new TextEncoder().encode(fields.join(separator) + separator + '?')
  text[text.length - 1] = checksumOf(text, variant)
  return Uint8Array.of(0x0a, ...text, 0x0d)
}

export function frameBytes(mode: Mode, groups: readonly (readonly string[])[], variant?: 'S1' | 'S2'): Uint8Array {
  return Uint8Array.from([0x02, ...groups.flatMap((fields) => [...groupBytes(mode, fields, variant)]), 0x03])
}

/** The bytes as a reader of eight bits sees them on a line of seven bits with even parity. */
export const withParity = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte | (([...byte.toString(2)].filter((bit) => bit === '1').length & 1) << 7))

/** Letter of the season and local French time. */
export function horodate(at: number, offsetH: 1 | 2 = 1): string {
  const digits = new Date(at + offsetH * 3_600_000).toISOString().replaceAll(/\D/g, '')
  return `${offsetH === 1 ? 'H' : 'E'}${digits.slice(2, 14)}`
}
