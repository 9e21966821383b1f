import { expect, test } from 'vitest'
import { durationChart, hoursAbove, pctAfter } from './duration-chart.ts'

const duration = { hours: [1, 10, 100, 8760], pct: [130, 110, 90, 20], state: 'N' }

test('hours above a limit and loading after so many hours lie straight between what was kept', () => {
  expect(hoursAbove(duration, 100)).toBe(55)
  expect(hoursAbove(duration, 130)).toBe(1)
  expect(hoursAbove(duration, 140)).toBe(0)
  expect(hoursAbove(duration, 10)).toBe(8760)
  expect(pctAfter(duration, 1)).toBe(130)
  expect(pctAfter(duration, 55)).toBe(100)
  expect(pctAfter(duration, 9000)).toBeNaN()
})

test('the same lines make the same drawing, whatever was drawn before; lines differ by dash; names are text', () => {
  const draw = () => durationChart([{ label: 'A <b> & c', duration }, { label: 'B', duration: { ...duration, pct: [99, 80, 70, 10] } }], { across: 'h', up: '%', limit: 'limit' }, String)
  const first = draw()
  durationChart([{ label: 'other', duration }], { across: 'h', up: '%', limit: 'limit' }, String)
  expect(draw()).toBe(first)
  expect(first).toContain('A &lt;b&gt; &amp; c')
  expect(first).toMatch(/stroke-dasharray/)
  expect(first).not.toMatch(/<style|<script|zr\d|class=/)
})
