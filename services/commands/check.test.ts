import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { sampleDistrict } from '#models/district/sample-district.ts'
import { check } from './check.ts'
import { WrongArguments } from './wrong-arguments.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'penfeld-check-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function checked(...args: string[]): Promise<{ exit: number; text: string }> {
  const lines: string[] = []
  const exit = await check(args, (line) => void lines.push(line))
  return { exit, text: lines.join('\n') }
}

test('a sound folder: what it holds, exit 0', async () => {
  writeFileSync(join(folder, 'district.yaml'), stringify(sampleDistrict()))
  const { exit, text } = await checked(folder)
  expect(exit).toBe(0)
  expect(text).toContain('Sample: no fault')
  expect(text).toContain('2 delivery points: 1 electricity, 1 heat')
  expect(text).toContain('1 switch,')
})

test('every fault with file, line, path and remedy, exit 1', async () => {
  const { sites, ...rest } = sampleDistrict()
  rest.deliveryPoints[0].site = 'shopp'
  rest.thresholds.minVoltagePu = -1
  writeFileSync(join(folder, 'district.yaml'), stringify(rest))
  writeFileSync(join(folder, 'sites.json'), `{ "sites": [\n${JSON.stringify({ ...sites[0], zone: 'south' })}\n] }`)
  const { exit, text } = await checked(folder)
  expect(exit).toBe(1)
  expect(text).toMatch(/sites\.json:2 {2}\/sites\/0\/zone\n.*no zone "south"/)
  expect(text).toMatch(/district\.yaml:\d+ {2}\/deliveryPoints\/0\/site\n.*"shopp".*\n.*Did you mean "shop"\?/)
  expect(text).toMatch(/district\.yaml:\d+ {2}\/thresholds\/minVoltagePu/)
  expect(text).toContain('3 faults in 2 files')
})

test('a file with broken syntax and a folder that is not there are faults too', async () => {
  writeFileSync(join(folder, 'broken.yaml'), 'sites: [\n  {id: a')
  expect(await checked(folder)).toMatchObject({ exit: 1, text: expect.stringContaining('broken.yaml') })
  expect(await checked(join(folder, 'nowhere'))).toMatchObject({ exit: 1, text: expect.stringContaining('PF_DISTRICT_UNREADABLE') })
  await expect(checked()).rejects.toThrow(WrongArguments)
})

test('the network of another tool: what is wrong in it all at once, and what is to be known of a sound one', async () => {
  const network = { node: [{ id: 1, u_rated: 10500 }, { id: 2, u_rated: 400 }], line: [{ id: 3, from_node: 1, to_node: 2, from_status: 1, to_status: 1, r1: 0.1, x1: 0.1, c1: 0, tan1: 0 }], source: [{ id: 4, node: 1, status: 1, u_ref: 1 }] }
  const path = join(folder, 'network.json')
  writeFileSync(path, JSON.stringify({ data: network }))
  const levels = await checked(path)
  expect(levels.exit).toBe(1)
  expect(levels.text).toMatch(/fault {2}lines\/3\n.*10\.5 kV.*0\.4 kV.*\(PF_GRID_LEVEL\)\n +-> .*\nnote {2}lines\/3\n.*no ampacity/)
  network.node[1].u_rated = 10500
  writeFileSync(path, JSON.stringify({ data: network }))
  expect(await checked(path)).toMatchObject({ exit: 0, text: expect.stringContaining('0 faults, 1 note.') as string })
  writeFileSync(path, JSON.stringify({ data: { ...network, node: [{ id: 1 }, { id: 2 }] } }))
  expect((await checked(path)).text).toMatch(/node\/1[^]*node\/2[^]*2 faults, 0 notes/)
})
