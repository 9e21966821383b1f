import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { flow } from './flow.ts'
import { WrongArguments } from './wrong-arguments.ts'

const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'penfeld-flow-'))
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = []
  const code = await flow(args, (line) => void lines.push(line))
  return { code, lines }
}
async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

interface Answer {
  network: string
  steps: { step: string; settled: boolean; method: string; injectionKw: number | null; lossesKw: number | null; buses: { id: string; voltagePu: number | null }[]; branches: { id: string; currentFromA: number | null; loadingPct: number | null }[] }[]
}
const answer = async (...args: string[]): Promise<Answer> => JSON.parse((await run(...args, '--json')).lines.join('\n')) as Answer

describe('a network of another tool', () => {
  test('Power Grid Model: the voltages of its own solution, in JSON and in CSV', async () => {
    const path = fixture('networks/power-grid-model/1os2msr/input.json')
    const expected = JSON.parse(await readFile(fixture('networks/power-grid-model/1os2msr/sym_output.json'), 'utf8')) as { data: { node: { id: number; u_pu: number }[] } }
    const { steps: [step] } = await answer(path)
    for (const { id, u_pu: voltagePu } of expected.data.node) expect(step.buses.find((bus) => bus.id === String(id))?.voltagePu).toBeCloseTo(voltagePu, 5)
    const { lines } = await run(path, '--csv')
    expect(lines[0]).toBe('step,kind,id,voltagePu,voltageKv,angleDeg,currentFromA,currentToA,activeFromKw,reactiveFromKvar,activeToKw,reactiveToKvar,loadingPct')
    expect(lines.filter((line) => line.startsWith('1,bus,'))).toHaveLength(expected.data.node.length)
  })

  test('MATPOWER: a case with voltage-controlled buses goes to Newton-Raphson, and the table says why', async () => {
    const { code, lines } = await run(fixture('networks/matpower/case14.m'))
    expect(code).toBe(0)
    expect(lines.join('\n')).toContain('voltage-controlled buses')
  })

  test('pandapower: Oberrhein, with loadings against its ampacities', async () => {
    const { steps: [step] } = await answer(fixture('networks/pandapower/mv_oberrhein.json'))
    expect(step.method).toBe('fixed point')
    expect(step.branches.filter(({ loadingPct }) => loadingPct !== null).length).toBeGreaterThan(170)
  })

  test('an element that is out of service carries nothing, and one that is not there is said', async () => {
    const path = fixture('networks/matpower/case33bw.m')
    const whole = await answer(path)
    const last = whole.steps[0].branches[31].id
    const less = await answer(path, '--outage', last)
    expect(less.steps[0].branches[31].currentFromA).toBeNull()
    expect(less.steps[0].buses.filter(({ voltagePu }) => voltagePu === null)).toHaveLength(1)
    expect(less.steps[0].injectionKw!).toBeLessThan(whole.steps[0].injectionKw!)
    await expect(run(path, '--outage', 'nothing')).rejects.toThrow(/PF_GRID_INVALID.*nothing/)
  })
})

describe('loads from a file', () => {
  const path = fixture('networks/matpower/case33bw.m')

  test('each step is a scenario; what is named is replaced, the rest stays', async () => {
    const same = await answer(path)
    const { steps } = await answer(path, '--loads', await file('two.csv', 'step,bus,activeKw,reactiveKvar\nmorning,33,60,40\nevening,33,600,400\n'))
    expect(steps.map(({ step }) => step)).toEqual(['morning', 'evening'])
    expect(steps[0].injectionKw!).toBeCloseTo(same.steps[0].injectionKw!, 3)
    expect(steps[1].injectionKw! - steps[0].injectionKw!).toBeGreaterThan(540)
  })

  test('a step that does not settle is said, null everywhere, and ends with 1; the others stand', async () => {
    const loads = await file('much.csv', 'step;bus;activeKw\n1;33;60\n2;33;1e6\n')
    const { code, lines } = await run(path, '--loads', loads, '--json')
    const { steps } = JSON.parse(lines[0]) as Answer
    expect(code).toBe(1)
    expect(steps.map(({ settled }) => settled)).toEqual([true, false])
    expect(steps[1].buses.every(({ voltagePu }) => voltagePu === null)).toBe(true)
    expect((await run(path, '--loads', loads)).lines.join('\n')).toContain('1 of 2 steps did not settle')
  })

  test('every line that cannot be taken is named', async () => {
    await expect(run(path, '--loads', await file('bad.csv', 'bus,activeKw\n99,1\n33,much\n33,\n'))).rejects.toThrow(/line 2: there is no bus "99"; line 3: .*; line 4/)
    await expect(run(path, '--loads', await file('head.csv', 'node,power\n1,1\n'))).rejects.toThrow(/PF_NETWORK_LOADS_INVALID \[line 1\]/)
    await expect(run(path, '--loads', join(folder, 'none.csv'))).rejects.toThrow(/PF_NETWORK_LOADS_INVALID/)
  })
})

describe('the district', () => {
  test('loads of delivery points, loadings against the ratings of the season', async () => {
    const district = fixture('districts/capucins')
    const points = JSON.parse(await readFile(join(district, 'delivery-points.json'), 'utf8')) as { deliveryPoints: { id: string; node?: string; carrier: string }[] }
    const electric = points.deliveryPoints.filter(({ node, carrier }) => node !== undefined && carrier === 'electricity').slice(0, 100)
    const loads = await file('district.csv', `load,activeKw\n${electric.map(({ id }) => `${id},5`).join('\n')}\n`)
    const { steps: [step] } = await answer(district, '--loads', loads, '--at', '2026-01-15T12:00:00Z')
    expect(step.settled).toBe(true)
    expect(step.injectionKw! - step.lossesKw!).toBeCloseTo(500, 4)
    expect(step.branches.some(({ loadingPct }) => loadingPct! > 0.5)).toBe(true)
  })
})

test('what is no network is refused with what is read', async () => {
  await expect(run(await file('text.json', '{"a": 1}'))).rejects.toThrow(/PF_NETWORK_FILE_INVALID.*Power Grid Model.*pandapower.*MATPOWER/)
  await expect(run(join(folder, 'nowhere'))).rejects.toThrow(/PF_NETWORK_FILE_INVALID/)
  await expect(run()).rejects.toThrow(WrongArguments)
  await expect(run('a', '--json', '--csv')).rejects.toThrow(WrongArguments)
})
