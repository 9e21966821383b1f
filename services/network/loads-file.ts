/**
 * Loads from a CSV file: a header with `load` or `bus`, `activeKw`, and optionally `reactiveKvar` and `step`. A `load` takes the place
 * of the load of that name, a `bus` of all loads of that bus; what is not named keeps the power of the network file. Every
 * step is one scenario, in the order in which the steps first appear.
 */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { LoadScenarios } from '#models/load-flow/load-flow.ts'
import type { OpenNetwork } from './open-network.ts'

const FAULTS_SHOWN = 20

export interface StepLoads {
  readonly steps: readonly string[]
  readonly loads: LoadScenarios
}

/** @throws PenfeldError PF_NETWORK_LOADS_INVALID with every line that cannot be taken */
export function readLoads(text: string, network: OpenNetwork): StepLoads {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const separator = header.includes(';') ? ';' : ','
  const cells = (line: string) => line.split(separator).map((cell) => cell.trim())
  const names = cells(header)
  const place = (name: string) => names.indexOf(name)
  const [loadAt, busAt, stepAt, kwAt, kvarAt] = ['load', 'bus', 'step', 'activeKw', 'reactiveKvar'].map(place)
  if ((loadAt < 0) === (busAt < 0) || kwAt < 0) throw new PenfeldError('PF_NETWORK_LOADS_INVALID', 'The first line must name the columns: load or bus, activeKw, and if you like reactiveKvar and step.', { where: 'line 1' })

  const busIndex = new Map(network.buses.map(({ id, index }) => [id, index]))
  const faults: string[] = []
  const rows: { step: string; target: string; kw: number; kvar: number }[] = []
  lines.forEach((line, k) => {
    if (line.trim() === '') return
    const row = cells(line)
    const target = row[loadAt < 0 ? busAt : loadAt] ?? ''
    const kw = Number(row[kwAt])
    const kvar = kvarAt < 0 || row[kvarAt] === '' ? 0 : Number(row[kvarAt])
    const known = loadAt < 0 ? busIndex.has(target) : network.namedLoads.has(target)
    if (!known) faults.push(`line ${k + 2}: there is no ${loadAt < 0 ? 'bus' : 'load'} "${target}"`)
    else if (!Number.isFinite(kw) || row[kwAt] === '' || !Number.isFinite(kvar)) faults.push(`line ${k + 2}: "${row[kwAt] ?? ''}" and "${row[kvarAt] ?? ''}" are not both numbers`)
    else rows.push({ step: stepAt < 0 ? '1' : (row[stepAt] ?? ''), target, kw, kvar })
  })
  if (rows.length === 0 && faults.length === 0) faults.push('there is no line behind the header')
  if (faults.length > 0) {
    throw new PenfeldError('PF_NETWORK_LOADS_INVALID', `${faults.slice(0, FAULTS_SHOWN).join('; ')}${faults.length > FAULTS_SHOWN ? `; and ${faults.length - FAULTS_SHOWN} more` : ''}.`)
  }

  const steps = [...new Set(rows.map(({ step }) => step))]
  const busCount = network.circuit.busCount
  const repeated = (column: Float64Array | undefined) => (column === undefined ? undefined : Float64Array.from({ length: steps.length * busCount }, (_, k) => column[k % busCount]))
  const { activeKw, reactiveKvar, ...parts } = network.loads
  const loads = {
    scenarios: steps.length, activeKw: repeated(activeKw) as Float64Array, reactiveKvar: repeated(reactiveKvar) as Float64Array,
    currentKw: repeated(parts.currentKw), currentKvar: repeated(parts.currentKvar), impedanceKw: repeated(parts.impedanceKw), impedanceKvar: repeated(parts.impedanceKvar),
  }
  const stepIndex = new Map(steps.map((step, k) => [step, k]))
  for (const { step, target, kw, kvar } of rows) {
    const named = network.namedLoads.get(target)
    const bus = loadAt < 0 ? (busIndex.get(target) as number) : (named as NonNullable<typeof named>).bus
    const at = (stepIndex.get(step) as number) * busCount + bus
    const [ownKw, ownKvar] = loadAt < 0 ? [activeKw[bus], reactiveKvar[bus]] : [(named as NonNullable<typeof named>).activeKw, (named as NonNullable<typeof named>).reactiveKvar]
    loads.activeKw[at] += kw - ownKw
    loads.reactiveKvar[at] += kvar - ownKvar
  }
  return { steps, loads }
}
