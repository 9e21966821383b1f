import { describe, expect, expectTypeOf, test } from 'vitest'
import type { CellFigures, GuardDecision } from './guard-shapes.ts'
import type { Publishable } from './publishable.ts'

/** Stands for whatever hands something to the public. */
const release = (figures: Publishable<readonly CellFigures[]>): number => figures.length

describe('nothing is publishable but what the guard made', () => {
  test('the compiler refuses figures without the brand', () => {
    const figures: readonly CellFigures[] = [{ cell: 'district', stepKwh: null, energyKwh: 1 }]
    // @ts-expect-error figures that no rule has looked at
    expect(release(figures)).toBe(1)
    // @ts-expect-error an object cannot be given the brand by writing it down
    const branded: Publishable<{ a: number }> = { a: 1, publishable: true }
    expect(branded.a).toBe(1)
    expectTypeOf<readonly CellFigures[]>().not.toExtend<Publishable<readonly CellFigures[]>>()
    expectTypeOf<GuardDecision['figures']>().toExtend<readonly CellFigures[]>()
    expectTypeOf<Publishable<{ a: number }>>().not.toExtend<Publishable<{ b: number }>>()
  })
})
