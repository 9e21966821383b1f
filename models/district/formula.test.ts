import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileFormula } from './formula.ts'

const points = ['heat.north.a', 'heat.north.b', 'heat.south.a', 'elec.tr.P05.T1.p', 'elec.tr.P06.T1.p', 'elec.tr.P06.T1.q', 'elec.dp.log-0001.load']
const names = { points, constants: { losses: 3, half: 0.5 } }
/** Evaluates with a value for each point by its id. */
function valueOf(text: string, values: Record<string, number | null>): number | null {
  const formula = compileFormula(text, names)
  return formula.evaluate(formula.inputs.map((id) => values[id] ?? null))
}

describe('what a formula may say', () => {
  test.each([
    ["sum(select('heat.north.*')) + losses", 13],
    ["mean(select('heat.*'))", 4],
    ["max(select('heat.*.a'), 6.5) - min(select('heat.*'))", 4.5],
    ['elec.tr.P05.T1.p + elec.tr.P06.T1.p', 300],
    ["sum(select('elec.tr.*.p'))", 300],
    ['-(elec.tr.P05.T1.p - 50) * half / 5', -5],
    ["sum(select('elec.dp.log-0001.load')) * 2", 14],
    ['2 * (1 + 2)', 6],
  ])('%s', (text, expected) => {
    expect(valueOf(text, { 'heat.north.a': 4, 'heat.north.b': 6, 'heat.south.a': 2, 'elec.tr.P05.T1.p': 100, 'elec.tr.P06.T1.p': 200, 'elec.tr.P06.T1.q': 9, 'elec.dp.log-0001.load': 7 })).toBe(expected)
  })

  test('names its inputs once each, in the order of use', () => {
    expect(compileFormula("heat.south.a + sum(select('heat.*'))", names).inputs).toEqual(['heat.south.a', 'heat.north.a', 'heat.north.b'])
  })
})

test('a missing input and a division by zero give null, never 0', () => {
  expect(valueOf("sum(select('heat.north.*'))", { 'heat.north.a': 4 })).toBeNull()
  expect(valueOf("max(select('heat.north.*'))", { 'heat.north.a': 4 })).toBeNull()
  expect(valueOf('heat.north.a / heat.north.b', { 'heat.north.a': 4, 'heat.north.b': 0 })).toBeNull()
  expect(compileFormula('heat.north.a', names).evaluate(Float64Array.of(Number.NaN))).toBeNull()
})

test.each([
  'a = 3', 'f(x) = x', 'heat.north.a = 1', 'import({a: 1}, {})', 'evaluate("1+1")', 'parse("1")', 'createUnit("x")', 'process.exit(1)', 'globalThis', 'constructor',
  'sum.constructor("return 1")()', 'losses.constructor', '"a".constructor', "select('heat.*')", "select('heat.*')[1]", "select('nothing.*')", 'select(losses)', "sum(select('heat.*').constructor)",
  '[1, 2]', '{a: 1}', '1:3', '1; 2', '1\n2', 'true ? 1 : 2', '1 > 2', '2 ^ 3', '5!', '2 losses', '3 cm to m', 'sqrt(4)', 'random()', 'sum()', 'heat["north"]', '__proto__', 'heat.north', 'heat.north.zz', '', '1 +', '"text"', 'i', 'toString()', 'hasOwnProperty("a")',
  `${'('.repeat(1001)}1${')'.repeat(1001)}`,
])('refuses %s', (text) => {
  expect(() => compileFormula(text, names)).toThrow(/PF_FORMULA_REFUSED/)
})

test('whatever is written, the answer is a refusal of ours or a number from known inputs', () => {
  const words = fc.constantFrom('sum', 'select', "'heat.*'", 'heat.north.a', 'losses', '(', ')', '+', '-', '*', '/', ',', '.', '=', '[', ']', '{', '}', '2', 'constructor', '__proto__', "'", ';', ':', 'x', '!', '^')
  fc.assert(fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
    let formula
    try {
      formula = compileFormula(parts.join(' '), names)
    } catch (error) {
      expect(String(error)).toContain('PF_FORMULA_REFUSED')
      return
    }
    expect(formula.inputs.every((id) => points.includes(id))).toBe(true)
    const result = formula.evaluate(formula.inputs.map(() => 2))
    expect(result === null || Number.isFinite(result)).toBe(true)
  }), { numRuns: 2_000 })
})

test('a glob agrees with its regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 6 })
  fc.assert(fc.property(fc.uniqueArray(text, { minLength: 1 }), pattern, (ids, glob) => {
    const expression = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
    const expected = ids.filter((id) => expression.test(id))
    const compile = () => compileFormula(`sum(select('${glob}'))`, { points: ids }).inputs
    if (expected.length === 0) expect(compile).toThrow(/finds no measurement point/)
    else expect(compile()).toEqual(expected)
  }))
})
