import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { openAppliedEdits, openAppliedEditsReader, type AppliedEdits } from './applied-edits.ts'
import { createEditApplier } from './apply-edits.ts'
import { createKeptEdits } from './kept-edits.ts'
import { openEditLedger } from './ledger.ts'
import type { EditLedger, NewEdit } from './port.ts'

const STEP = 600_000
const DAY = 144 * STEP
const FROM = Date.parse('2026-01-04T23:00:00Z')
const DAYS = 42
const { district } = smallDistrict()
const POWER = 'elec.dp.dp0.p'
const REGISTER = 'elec.dp.dp0.e'

let folder: string
let store: TimeSeriesStore
let ledger: EditLedger
let applied: AppliedEdits
const clock = manualClock(FROM + DAYS * DAY)

/** kW: low at night, high by day, less on days off; the same every week. */
const powerKw = (step: number) => (step % 144 > 48 && step % 144 < 120 ? 12 : 3) + (Math.floor(step / 144) % 7 > 4 ? -1 : 0)
const reading = (step: number) => 5000 + Array.from({ length: step }, (_, i) => powerKw(i) / 6).reduce((sum, kwh) => sum + kwh, 0)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-edits-'))
  store = memoryStore()
  ledger = openEditLedger(join(folder, 'edits.sqlite'))
  applied = openAppliedEdits(join(folder, 'applied.sqlite'))
  const ids = await store.register([POWER, REGISTER])
  const at = Float64Array.from({ length: DAYS * 144 }, (_, step) => FROM + step * STEP)
  let shown = 5000
  const counted = at.map((_, step) => (step === 0 ? shown : (shown += powerKw(step - 1) / 6)))
  await store.importSeries(ids[0]!, { at, values: at.map((_, step) => powerKw(step)), quality: new Uint8Array(at.length) }, { recordedAt: FROM, source: 'buildings' })
  await store.importSeries(ids[1]!, { at, values: counted.map((value) => Math.round(value * 100) / 100), quality: new Uint8Array(at.length) }, { recordedAt: FROM, source: 'buildings' })
})
afterEach(() => {
  ledger.close()
  applied.close()
  rmSync(folder, { recursive: true })
})

const applier = (to: TimeSeriesStore = store) => {
  const kept = createKeptEdits(applied, (names) => store.lookup(names))
  return { kept, ...createEditApplier({ ledger, applied, store: to, kept, district, clock, log: silentLogger }) }
}
let count = 0
const edit = (more: Partial<NewEdit>): NewEdit => ({ editId: `edit-${count++}`, kind: 'mark-bad', point: POWER, from: FROM + 30 * DAY, to: FROM + 30 * DAY + 6 * STEP, reason: 'test', value: null, findingId: null, undoes: null, personId: 7, person: 'Yann', ...more })
const ask = (more: Partial<NewEdit>) => ledger.add(edit(more), clock.now())
const outcome = (editId: string) => {
  const reader = openAppliedEditsReader(join(folder, 'applied.sqlite'))
  const found = reader.of([editId]).get(editId)
  reader.close()
  return found
}
const read = async (point: string, from: number, to: number) => store.read((await store.lookup([point]))[0]!, from, to)

describe('the ledger', () => {
  test('takes the same line once, another with its id never, and changes none', () => {
    const line = edit({})
    expect(ledger.add(line, 1)).toEqual(ledger.add(line, 2))
    expect(() => ledger.add({ ...line, reason: 'another' }, 3)).toThrow(/PF_EDIT_CONFLICT/)
    const first = ledger.newest(10)
    expect(first).toMatchObject([{ seq: 1, at: 1, person: 'Yann', reason: 'test' }])
    const undo = ledger.add(edit({ kind: 'undo', undoes: line.editId }), 4)
    expect(ledger.undoOf(line.editId)).toEqual(undo)
    expect(() => ledger.add(edit({ kind: 'undo', undoes: line.editId }), 5)).toThrow(/taken back already/)
    const outside = new DatabaseSync(join(folder, 'edits.sqlite'))
    expect(() => outside.exec("UPDATE edit SET reason = 'nothing happened'")).toThrow(/append-only/)
    expect(() => outside.exec('DELETE FROM edit')).toThrow(/append-only/)
    outside.close()
  })

  test('knows of each finding what was last decided and not taken back', () => {
    const dismissed = ask({ kind: 'dismiss', findingId: 5 })
    expect(ledger.byFinding().get(5)?.kind).toBe('dismiss')
    ask({ kind: 'undo', undoes: dismissed.editId })
    expect(ledger.byFinding().has(5)).toBe(false)
  })
})

describe('carried out', () => {
  test('a span marked bad keeps its values for the record, with the person and the reason, and can be taken back', async () => {
    const { applyWaiting } = applier()
    const marked = ask({})
    expect(await applyWaiting()).toBe(1)
    const after = await read(POWER, marked.from, marked.to)
    expect([[...after.values], [...after.quality]]).toEqual([[3, 3, 3, 3, 3, 3], new Array(6).fill(QUALITY.bad)])
    const [entry] = await store.tail(0, 10)
    expect(entry).toMatchObject({ source: 'person:7', reason: `test (edit ${marked.editId})` })
    expect(outcome(marked.editId)).toMatchObject({ problem: null, before: 6, written: 6, leftAlone: 0 })
    expect(await applyWaiting()).toBe(0)

    const back = ask({ kind: 'undo', undoes: marked.editId })
    await applyWaiting()
    expect([...(await read(POWER, marked.from, marked.to)).quality]).toEqual(new Array(6).fill(QUALITY.measured))
    expect(outcome(back.editId)).toMatchObject({ written: 6, leftAlone: 0 })
  })

  test('taking back leaves alone what others have written since', async () => {
    const { applyWaiting } = applier()
    const first = ask({ kind: 'set-value', value: 8 })
    await applyWaiting()
    const [id] = await store.lookup([POWER])
    await store.append({ pointIds: Int32Array.of(id!), at: Float64Array.of(first.from), values: Float64Array.of(4.5), quality: new Uint8Array(1) }, { recordedAt: clock.now(), source: 'buildings' })
    const back = ask({ kind: 'undo', undoes: first.editId })
    await applyWaiting()
    expect([...(await read(POWER, first.from, first.to)).values]).toEqual([4.5, 3, 3, 3, 3, 3])
    expect(outcome(back.editId)).toMatchObject({ written: 5, leftAlone: 1 })
  })

  test('a wrong day of powers takes the shape of its weekday, from both sides', async () => {
    const [id] = await store.lookup([POWER])
    const from = FROM + 15 * DAY
    const wrong = Float64Array.from({ length: 144 }, (_, step) => from + step * STEP)
    await store.append({ pointIds: new Int32Array(144).fill(id!), at: wrong, values: wrong.map(() => 40), quality: new Uint8Array(144) }, { recordedAt: FROM, source: 'buildings' })
    const asked = ask({ kind: 'substitute', from, to: from + DAY })
    await applier().applyWaiting()
    const { values, quality } = await read(POWER, from, from + DAY)
    values.forEach((value, step) => expect(value).toBeCloseTo(powerKw(15 * 144 + step), 3))
    expect(new Set(quality)).toEqual(new Set([QUALITY.substituted]))
    expect(outcome(asked.editId)).toMatchObject({ before: 144, written: 144 })
  })

  test('a substituted register rises by what its neighbours say, in the shape of its weekday, and never falls', async () => {
    const [, id] = await store.lookup([POWER, REGISTER])
    const from = FROM + 15 * DAY + 20 * STEP
    const to = from + 2 * DAY
    const stuck = Float64Array.from({ length: 288 }, (_, step) => from + step * STEP)
    await store.append({ pointIds: new Int32Array(288).fill(id!), at: stuck, values: stuck.map(() => 9), quality: new Uint8Array(288) }, { recordedAt: FROM, source: 'buildings' })
    ask({ kind: 'substitute', point: REGISTER, from, to })
    await applier().applyWaiting()
    const { values } = await read(REGISTER, from - STEP, to + STEP)
    values.forEach((value, step) => {
      expect(value).toBeCloseTo(reading(15 * 144 + 19 + step), 0)
      if (step > 0) expect(value).toBeGreaterThanOrEqual(values[step - 1]!)
    })
  })

  test('what cannot be done is refused with its reason and changes nothing', async () => {
    const { applyWaiting } = applier()
    const empty = ask({ from: FROM - 10 * DAY, to: FROM - 9 * DAY })
    const wide = ask({ kind: 'set-value', point: REGISTER, value: 1 })
    const unknown = ask({ point: 'elec.nobody' })
    await applyWaiting()
    expect([empty, wide, unknown].map(({ editId }) => outcome(editId)?.problem)).toEqual([expect.stringContaining('no value'), expect.stringContaining('one reading'), expect.stringContaining('no measurement point')])
    expect(await store.headSeq()).toBe(0)
  })
})

test('a crash at any moment neither loses an edit nor does it twice', async () => {
  const lines = [ask({ kind: 'set-value', value: 8 }), ask({ kind: 'set-value', value: 9, from: FROM + 31 * DAY, to: FROM + 31 * DAY + STEP }), ask({ kind: 'undo', undoes: 'edit-none' })]
  for (const moment of ['before the write', 'after the write'] as const) {
    const dying: TimeSeriesStore = { ...store, async append(batch, provenance) {
      if (moment === 'after the write') await store.append(batch, provenance)
      throw new Error('killed')
    } }
    await expect(applier(dying).applyWaiting()).rejects.toThrow('killed')
    applied.close()
    applied = openAppliedEdits(join(folder, 'applied.sqlite'))
    expect(applied.unfinished()).toHaveLength(1)
  }
  await applier().applyWaiting()
  expect(applied.unfinished()).toEqual([])
  expect((await store.tail(0, 10)).map(({ reason }) => reason)).toEqual(lines.slice(0, 2).map(({ editId }) => `test (edit ${editId})`))
  expect([...(await read(POWER, lines[0]!.from, lines[0]!.to)).values]).toEqual(new Array(6).fill(8))
})

test('a source that only repeats itself does not undo a person, a new value of it counts', async () => {
  const { applyWaiting, kept } = applier()
  const set = ask({ kind: 'set-value', value: 8 })
  await applyWaiting()
  const guarded = kept.guard(store)
  const [id] = await store.lookup([POWER])
  const at = Float64Array.from({ length: 8 }, (_, step) => set.from - STEP + step * STEP)
  const batch = { pointIds: new Int32Array(8).fill(id!), at, values: Float64Array.of(3, 3, 3, 3, 3, 3, 5, 3), quality: new Uint8Array(8) }
  expect(await guarded.append(batch, { recordedAt: clock.now(), source: 'buildings' })).toMatchObject({ stored: 1, deduplicated: 7 })
  expect([...(await read(POWER, set.from, set.to)).values]).toEqual([8, 8, 8, 8, 8, 5])
  expect(await guarded.importSeries(id!, { at, values: batch.values, quality: batch.quality }, { recordedAt: clock.now(), source: 'import:again.csv' })).toMatchObject({ stored: 0, deduplicated: 8 })
  ask({ kind: 'undo', undoes: set.editId })
  await applyWaiting()
  expect([...(await read(POWER, set.from, set.to)).values]).toEqual([3, 3, 3, 3, 3, 5])
})
