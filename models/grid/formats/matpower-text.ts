/** The statements of a MATPOWER case file (format version 2): matrices, and the few conversions of units that its cases end with. */
import { type NetworkFault, networkError, refuseErrors } from '../network-fault.ts'

export interface CaseRow {
  readonly values: readonly number[]
  readonly line: number
}

/** Rows of the case format with its units resolved: MW, Mvar, pu. */
export interface MatpowerCase {
  readonly name: string
  readonly baseMva: number
  readonly bus: readonly CaseRow[]
  readonly gen: readonly CaseRow[]
  readonly branch: readonly CaseRow[]
}

const COLUMNS = { PD: 2, QD: 3, BASE_KV: 9, BR_R: 2, BR_X: 3 } as const
/** Fewest columns that a load flow reads. */
const FEWEST = { bus: 10, gen: 8, branch: 11 } as const
type Matrix = keyof typeof FEWEST

interface Statement {
  readonly text: string
  readonly line: number
}

/** @throws NetworkFaultsError PF_NETWORK_FILE_INVALID with every statement and row that is not understood */
export function parseMatpower(text: string): MatpowerCase {
  const faults: NetworkFault[] = []
  const matrices: Record<Matrix, CaseRow[]> = { bus: [], gen: [], branch: [] }
  let name = 'MATPOWER case'
  let baseMva = NaN
  let powerFactor = NaN
  for (const { text: statement, line } of statements(text)) {
    const plain = statement.replace(/\s+/g, ' ').trim()
    const close = plain.replace(/[\s,]+/g, '')
    const matrix = /^mpc\.(\w+)\s*=\s*\[([\s\S]*)\]$/.exec(statement.trim())
    const [, functionName] = /^function\s+mpc\s*=\s*(\w+)/.exec(plain) ?? []
    const [, factor] = /^pf = (0?\.\d+|1)$/.exec(plain) ?? []
    const [, base] = /^mpc\.baseMVA = ([-+.\deE]+)$/.exec(plain) ?? []
    if (functionName !== undefined) name = functionName
    else if (base !== undefined) baseMva = Number(base)
    else if (matrix !== null && matrix[1] in FEWEST) matrices[matrix[1] as Matrix] = rowsOf(matrix[2], line, matrix[1] as Matrix, faults)
    else if (close === 'mpc.branch(:[BR_RBR_X])=mpc.branch(:[BR_RBR_X])/(Vbase^2/Sbase)') matrices.branch = ohmToPu(matrices, baseMva)
    else if (close === 'mpc.bus(:[PDQD])=mpc.bus(:[PDQD])/1e3') matrices.bus = scaled(matrices.bus, [COLUMNS.PD, COLUMNS.QD], 1e-3)
    // Loads given in apparent power (case141): the power factor splits them.
    else if (factor !== undefined) powerFactor = Number(factor)
    else if (close === 'mpc.bus(:QD)=mpc.bus(:PD)*sin(acos(pf))') matrices.bus = withReactive(matrices.bus, Math.sin(Math.acos(powerFactor)))
    else if (close === 'mpc.bus(:PD)=mpc.bus(:PD)*pf') matrices.bus = scaled(matrices.bus, [COLUMNS.PD], powerFactor)
    else if (!isPassedOver(plain, close, matrix)) faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', `line ${line}`, `"${plain.slice(0, 80)}" is not read.`, 'Write the values into the matrices, without a calculation behind them.'))
  }
  if (!(baseMva > 0)) faults.push(networkError('PF_NETWORK_FILE_INVALID', 'mpc.baseMVA', 'There is no positive power base.'))
  for (const each of ['bus', 'branch'] as const) if (matrices[each].length === 0) faults.push(networkError('PF_NETWORK_FILE_INVALID', `mpc.${each}`, 'The matrix is missing or empty.'))
  refuseErrors('PF_NETWORK_FILE_INVALID', faults, name)
  return { name, baseMva, ...matrices }
}

/** What a load flow does not need, and the names that the conversions use. */
function isPassedOver(plain: string, close: string, matrix: RegExpExecArray | null): boolean {
  if (matrix !== null) return ['gencost', 'areas'].includes(matrix[1]) || matrix[2].trim() === ''
  return /^mpc\.(version =|\w+ = \{)/.test(plain) || plain === 'define_constants' || plain === 'end' || /= idx_(bus|brch|gen)$/.test(plain) || ['Vbase=mpc.bus(1BASE_KV)*1e3', 'Sbase=mpc.baseMVA*1e6'].includes(close)
}

/** Statements with the line each begins at; comments and continuations are taken out. */
function* statements(text: string): Generator<Statement> {
  let open = ''
  let begun = 1
  let depth = 0
  for (const [k, raw] of text.split(/\r?\n/).entries()) {
    const code = withoutComment(raw)
    const continued = /\.\.\.\s*$/.test(code)
    const line = code.replace(/\.\.\.\s*$/, ' ')
    if (open.trim() === '') begun = k + 1
    for (const sign of line) {
      if ('[{('.includes(sign)) depth += 1
      if (']})'.includes(sign)) depth -= 1
      if (sign === ';' && depth === 0) {
        if (open.trim() !== '') yield { text: open, line: begun }
        open = ''
        begun = k + 1
      } else open += sign
    }
    open += '\n'
    if (depth === 0 && !continued) {
      if (open.trim() !== '') yield { text: open, line: begun }
      open = ''
    }
  }
  if (open.trim() !== '') yield { text: open, line: begun }
}

/** A percent sign within quotes is text. */
function withoutComment(line: string): string {
  let quoted = false
  for (let k = 0; k < line.length; k += 1) {
    if (line[k] === "'") quoted = !quoted
    if (line[k] === '%' && !quoted) return line.slice(0, k)
  }
  return line
}

function rowsOf(body: string, begun: number, matrix: Matrix, faults: NetworkFault[]): CaseRow[] {
  const rows: CaseRow[] = []
  for (const [offset, text] of body.split('\n').entries()) {
    for (const piece of text.split(';')) {
      if (piece.trim() === '') continue
      const line = begun + offset
      const values = piece.trim().split(/[\s,]+/).map(numberOf)
      if (values.some(Number.isNaN)) faults.push(networkError('PF_NETWORK_FILE_INVALID', `mpc.${matrix}, line ${line}`, `"${piece.trim().slice(0, 60)}" is not a row of numbers.`))
      else if (values.length < FEWEST[matrix]) faults.push(networkError('PF_NETWORK_FILE_INVALID', `mpc.${matrix}, line ${line}`, `The row has ${values.length} columns, and at least ${FEWEST[matrix]} are needed.`))
      else rows.push({ values, line })
    }
  }
  return rows
}

/** Limits that are none are written `Inf` and `-Inf`. */
const numberOf = (text: string): number => (/^[-+]?Inf$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text))

const withReactive = (rows: readonly CaseRow[], share: number): CaseRow[] => rows.map(({ values, line }) => ({ line, values: values.map((value, k) => (k === COLUMNS.QD ? values[COLUMNS.PD] * share : value)) }))

const scaled = (rows: readonly CaseRow[], columns: readonly number[], factor: number): CaseRow[] => rows.map(({ values, line }) => ({ line, values: values.map((value, k) => (columns.includes(k) ? value * factor : value)) }))

function ohmToPu({ bus, branch }: Record<Matrix, CaseRow[]>, baseMva: number): CaseRow[] {
  const baseV = (bus[0]?.values[COLUMNS.BASE_KV] ?? NaN) * 1e3
  return scaled(branch, [COLUMNS.BR_R, COLUMNS.BR_X], 1 / (baseV ** 2 / (baseMva * 1e6)))
}
