import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clearnessOf, irradianceOf } from './clearness.ts'

test('a share of the clear sky and back, but for what no sky gives', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ clear: fc.double({ min: 20, max: 1000, noNaN: true }), share: fc.double({ min: 0, max: 1.2, noNaN: true }) }), { maxLength: 20 }), (steps) => {
      const clear = Float64Array.from(steps, (step) => step.clear)
      const irradiance = Float64Array.from(steps, (step) => step.clear * step.share)
      const back = irradianceOf(clearnessOf(irradiance, clear), clear)
      for (const [i, value] of back.entries()) expect(Math.abs(value - irradiance[i]!)).toBeLessThan(1e-9)
    }),
  )
  expect([...clearnessOf(Float64Array.of(-3, 500, NaN), Float64Array.of(100, 100, 100))]).toEqual([0, 1.2, NaN])
})

test('night is dark whatever is not known, a low sun gets a middling share, an unknown day stays unknown', () => {
  expect([...clearnessOf(Float64Array.of(0, 5), Float64Array.of(0, 10))]).toEqual([NaN, NaN])
  expect([...irradianceOf(Float64Array.of(NaN, NaN, NaN), Float64Array.of(0, 10, 300))]).toEqual([0, 5, NaN])
})
