import type { Random } from './random.ts'

const TELLING = [0, 1, 0x0a, 0x0d, 0x16, 0x20, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x3b, 0x7f, 0x80, 0xfe, 0xff]
const MOST_CHANGES = 8
const LONGEST = 8_192

/** An input like one of the corpus, with one to eight changes: bits, bytes, pieces lost, doubled, moved or taken from another. */
export function mutated(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes: Uint8Array = random.pick(corpus).slice()
  for (let changes = 1 + random.below(1 + random.below(MOST_CHANGES)); changes > 0; changes--) {
    const at = random.below(Math.max(1, bytes.length))
    const length = 1 + random.below(1 + random.below(32))
    switch (random.below(8)) {
      case 0: if (bytes.length > 0) bytes[at] ^= 1 << random.below(8); break
      case 1: if (bytes.length > 0) bytes[at] = random.below(256); break
      case 2: if (bytes.length > 0) bytes[at] = random.pick(TELLING); break
      case 3: bytes = joined(bytes.subarray(0, at), bytes.subarray(at + length)); break
      case 4: bytes = joined(bytes.subarray(0, at), Uint8Array.from({ length }, () => random.below(256)), bytes.subarray(at)); break
      case 5: bytes = joined(bytes.subarray(0, at + length), bytes.subarray(at)); break
      case 6: {
        const other = random.pick(corpus)
        bytes = joined(bytes.subarray(0, at), other.subarray(random.below(Math.max(1, other.length))))
        break
      }
      default: bytes = bytes.slice(0, at)
    }
    if (bytes.length > LONGEST) bytes = bytes.slice(0, LONGEST)
  }
  return bytes
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    whole.set(part, place)
    place += part.length
  }
  return whole
}
