import { localDayStart } from '#models/units/local-time.ts'
import { CsvLines } from './csv-lines.ts'
import type { FileFormat, FileParser, FileSettings, FileTake } from './format.ts'
import { Gather } from './gather.ts'
import { instantOf, stampReader, type Stamp } from './stamp.ts'
import { StepFinder } from './step.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
const POWERS: readonly string[] = ['W', 'kW', 'MW']
const ENERGIES: readonly string[] = ['Wh', 'kWh', 'MWh']
const APPARENT: readonly string[] = ['VA', 'kVA']

/** Of the sentence a curve stands under: which meter, what, and how far apart. Undefined is not said yet. */
interface Block {
  readonly prm: string
  readonly unit: string | undefined
  readonly stepMinutes: number | undefined
  readonly kind: 'curve' | 'index' | 'max-power' | 'daily' | undefined
  readonly isInjected: boolean
}

/** Where a row has what. */
interface Columns { readonly time: number; readonly value: number; readonly prm: number; readonly unit: number; readonly step: number; readonly physical: number; readonly business: number; readonly timeClass: number; readonly unitOfHeader: string | undefined; readonly isDaily: boolean }

const plain = (text: string): string => text.normalize('NFD').replace(/[\u0300-\u036F]/g, '').toLowerCase()
const UNIT_IN_NAME = /\((?:en )?(k?W|k?Wh|k?VA)\)/
const PRM = /^\d{14}$/
const stamp = stampReader('iso')
const frenchDate = stampReader('dd/MM/yyyy')

/**
 * The grid operator's exports, in the forms customers and third parties get: blocks of a line of names, a line of metadata,
 * `Horodate;Valeur` and rows; registers with one column a class (the total `EAS T` is taken); daily energies (`Date;Valeur
 * (en Wh)`); and the flat table (flow R63) where every row names its meter, unit and step.
 *
 * A stamp is the END of its interval; a daily value belongs to its local day of 23, 24 or 25 hours; a register to the
 * moment of reading. Columns: `load-curve` (mean power), `energy` (of an interval, or of a day), `index` (`index-hp`... where
 * the table has one row a class), `max-power`, and the same with `-injected` for what was fed in: as flows negative, because drawn is positive.
 */
export const enedisCsv: FileFormat = {
  name: 'enedis-csv',
  recognises: (head) => /^\uFEFF?"?Identifiant PRM"?;/.test(head),
  open: (take, settings) => new EnedisCsv(take, settings),
}

interface CurveRow { readonly value: number; readonly line: number; readonly stepMs: number | undefined; readonly prm: string; readonly unit: string; readonly isInjected: boolean }

class EnedisCsv implements FileParser {
  readonly #take: FileTake
  readonly #timeZone: string
  readonly #gather: Gather
  readonly #lines: CsvLines
  #names: readonly string[] | undefined
  #block: Block | undefined
  #columns: Columns | undefined
  #steps: StepFinder<CurveRow>
  #previous = NaN
  /** A table that holds no measured values (calendars of a contract). */
  #isOther = false

  constructor(take: FileTake, { timeZone }: FileSettings) {
    this.#take = take
    this.#timeZone = timeZone
    this.#gather = new Gather(take)
    this.#steps = this.#newSteps()
    this.#lines = new CsvLines({ delimiterOf: () => ';', row: (cells, line) => this.#row(cells, line), fault: (line, reason) => take.fault(line, reason) })
  }

  write(text: string): void {
    this.#lines.write(text)
  }

  end(): void {
    this.#lines.end()
    this.#steps.end()
    this.#gather.handOver()
  }

  #newSteps(): StepFinder<CurveRow> {
    return new StepFinder<CurveRow>((row, end, stepMs) => this.#curve(row, end, stepMs))
  }

  #open(block: Block | undefined): void {
    this.#steps.end()
    this.#steps = this.#newSteps()
    this.#block = block
    this.#previous = NaN
    this.#isOther = false
    this.#names = undefined
  }

  #row(cells: string[], line: number): void {
    // Rows begin with digits; only the names of a header are looked at closely.
    const first = /^\d/.test(cells[0]) ? '' : plain(cells[0].replace(/^\uFEFF/, ''))
    if (first === 'identifiant prm') return this.#header(cells, line)
    if (/^(horodate|date\b)/.test(first)) return this.#rowHeader(cells, line)
    if (first === 'periode') {
      this.#isOther = true
      return
    }
    if (this.#names !== undefined) return this.#metadata(cells, line)
    if (this.#isOther) return
    if (this.#columns !== undefined && this.#columns.prm >= 0) return this.#flat(cells, line, this.#columns)
    if (this.#block === undefined) return this.#take.fault(line, 'row-without-block')
    this.#value(cells, line, this.#columns ?? TWO_COLUMNS, this.#block)
  }

  #header(cells: string[], line: number): void {
    this.#open(undefined)
    this.#columns = undefined
    const names = cells.map(plain)
    // The flat table names its meter in each row.
    if (names.includes('horodate')) this.#columns = columnsOf(cells)
    // A short form has the number itself beside its name.
    else if (PRM.test(cells[1] ?? '')) this.#block = blockOf(['identifiant prm', '', 'type de donnees'], [cells[1], '', cells.find((cell) => /^courbe|^index|^consommation|^injection|^puissance/.test(plain(cell))) ?? ''])
    else this.#names = names
    if (this.#columns !== undefined && this.#columns.value < 0) this.#take.fault(line, 'bad-header')
  }

  #metadata(cells: string[], line: number): void {
    const names = this.#names!
    this.#names = undefined
    const block = blockOf(names, cells)
    if (block === undefined) this.#take.fault(line, 'bad-metadata')
    else if (block.kind === undefined && block.unit !== undefined) this.#take.fault(line, 'unknown-column')
    else this.#block = block
  }

  #rowHeader(cells: string[], line: number): void {
    const columns = columnsOf(cells)
    this.#isOther = false
    this.#names = undefined
    this.#steps.end()
    if (columns.value >= 0) this.#columns = columns
    else this.#take.fault(line, 'bad-header')
  }

  #flat(cells: string[], line: number, columns: Columns): void {
    const prm = cells[columns.prm] ?? ''
    const unit = cells[columns.unit] ?? ''
    const step = cells[columns.step] ?? ''
    const minutes = /^PT(\d{1,4})M$/.exec(step)?.[1] ?? (/^PT(\d{1,2})H$/.exec(step) ? String(60 * Number(step.slice(2, -1))) : step === 'P1D' ? String(DAY_MINUTES) : '')
    const before = this.#block
    const isInjected = /^prod/i.test(cells[columns.business] ?? '')
    if (!PRM.test(prm)) return this.#take.fault(line, 'bad-metadata')
    if (before === undefined || before.prm !== prm || before.unit !== unit || before.isInjected !== isInjected || before.stepMinutes !== (minutes === '' ? undefined : Number(minutes))) {
      const kind = minutes === '' && columns.step >= 0 && step !== '' ? undefined : kindOf(unit, minutes === '' ? undefined : Number(minutes), cells[columns.physical] ?? '')
      this.#steps.end()
      if (before?.prm !== prm || before.isInjected !== isInjected) this.#previous = NaN
      this.#block = { prm, unit, stepMinutes: minutes === '' ? undefined : Number(minutes), kind, isInjected }
    }
    if (this.#block!.kind === undefined) return this.#take.fault(line, 'unknown-column')
    this.#value(cells, line, columns, this.#block!)
  }

  #value(cells: string[], line: number, columns: Columns, block: Block): void {
    const text = cells[columns.value] ?? ''
    const time = cells[columns.time] ?? ''
    const read = stamp(time) ?? frenchDate(time)
    const unit = block.unit ?? columns.unitOfHeader ?? 'Wh'
    const kind = block.kind ?? (columns.isDaily ? 'daily' : kindOf(unit, block.stepMinutes, ''))
    const end = read === undefined ? NaN : this.#instant(read, kind)
    const value = text === '' ? NaN : Number(text.replace(',', '.'))
    if (Number.isNaN(end)) return this.#take.fault(line, 'bad-time')
    if (cells.length <= columns.value || (columns === TWO_COLUMNS && cells.length !== 2) || (text !== '' && !Number.isFinite(value))) return this.#take.fault(line, 'bad-value')
    if (kind === undefined) return this.#take.fault(line, 'unknown-column')
    this.#previous = end
    const { prm, isInjected } = block
    const flow = (name: string) => (isInjected ? `${name}-injected` : name)
    const sign = isInjected ? -1 : 1
    if (kind === 'curve') {
      const row: CurveRow = { value, line, stepMs: block.stepMinutes === undefined ? undefined : block.stepMinutes * MINUTE_MS, prm, unit, isInjected }
      if (row.stepMs === undefined) this.#steps.add(row, end)
      else this.#curve(row, end, row.stepMs)
    } else if (kind === 'index') {
      // Registers of several classes share a time: each is a column of its own.
      const timeClass = (cells[columns.timeClass] ?? '').toLowerCase()
      this.#gather.add(prm, flow(timeClass === '' ? 'index' : `index-${timeClass}`), unit, end, value, line)
    }
    // A stamp of the end at midnight and a bare date both mean the day itself.
    else if (kind === 'daily') this.#gather.add(prm, flow('energy'), unit, localDayStart(read!.isDate ? end : end - 1, this.#timeZone), sign * value, line)
    else this.#gather.add(prm, flow('max-power'), unit, block.stepMinutes === DAY_MINUTES || block.stepMinutes === undefined ? localDayStart(read!.isDate ? end : end - 1, this.#timeZone) : end - block.stepMinutes * MINUTE_MS, value, line)
  }

  #instant(read: Stamp, kind: Block['kind']): number {
    // Local midnight is never the hour that comes twice; anything else without an offset goes by the order of the file.
    return instantOf(read, this.#timeZone, kind === 'daily' ? NaN : this.#previous)
  }

  #curve({ value, line, prm, unit, isInjected }: CurveRow, end: number, stepMs: number | undefined): void {
    if (stepMs === undefined) return this.#take.fault(line, 'step-unknown')
    const at = end - stepMs
    const sign = isInjected ? -1 : 1
    const [power, energy] = isInjected ? ['load-curve-injected', 'energy-injected'] : ['load-curve', 'energy']
    if (POWERS.includes(unit)) this.#gather.add(prm, power, unit, at, sign * value, line)
    else if (this.#take.wants(prm, power)) this.#gather.add(prm, power, unit.slice(0, -1), at, (sign * value * 60 * MINUTE_MS) / stepMs, line)
    else this.#gather.add(prm, energy, unit, at, sign * value, line)
  }
}

const TWO_COLUMNS: Columns = { time: 0, value: 1, prm: -1, unit: -1, step: -1, physical: -1, business: -1, timeClass: -1, unitOfHeader: undefined, isDaily: false }

function columnsOf(cells: readonly string[]): Columns {
  const names = cells.map((cell) => plain(cell.replace(/^\uFEFF/, '')))
  const place = (name: string) => names.indexOf(name)
  const total = place('eas t')
  const value = names.findIndex((name) => /^(valeur|puissance moyenne|energie)/.test(name))
  const time = names.findIndex((name) => /^horodate|^date\b(?! de)/.test(name))
  if (time === 0 && value === 1 && names.length === 2 && names[1] === 'valeur' && names[0] === 'horodate') return TWO_COLUMNS
  return {
    time, value: total >= 0 ? total : value, prm: place('identifiant prm'), unit: place('unite'), step: place('pas'), physical: place('grandeur physique'), business: place('grandeur metier'), timeClass: place('identifiant classe temporelle'),
    unitOfHeader: value < 0 ? undefined : UNIT_IN_NAME.exec(cells[value])?.[1], isDaily: names[time] === 'date',
  }
}

function blockOf(names: readonly string[], cells: readonly string[]): Block | undefined {
  const cell = (name: string) => cells[names.indexOf(name)] ?? ''
  const prm = cell('identifiant prm')
  const step = cell('pas en minutes')
  const stepMinutes = step === '' ? undefined : Number(step)
  const unit = cell('unite') || undefined
  if (!PRM.test(prm) || (stepMinutes !== undefined && !(Number.isInteger(stepMinutes) && stepMinutes > 0 && stepMinutes <= DAY_MINUTES))) return undefined
  const what = plain(cell('type de donnees'))
  const kind = what.startsWith('index') ? 'index' : /quotidienne/.test(what) && !/puissance/.test(what) ? 'daily' : kindOf(unit ?? '', stepMinutes, what)
  return { prm, unit, stepMinutes, kind, isInjected: /^prod|^injection/.test(plain(cell('grandeur metier'))) || /^injection/.test(what) }
}

function kindOf(unit: string, stepMinutes: number | undefined, what: string): Block['kind'] {
  if (APPARENT.includes(unit)) return 'max-power'
  if (POWERS.includes(unit)) return 'curve'
  if (!ENERGIES.includes(unit)) return undefined
  if (stepMinutes === undefined) return /^courbe/.test(what) ? 'curve' : 'index'
  return stepMinutes === DAY_MINUTES ? 'daily' : 'curve'
}
