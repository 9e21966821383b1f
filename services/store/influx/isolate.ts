import type { WriteResult } from './client.ts'
import type { Lines } from './line-protocol.ts'
import type { PoisonLine } from './parcel.ts'

/** The server takes no line at all, or not now: none is at fault. */
export class NotNow extends Error {
  readonly result: Exclude<WriteResult, { kind: 'taken' } | { kind: 'refused' }>
  constructor(result: Exclude<WriteResult, { kind: 'taken' } | { kind: 'refused' }>) {
    super(result.why)
    this.result = result
  }
}

export interface Sender {
  write(lines: Uint8Array): Promise<WriteResult>
  /** A line that is surely right: refused as well, the fault is the server's. */
  writeSoundLine(): Promise<WriteResult>
}

/**
 * Finds the lines for which a request was refused, and has all others taken. One faulty line of n costs about log2 n requests: of
 * a refused stretch the left half is sent; if it is taken the fault is known to lie on the right, which is then halved without
 * being sent whole; otherwise the right half is put aside and sent at the end together with all that was put aside.
 */
export async function isolate(lines: Lines, first: { readonly why: string; readonly lines: readonly PoisonLine[] | undefined }, sender: Sender): Promise<PoisonLine[]> {
  const poison: PoisonLine[] = []
  let soundTaken = false
  const send = async (some: readonly number[]): Promise<WriteResult & { kind: 'taken' | 'refused' }> => {
    const result = await sender.write(bytesOf(lines, some))
    if (result.kind === 'taken' || result.kind === 'refused') {
      soundTaken ||= result.kind === 'taken'
      return result
    }
    throw new NotNow(result)
  }
  let unknown: number[] = Array.from({ length: lines.count }, (_, index) => index)
  let why = first.why
  if (first.lines !== undefined) {
    // Named by the server; what it did not name was taken, yet only a 204 counts: it is sent once more.
    poison.push(...first.lines.filter(({ line }) => line < lines.count))
    const named = new Set(poison.map(({ line }) => line))
    unknown = unknown.filter((line) => !named.has(line))
    if (unknown.length === 0) return poison
    const rest = await send(unknown)
    if (rest.kind === 'taken') return poison
    why = rest.why
  }
  for (;;) {
    let bad = unknown
    const aside: number[] = []
    while (bad.length > 1) {
      const middle = bad.length >> 1
      const result = await send(bad.slice(0, middle))
      if (result.kind === 'taken') bad = bad.slice(middle)
      else {
        aside.push(...bad.slice(middle))
        bad = bad.slice(0, middle)
        why = result.why
      }
    }
    // Alone once more: the answer then speaks of this line, and a refusal that passes quarantines nothing.
    const alone = lines.count === 1 ? { kind: 'refused' as const, why } : await send(bad)
    if (alone.kind === 'refused') {
      if (!soundTaken) {
        const sound = await sender.writeSoundLine()
        if (sound.kind === 'refused') throw new NotNow({ kind: 'denied', why: sound.why })
        if (sound.kind !== 'taken') throw new NotNow(sound)
        soundTaken = true
      }
      poison.push({ line: bad[0], why: alone.why })
    }
    if (aside.length === 0) return poison
    unknown = aside.sort((left, right) => left - right)
    const rest = await send(unknown)
    if (rest.kind === 'taken') return poison
    why = rest.why
  }
}

/** Lines one after the other; neighbours as one stretch. */
function bytesOf(lines: Lines, some: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (let start = 0; start < some.length; ) {
    let end = start + 1
    while (end < some.length && some[end] === some[end - 1] + 1) end++
    parts.push(lines.bytes(some[start], some[end - 1] + 1))
    start = end
  }
  return parts.length === 1 ? parts[0] : new Uint8Array(Buffer.concat(parts))
}
