/**
 * Our load flow beside Power Grid Model and pandapower, on the same network file and the same loads.
 *   npm run bench:peers -- [--json] [--quick]
 * Needs Python 3 with venv and the Python registry; without them it says so and ends.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { circuitOf } from '#models/grid/circuit-of.ts'
import { readPowerGridModel } from '#models/grid/formats/power-grid-model.ts'
import { createLoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { json, printer } from '../load-flow/print.ts'
import { type PeerNetwork, peerLoads, peerNetwork } from './network.ts'

const run = promisify(execFile)
const quick = process.argv.includes('--quick')
const print = printer('peers')
const ENVIRONMENT = join(tmpdir(), 'penfeld-bench-peers')
const PACKAGES = ['power-grid-model', 'pandapower', 'numba']
/** The same number of runs, and the same figure of them, for everyone. */
const ROUNDS = quick ? 7 : 15
const FULL = { angles: true, currents: true, powers: false, totals: false }
const EVERYTHING = { ...FULL, powers: true }

/** Median of several runs after one to warm up, ms. */
function medianMs(run: () => void): number {
  run()
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now()
    run()
    return performance.now() - begun
  }).sort((a, b) => a - b)
  return times[ROUNDS >> 1]
}

/** A Python with the peers in it, made once. */
async function python(): Promise<string | undefined> {
  const binary = join(ENVIRONMENT, 'bin', 'python')
  try {
    if (!existsSync(binary)) await run('python3', ['-m', 'venv', ENVIRONMENT])
    await run(binary, ['-m', 'pip', 'install', '--quiet', ...PACKAGES])
    return binary
  } catch (error) {
    process.stdout.write(`The peers were not measured: Python 3 with venv, or ${PACKAGES.join(', ')} from the Python registry, cannot be had here (${(error as Error).message.split('\n')[0]}).\n`)
    return undefined
  }
}

async function peersOf(binary: string, folder: string, network: PeerNetwork, watts: Float64Array, scenarios: number) {
  const [networkFile, loadsFile, voltagesFile] = ['network.json', 'loads.f64', 'voltages.f64'].map((name) => join(folder, name))
  writeFileSync(networkFile, JSON.stringify(network.json))
  writeFileSync(loadsFile, new Uint8Array(watts.buffer))
  const { stdout } = await run(binary, [fileURLToPath(new URL('peers.py', import.meta.url)), networkFile, loadsFile, String(scenarios), String(ROUNDS), voltagesFile], { maxBuffer: 1e8 })
  const bytes = readFileSync(voltagesFile)
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { name: string; us?: number; versions?: string })
  if (!json) for (const { name, versions } of lines) if (versions !== undefined) process.stdout.write(`${name}: ${versions}\n`)
  return {
    us: new Map(lines.flatMap(({ name, us }) => (us === undefined ? [] : [[name, us] as const]))),
    voltagePu: new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  }
}

async function compare(binary: string, nodeCount: number, aim: number): Promise<void> {
  const scenarios = Math.round((quick ? 2e5 : 1e6) / nodeCount)
  const network = peerNetwork(nodeCount)
  const watts = peerLoads(network, scenarios)
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-peers-'))
  const peers = await peersOf(binary, folder, network, watts, scenarios).finally(() => rmSync(folder, { recursive: true }))

  const { circuit, busIndex } = circuitOf(readPowerGridModel(network.json).network)
  const buses = network.loadNodes.map((node) => busIndex.get(String(node)) as number)
  const loads = { scenarios, activeKw: new Float64Array(scenarios * circuit.busCount), reactiveKvar: new Float64Array(scenarios * circuit.busCount) }
  for (let scenario = 0; scenario < scenarios; scenario += 1) buses.forEach((bus, load) => {
    const kw = watts[scenario * buses.length + load] / 1_000
    loads.activeKw[scenario * circuit.busCount + bus] += kw
    loads.reactiveKvar[scenario * circuit.busCount + bus] += 0.3 * kw
  })
  const prepared = prepareLoadFlow(circuit, { kernel: loadFlowKernel() })
  const into = createLoadFlowResult(circuit, scenarios, FULL)
  const us = (ms: number) => (ms * 1_000) / (scenarios * nodeCount)
  const ours = us(medianMs(() => void solveLoadFlow(prepared, loads, { into, inTimeOrder: true })))
  const alone = us(medianMs(() => void solveLoadFlow(prepared, loads, { into })))
  const withPowers = createLoadFlowResult(circuit, scenarios, EVERYTHING)
  const powers = us(medianMs(() => void solveLoadFlow(prepared, loads, { into: withPowers, inTimeOrder: true })))

  let apartPu = 0
  for (let scenario = 0; scenario < scenarios; scenario += 1) {
    for (let node = 0; node < nodeCount; node += 1) {
      const bus = busIndex.get(String(node)) as number
      apartPu = Math.max(apartPu, Math.abs(into.voltagePu[scenario * circuit.busCount + bus] - peers.voltagePu[scenario * nodeCount + node]))
    }
  }
  print(`${nodeCount} nodes, ours: voltages, angles, currents at both ends, one thread`, ours, 'us/node/scenario')
  print(`${nodeCount} nodes, ours, each scenario from no load`, alone, 'us/node/scenario')
  print(`${nodeCount} nodes, ours, with active and reactive powers at both ends too`, powers, 'us/node/scenario')
  for (const [name, value] of peers.us) print(`${nodeCount} nodes, ${name}`, value, 'us/node/scenario')
  const exact = ['newton_raphson', 'iterative_current'].map((name) => peers.us.get(name) ?? Infinity)
  const ratio = Math.min(...exact) / ours
  print(`${nodeCount} nodes, the fastest exact method of Power Grid Model against ours`, ratio, 'times', `>= ${aim}`, ratio >= aim)
  print(`${nodeCount} nodes, the same with the powers, which Power Grid Model gives always`, Math.min(...exact) / powers, 'times')
  print(`${nodeCount} nodes, largest difference of a voltage from Power Grid Model at 1e-12`, apartPu, 'pu', '<= 1e-7', apartPu <= 1e-7)
}

const binary = await python()
if (binary !== undefined) {
  await compare(binary, 100, 18)
  await compare(binary, 1_000, 40)
}
