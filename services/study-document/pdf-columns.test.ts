import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnWidths, GAP } from './pdf-columns.ts'

const cell = fc.string({ maxLength: 60 })
const table = fc.integer({ min: 1, max: 12 }).chain((count) => fc.record({
  columns: fc.array(fc.record({ title: cell, kind: fc.constantFrom('text' as const, 'number' as const) }), { minLength: count, maxLength: count }),
  rows: fc.array(fc.array(cell, { minLength: count, maxLength: count }), { maxLength: 5 }),
}))

test('no table is wider than the page, and no column is nothing', () => {
  fc.assert(fc.property(table, (one) => {
    const widths = columnWidths(one, 507)
    expect(widths.every((width) => width > 0)).toBe(true)
    expect(widths.reduce((a, b) => a + b, 0) + GAP * (widths.length - 1)).toBeLessThanOrEqual(507.001)
  }))
})

test('a number keeps its width while words give way', () => {
  const [words, value] = columnWidths({ columns: [{ title: 'a', kind: 'text' }, { title: 'b', kind: 'number' }], rows: [['word '.repeat(60), '1 234 567 (1–2)']] }, 150)
  expect(value).toBeGreaterThan(60)
  expect(words).toBeLessThan(80)
})
