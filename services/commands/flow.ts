import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { ALL_OUTPUTS, type LoadFlowResult, METHOD, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { readLoads, type StepLoads } from '#services/network/loads-file.ts'
import { openNetwork, type OpenNetwork } from '#services/network/open-network.ts'
import { WrongArguments } from './wrong-arguments.ts'

const ROWS_SHOWN = 15
const METHOD_NAMES = { [METHOD.none]: 'not settled', [METHOD.fixedPoint]: 'fixed point', [METHOD.newton]: 'Newton-Raphson' } as const

/** `penfeld flow NETWORK`: the load flow of a district folder, or of a network of another tool. Ends with 1 if a step did not settle. */
export async function flow(args: string[], write: (line: string) => void): Promise<number> {
  const options = readArguments(args)
  const network = await openNetwork(options.network, options.at, options.outage)
  const { steps, loads }: StepLoads = options.loads === undefined ? { steps: ['1'], loads: network.loads } : readLoads(await textOf(options.loads), network)
  const prepared = prepareLoadFlow(network.circuit, { kernel: loadFlowKernel() })
  const result = solveLoadFlow(prepared, loads, { wanted: { ...ALL_OUTPUTS, loadings: network.ratings } })
  if (options.form === 'json') write(JSON.stringify({ network: network.name, outage: options.outage ?? null, faults: network.faults, steps: steps.map((step, k) => stepOf(network, result, step, k)) }))
  else if (options.form === 'csv') for (const line of csvLines(network, result, steps)) write(line)
  else for (const line of tableLines(network, result, steps, prepared.newtonBecause)) write(line)
  return result.settled.includes(0) ? 1 : 0
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args, allowPositionals: true,
    options: { loads: { type: 'string' }, outage: { type: 'string' }, at: { type: 'string' }, json: { type: 'boolean' }, csv: { type: 'boolean' } },
  })
  const at = values.at === undefined ? Date.now() : Date.parse(values.at)
  if (positionals.length !== 1) throw new WrongArguments('Give one network.')
  if (Number.isNaN(at)) throw new WrongArguments(`--at is "${values.at}", expected a time such as 2026-01-31T18:00:00Z.`)
  if (values.json === true && values.csv === true) throw new WrongArguments('Ask for --json or for --csv.')
  return { network: positionals[0], loads: values.loads, outage: values.outage, at, form: values.json === true ? 'json' : values.csv === true ? 'csv' : 'table' } as const
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
  throw new PenfeldError('PF_NETWORK_LOADS_INVALID', `The file cannot be read (${error.code}).`, { where: file })
})

/** JSON knows no NaN: what was not computed is null, never 0. */
const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
const degrees = (rad: number): number => (rad * 180) / Math.PI

function busOf({ circuit }: OpenNetwork, result: LoadFlowResult, step: number, index: number) {
  const at = step * circuit.busCount + index
  return { voltagePu: numberOrNull(result.voltagePu[at]), voltageKv: numberOrNull(result.voltagePu[at] * circuit.busBaseKv[index]), angleDeg: numberOrNull(degrees(result.angleRad[at])) }
}

function branchOf(result: LoadFlowResult, step: number, index: number) {
  const at = step * result.branchCount + index
  return {
    currentFromA: numberOrNull(result.currentFromA[at]), currentToA: numberOrNull(result.currentToA[at]),
    activeFromKw: numberOrNull(result.activeFromKw[at]), reactiveFromKvar: numberOrNull(result.reactiveFromKvar[at]),
    activeToKw: numberOrNull(result.activeToKw[at]), reactiveToKvar: numberOrNull(result.reactiveToKvar[at]), loadingPct: numberOrNull(result.loadingPct[at]),
  }
}

function stepOf(network: OpenNetwork, result: LoadFlowResult, step: string, k: number) {
  return {
    step, settled: result.settled[k] === 1, method: METHOD_NAMES[result.method[k] as keyof typeof METHOD_NAMES], iterations: result.iterations[k],
    injectionKw: numberOrNull(result.injectionKw[k]), injectionKvar: numberOrNull(result.injectionKvar[k]), loadKw: numberOrNull(result.loadKw[k]), lossesKw: numberOrNull(result.lossesKw[k]),
    buses: network.buses.map(({ id, index }) => ({ id, ...busOf(network, result, k, index) })),
    branches: network.branches.map(({ id, kind, index }) => ({ id, kind, ...branchOf(result, k, index) })),
  }
}

function* csvLines(network: OpenNetwork, result: LoadFlowResult, steps: readonly string[]): Generator<string> {
  const cell = (value: unknown) => (value === null || value === undefined ? '' : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value))
  const columns = ['voltagePu', 'voltageKv', 'angleDeg', 'currentFromA', 'currentToA', 'activeFromKw', 'reactiveFromKvar', 'activeToKw', 'reactiveToKvar', 'loadingPct'] as const
  yield ['step', 'kind', 'id', ...columns].join(',')
  for (const [k, step] of steps.entries()) {
    const row = (kind: string, id: string, values: Partial<Record<(typeof columns)[number], number | null>>) => [step, kind, id, ...columns.map((column) => values[column])].map(cell).join(',')
    for (const { id, index } of network.buses) yield row('bus', id, busOf(network, result, k, index))
    for (const { id, kind, index } of network.branches) yield row(kind, id, branchOf(result, k, index))
  }
}

function* tableLines(network: OpenNetwork, result: LoadFlowResult, steps: readonly string[], newtonBecause: string | undefined): Generator<string> {
  yield `${network.name}: ${network.buses.length} buses, ${network.branches.length} branches, ${steps.length} step${steps.length === 1 ? '' : 's'}.`
  for (const { code, place, message, remedy } of network.faults) yield `  note ${code} [${place}]: ${message} ${remedy}`
  if (newtonBecause !== undefined) yield `  Newton-Raphson throughout: the network has ${newtonBecause}.`
  const open = steps.filter((_, k) => result.settled[k] === 0)
  if (open.length > 0) yield `  ${open.length} of ${steps.length} steps did not settle, and nothing is known of them: ${open.slice(0, ROWS_SHOWN).join(', ')}${open.length > ROWS_SHOWN ? ', ...' : ''}`
  for (const [k, step] of steps.entries()) {
    if (result.settled[k] === 0 || k >= ROWS_SHOWN) continue
    yield `  step ${step}: sources deliver ${fixed(result.injectionKw[k])} kW and ${fixed(result.injectionKvar[k])} kvar, loads draw ${fixed(result.loadKw[k])} kW, ${fixed(result.lossesKw[k])} kW are lost (${METHOD_NAMES[result.method[k] as keyof typeof METHOD_NAMES]}, ${result.iterations[k]} iterations)`
  }
  if (steps.length > ROWS_SHOWN) yield `  ... and ${steps.length - ROWS_SHOWN} more steps; --csv and --json give all.`
  yield* extremes(network, result, steps)
}

/** Over all steps: the highest loadings and the lowest and highest voltages, each with its step. */
function* extremes(network: OpenNetwork, result: LoadFlowResult, steps: readonly string[]): Generator<string> {
  const over = (column: Float64Array, width: number, index: number, better: (a: number, b: number) => boolean) => {
    let best = { value: NaN, step: -1 }
    for (let k = 0; k < steps.length; k += 1) {
      const value = column[k * width + index]
      if (!Number.isNaN(value) && (best.step < 0 || better(value, best.value))) best = { value, step: k }
    }
    return best
  }
  const branches = network.branches.map((one) => ({ ...one, ...over(result.loadingPct, result.branchCount, one.index, (a, b) => a > b) }))
  const rated = branches.filter(({ step }) => step >= 0).sort((a, b) => b.value - a.value)
  if (rated.length > 0) {
    yield `  highest loadings${rated.length > ROWS_SHOWN ? ` (${ROWS_SHOWN} of ${rated.length})` : ''}:`
    for (const { id, kind, value, step } of rated.slice(0, ROWS_SHOWN)) yield `    ${id.padEnd(24)} ${kind.padEnd(12)} ${fixed(value, 1).padStart(8)} %   step ${steps[step]}`
  }
  const unrated = branches.filter(({ step }) => step < 0).length
  if (unrated > 0) yield `  ${unrated} branches have no rating or are not fed: nothing is said of their loading.`
  const lowest = network.buses.map((one) => ({ ...one, ...over(result.voltagePu, result.busCount, one.index, (a, b) => a < b) })).filter(({ step }) => step >= 0).sort((a, b) => a.value - b.value)
  const highest = network.buses.map((one) => ({ ...one, ...over(result.voltagePu, result.busCount, one.index, (a, b) => a > b) })).filter(({ step }) => step >= 0).sort((a, b) => b.value - a.value)
  if (lowest.length > 0) yield `  lowest voltage ${lowest[0].id} ${fixed(lowest[0].value, 4)} pu (step ${steps[lowest[0].step]}), highest ${highest[0].id} ${fixed(highest[0].value, 4)} pu (step ${steps[highest[0].step]})`
}

const fixed = (value: number, digits = 2): string => value.toFixed(digits)
