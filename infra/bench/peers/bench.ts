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
import { prepareUnbalanced } from '#models/load-flow/unbalanced/prepare.ts'
import { solveUnbalanced } from '#models/load-flow/unbalanced/solve.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { json, printer } from '../load-flow/print.ts'
import { type PeerNetwork, peerLoads, peerNetwork } from './network.ts'
import { unbalancedPeerNetwork } from './unbalanced.ts'

const run = promisify(execFile)
const quick = process.argv.includes('--quick')
const print = printer('peers')
const ENVIRONMENT = join(tmpdir(), 'penfeld-bench-peers')
const PACKAGES = ['power-grid-model', 'pandapower', 'numba']
/**
 * The magnetising branch of a transformer has another zero sequence in Power Grid Model than in ours; without that branch the phase
 * voltages agree within 1e-12 pu.
 */
const APART_BY_PHASE_PU = 1e-6
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
  const numbers = (file: string) => { const bytes = readFileSync(file); return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) }
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { name: string; us?: number; versions?: string })
  if (!json) for (const { name, versions } of lines) if (versions !== undefined) process.stdout.write(`${name}: ${versions}\n`)
  return {
    us: new Map(lines.flatMap(({ name, us }) => (us === undefined ? [] : [[name, us] as const]))),
    voltagePu: numbers(voltagesFile),
    phaseVoltagePu: numbers(`${voltagesFile}.asym`),
  }
}

interface Aims { readonly balanced: number; readonly threeWire: number }

async function compare(binary: string, nodeCount: number, aims: Aims): Promise<void> {
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
  for (const [name, value] of peers.us) print(`${nodeCount} nodes, ${name.startsWith('pandapower') ? name : `Power Grid Model, ${name}`}`, value, 'us/node/scenario')
  const exact = ['newton_raphson', 'iterative_current'].map((name) => peers.us.get(name) ?? Infinity)
  const ratio = Math.min(...exact) / ours
  print(`${nodeCount} nodes, the fastest exact method of Power Grid Model against ours`, ratio, 'times', `>= ${aims.balanced}`, ratio >= aims.balanced)
  print(`${nodeCount} nodes, the same with the powers, which Power Grid Model gives always`, Math.min(...exact) / powers, 'times')
  print(`${nodeCount} nodes, largest difference of a voltage from Power Grid Model at 1e-12`, apartPu, 'pu', '<= 1e-7', apartPu <= 1e-7)
  compareUnbalanced(network, watts, peers, aims.threeWire)
}

function compareUnbalanced(network: PeerNetwork, watts: Float64Array, peers: { readonly us: ReadonlyMap<string, number>; readonly phaseVoltagePu: Float64Array }, aim: number): void {
  const { nodeCount, loadIds } = network
  const scenarios = peers.phaseVoltagePu.length / nodeCount / 3
  const activeKw = watts.slice(0, scenarios * loadIds.length).map((one) => one / 1_000)
  const loads = { scenarios, activeKw, reactiveKvar: activeKw.map((kw) => 0.3 * kw) }
  for (const wires of [3, 4] as const) {
    const prepared = prepareUnbalanced(unbalancedPeerNetwork(network, wires))
    const ours = (medianMs(() => void solveUnbalanced(prepared, loads)) * 1_000) / (scenarios * nodeCount)
    const { settled, voltagePu } = solveUnbalanced(prepared, loads)
    if (settled.includes(0)) throw new Error(`${wires} wires: a scenario did not settle`)
    const apartPu = voltagePu.reduce((worst, one, k) => Math.max(worst, Math.abs(one - peers.phaseVoltagePu[k])), 0)
    print(`${nodeCount} nodes, ours, ${wires} wires`, ours, 'us/node/scenario')
    const ratio = Math.min(...['newton_raphson', 'iterative_current'].map((name) => peers.us.get(`asymmetric ${name}`) ?? Infinity)) / ours
    if (wires === 3) print(`${nodeCount} nodes, three wires: the fastest exact method of Power Grid Model against ours`, ratio, 'times', `>= ${aim}`, ratio >= aim)
    else print(`${nodeCount} nodes, four wires against its three, which are all it has`, ratio, 'times')
    print(`${nodeCount} nodes, ${wires} wires: largest difference of a phase voltage from Power Grid Model at 1e-12`, apartPu, 'pu', `<= ${APART_BY_PHASE_PU}`, apartPu <= APART_BY_PHASE_PU)
  }
}

const binary = await python()
if (binary !== undefined) {
  await compare(binary, 100, { balanced: 18, threeWire: 5 })
  await compare(binary, 1_000, { balanced: 40, threeWire: 12 })
}
