import { expect, test } from 'vitest'
import { isAsked } from '../../../infra/fault/lab/full.ts'
import { experiment } from '../../../infra/fault/lab/report.ts'
import { labelOf } from './labels.ts'
import { TicParser, type Group } from './parser.ts'
import { frameBytes, recording, withParity } from './tic.testkit.ts'

/** Experiment 23: flipped bits, cut frames, wrong checksums, both modes and the switch between them, in pieces of any size. */

const FRAMES = Number(process.env['PENFELD_FUZZ_RUNS'] ?? 20_000)
const SEED = 23

/** A small generator of our own, so that a seed gives the same stream everywhere. */
function generator(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Damage = 'none' | 'bit' | 'checksum' | 'cut' | 'hole' | 'noise'
const DAMAGES: readonly Damage[] = ['none', 'none', 'none', 'bit', 'checksum', 'cut', 'hole', 'noise']

/** The places of a frame between which groups lie. */
const groupsOf = (bytes: Uint8Array): readonly (readonly [number, number])[] => {
  const starts = [...bytes.keys()].filter((at) => (bytes[at] & 0x7f) === 0x0a)
  return starts.map((start) => [start, bytes.findIndex((byte, at) => at > start && (byte & 0x7f) === 0x0d)] as const)
}

const isText = ({ label }: Group): boolean => labelOf(label)?.kind === 'text'
/** The checksum is a sum of six bits and holds whatever the seventh: without parity nothing tells such a text from the right one. */
function isSeventhBitApart(sent: Group, taken: Group): boolean {
  const [left, right] = [`${sent.label} ${sent.horodate ?? ''} ${sent.data}`, `${taken.label} ${taken.horodate ?? ''} ${taken.data}`]
  const differing = [...left].map((letter, at) => letter.charCodeAt(0) ^ right.charCodeAt(at)).filter((bits) => bits !== 0)
  return left.length === right.length && differing.length === 1 && differing[0] === 0x40
}

test.runIf(isAsked(23))('no group with a wrong checksum is taken, and the stream is found again within two frames', () => experiment(23, 'parser', (run) => {
  const next = generator(SEED)
  const historique = new TicParser().push(recording('historique.bin')).frames.map(({ groups }) => frameBytes('historique', groups.map(({ label, data }) => [label, data])))
  const standard = [recording('ticFrameStandard.txt')]
  const parser = new TicParser()
  let frameNumber = 0
  let [damaged, wrongGroups, takenWrong, changedTexts, takenFrames, lostInARow, mostLost, switches, rejected] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  let mode: 'historique' | 'standard' = 'historique'
  while (frameNumber < FRAMES) {
    if (next(50) === 0) {
      // What a reader sees while the line speaks at the other speed.
      mode = mode === 'historique' ? 'standard' : 'historique'
      switches++
      for (const count of parser.push(Uint8Array.from({ length: next(400) }, () => next(256))).rejected.values()) rejected += count
    }
    const source = mode === 'historique' ? historique[frameNumber % historique.length] : standard[0]
    const good = new Set(new TicParser().push(source).frames[0].groups.map((group) => JSON.stringify(group)))
    const carriesParity = next(2) === 0
    let bytes = carriesParity ? withParity(source) : source.slice()
    const damage = DAMAGES[next(DAMAGES.length)]
    if (damage === 'bit') {
      for (const [start, end] of groupsOf(bytes)) {
        if (next(4) > 0) continue
        bytes[start + 1 + next(end - start - 1)] ^= 1 << next(8)
        wrongGroups++
      }
    } else if (damage === 'checksum') {
      for (const [, end] of groupsOf(bytes)) {
        if (next(3) > 0) continue
        const shown = bytes[end - 1] & 0x7f
        const other = 0x20 + ((shown - 0x20 + 1 + next(63)) & 0x3f)
        bytes[end - 1] = carriesParity ? withParity(Uint8Array.of(other))[0] : other
        wrongGroups++
      }
    } else if (damage === 'cut') bytes = bytes.slice(0, 1 + next(bytes.length - 1))
    else if (damage === 'hole') {
      const at = next(bytes.length)
      bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + 1 + next(40)))
    } else if (damage === 'noise') bytes = Uint8Array.of(...Array.from({ length: next(40) }, () => next(256)), ...bytes)
    if (damage !== 'none') damaged++

    const taken = []
    for (let start = 0; start < bytes.length;) {
      const end = start + 1 + next(64)
      const parsed = parser.push(bytes.subarray(start, end))
      taken.push(...parsed.frames)
      for (const count of parsed.rejected.values()) rejected += count
      start = end
    }
    takenFrames += taken.length
    // A hole may join two groups whose sums happen to agree; all else that is taken was sent so.
    if (damage === 'bit' || damage === 'checksum' || damage === 'none') {
      const changed = taken.flatMap(({ groups }) => groups).filter((group) => !good.has(JSON.stringify(group)))
      const blind = changed.filter((group) => !carriesParity && isText(group) && [...good].some((other) => isSeventhBitApart(JSON.parse(other) as Group, group)))
      changedTexts += blind.length
      takenWrong += changed.length - blind.length
    }
    if (damage === 'none') {
      const whole = taken.some(({ groups }) => groups.length === good.size)
      lostInARow = whole ? 0 : lostInARow + 1
      mostLost = Math.max(mostLost, lostInARow)
    }
    frameNumber++
  }
  run.fault(damaged)
  run.values({ produced: FRAMES, stored: takenFrames, dropped: rejected })
  for (const [name, value] of Object.entries({ 'changes of mode': switches, 'damaged groups': wrongGroups, 'taken wrong': takenWrong, 'texts changed without parity': changedTexts, 'whole frames lost in a row': mostLost })) run.measure(name, value)
  expect(wrongGroups).toBeGreaterThan(FRAMES / 2)
  expect(takenWrong).toBe(0)
  expect(mostLost).toBeLessThanOrEqual(2)
}))
