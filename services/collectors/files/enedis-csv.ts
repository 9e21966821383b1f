import { localDayStart } from '#models/units/local-time.ts'

/**
 * The grid operator's customer export: blocks of a line of column names, a line of metadata, `Horodate;Valeur` and rows.
 * Stamps are at the END of the interval: "Pas en minutes" later than its start; 1440 means one local day, also where that
 * has 23 or 25 hours; an empty step is a register, whose stamp is the moment of reading.
 */
export type Column = 'load-curve' | 'index' | 'max-power'

export interface MeterBlock {
  readonly prm: string
  readonly column: Column
  readonly unit: string
  /** Start of the interval, UTC epoch milliseconds. */
  readonly at: Float64Array
  /** NaN for an empty value. */
  readonly values: Float64Array
}

export interface LineFault { readonly line: number; readonly reason: 'unknown-column' | 'bad-metadata' | 'bad-time' | 'bad-value' | 'row-without-block' }

const HEADER = 'Identifiant PRM;'
const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

function columnOf(unit: string, stepMinutes: number | undefined): Column | undefined {
  if (unit === 'W' && stepMinutes !== undefined) return 'load-curve'
  if (unit === 'Wh' && stepMinutes === undefined) return 'index'
  return unit === 'VA' ? 'max-power' : undefined
}

/** Every block and every line that could not be used; never throws. */
export function parseEnedisCsv(text: string, timeZone: string): { blocks: MeterBlock[]; faults: LineFault[] } {
  const blocks: MeterBlock[] = []
  const faults: LineFault[] = []
  let open: { prm: string; column: Column; unit: string; stepMinutes: number | undefined; at: number[]; values: number[] } | undefined
  let expectsMetadata = false
  const close = () => {
    if (open !== undefined) blocks.push({ prm: open.prm, column: open.column, unit: open.unit, at: Float64Array.from(open.at), values: Float64Array.from(open.values) })
    open = undefined
  }
  for (const [index, raw] of text.replace(/^\uFEFF/, '').split('\n').entries()) {
    const line = index + 1
    const row = raw.trim()
    if (row === '' || row.startsWith('Horodate;')) continue
    if (row.startsWith(HEADER)) {
      close()
      expectsMetadata = true
      continue
    }
    const cells = row.split(';')
    if (expectsMetadata) {
      expectsMetadata = false
      const [prm, , , , , , , unit = '', step = ''] = cells
      const stepMinutes = step === '' ? undefined : Number(step)
      if (!/^\d{14}$/.test(prm) || (stepMinutes !== undefined && !(Number.isInteger(stepMinutes) && stepMinutes > 0 && stepMinutes <= DAY_MINUTES))) {
        faults.push({ line, reason: 'bad-metadata' })
        continue
      }
      const column = columnOf(unit, stepMinutes)
      if (column === undefined) faults.push({ line, reason: 'unknown-column' })
      else open = { prm, column, unit, stepMinutes, at: [], values: [] }
      continue
    }
    if (open === undefined) {
      faults.push({ line, reason: 'row-without-block' })
      continue
    }
    const [stamp, text = ''] = cells
    // A stamp without an offset would be one of two moments in the hour that comes twice.
    const end = /T.*(Z|[+-]\d\d:?\d\d)$/.test(stamp) ? Date.parse(stamp) : NaN
    const value = text === '' ? NaN : Number(text)
    if (Number.isNaN(end)) faults.push({ line, reason: 'bad-time' })
    else if (cells.length !== 2 || (text !== '' && !Number.isFinite(value))) faults.push({ line, reason: 'bad-value' })
    else {
      open.at.push(open.stepMinutes === undefined ? end : open.stepMinutes === DAY_MINUTES ? localDayStart(end - 1, timeZone) : end - open.stepMinutes * MINUTE_MS)
      open.values.push(value)
    }
  }
  close()
  return { blocks, faults }
}
