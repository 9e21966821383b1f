import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type MatpowerCase, readMatpower } from '#models/grid/matpower.ts'
import { closurePct, prepareLoadFlow, solveLoadFlow } from './load-flow.ts'

const folder = new URL('../../fixtures/networks/matpower/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))

interface Reference {
  readonly bus: number[]
  readonly vm: number[]
  readonly va_deg: number[]
  readonly pf_MW: number[]
  readonly qf_MVAr: number[]
}

/** case33bw has five open tie branches, case18 shunt capacitors and line charging; none has voltage-controlled buses. */
const CASES = ['case10ba', 'case12da', 'case15da', 'case17me', 'case18', 'case22', 'case28da', 'case33bw', 'case51ga', 'case69', 'case85']

describe.each(CASES)('%s, against the Newton-Raphson solution of MATPOWER', (name) => {
  const source = read(`${name}.input.json`) as MatpowerCase
  const reference = read(`${name}.reference.json`) as Reference
  const { circuit, loads, busNumbers } = readMatpower(source)
  const result = solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-10 })
  const inService = source.branch.map((row, k) => (row[10] === 0 ? -1 : k)).filter((k) => k >= 0)

  test('settles, and voltages and angles agree within 1e-8', () => {
    expect(result.settled[0]).toBe(1)
    reference.bus.forEach((number, row) => {
      const bus = busNumbers.indexOf(number)
      expect(Math.abs(result.voltagePu[bus] - reference.vm[row])).toBeLessThan(1e-8)
      expect(Math.abs(result.angleRad[bus] - (reference.va_deg[row] * Math.PI) / 180)).toBeLessThan(1e-8)
    })
  })

  test('branch powers agree within 1 mW a kW, and the balance closes', () => {
    expect(reference.pf_MW).toHaveLength(source.branch.length)
    for (const k of inService) {
      const scale = Math.hypot(reference.pf_MW[k], reference.qf_MVAr[k])
      expect(Math.abs(result.activeFromKw[k] / 1000 - reference.pf_MW[k])).toBeLessThan(1e-6 * scale + 1e-8)
      expect(Math.abs(result.reactiveFromKvar[k] / 1000 - reference.qf_MVAr[k])).toBeLessThan(1e-6 * scale + 1e-8)
    }
    expect(closurePct(result, 0)).toBeLessThan(1e-4)
  })
})
