import { expect, test } from 'vitest'
import { seldom } from './seldom.ts'

test('the file is asked once in a while, and a new line is heard after that', () => {
  let [now, head, asked] = [0, 3, 0]
  const ledger = seldom({ headSeq: () => (asked++, head), after: (seq: number) => [seq] }, 100, () => now)
  for (let i = 0; i < 1_000; i += 1) expect(ledger.headSeq()).toBe(3)
  expect(asked).toBe(1)
  head = 4
  now = 99
  expect(ledger.headSeq()).toBe(3)
  now = 100
  expect(ledger.headSeq()).toBe(4)
  expect(ledger.after(2)).toEqual([2])
})
