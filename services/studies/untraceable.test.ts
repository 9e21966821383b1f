import { expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import type { AppliedEdit, Edit } from '#services/editing/port.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { basisOf, districtThen } from './district-basis.ts'
import type { StudyHead } from './port.ts'
import { traceOfInputs } from './untraceable.ts'

const DAY = 86_400_000
const COMPUTED = Date.UTC(2026, 0, 14)
const NOW = COMPUTED + 30 * DAY
const base = smallDistrict().district
const study: StudyHead = {
  studyId: 's1', title: 'T', version: 1, note: '', createdAt: COMPUTED + 60_000, createdBy: 'Anne', districtVersion: 'v1', computedAt: COMPUTED, baseFrom: COMPUTED - 365 * DAY, baseTo: COMPUTED,
  firstYear: null, answer: 'nothing-needed', recommendedEur: null, sha256: '', signed: null,
}

type Line = Pick<Edit, 'editId'> & Partial<Edit & AppliedEdit>
function traced({ district = base, version = 'v1', lines = [] as Line[] } = {}) {
  const edits = lines.map((line, i): Edit => ({ seq: i + 1, at: COMPUTED, kind: 'mark-bad', point: 'elec.tr.T1.p', from: COMPUTED - 2 * DAY, to: COMPUTED - DAY, reason: 'r', value: null, findingId: null, undoes: null, personId: 1, person: 'A', ...line }))
  const applied = new Map(lines.filter(({ appliedAt }) => appliedAt !== undefined).map((line) => [line.editId, { problem: null, before: 6, written: 6, leftAlone: 0, ...line } as AppliedEdit]))
  return traceOfInputs({
    district: { district, version }, now: () => NOW,
    edits: { after: (seq, limit) => edits.filter((edit) => edit.seq > seq).slice(0, limit) },
    appliedEdits: { of: (ids) => new Map(ids.flatMap((id) => (applied.has(id) ? [[id, applied.get(id)!]] : []))) },
    kept: { basis: () => basisOf(base), otherDistrictAt: () => COMPUTED + 5 * DAY },
  })(study)
}

test('nothing has changed: nothing is listed', () => {
  expect(traced()).toEqual([])
})

test('edits of the base year that were carried out since, and no others', () => {
  const transformer = base.network.transformers[0]!.id
  const point = `elec.tr.${transformer}.p`
  const since = COMPUTED + DAY
  expect(traced({ lines: [
    { editId: 'touches', point, appliedAt: since }, { editId: 'again', point, appliedAt: since + 1 },
    { editId: 'before', point: 'elec.hv.H1.p', appliedAt: COMPUTED - 1 }, { editId: 'waits', point: 'elec.hv.H1.p' }, { editId: 'failed', point: 'elec.hv.H1.p', appliedAt: since, problem: 'none' },
    { editId: 'later', point: 'elec.hv.H1.p', from: COMPUTED, to: COMPUTED + DAY, appliedAt: since }, { editId: 'earlier', point: 'elec.hv.H1.p', from: study.baseFrom - DAY, to: study.baseFrom, appliedAt: since },
    { editId: 'decision', kind: 'accept', point: 'elec.hv.H1.p', appliedAt: since }, { editId: 'nothing', point: 'elec.hv.H1.p', written: 0, appliedAt: since },
  ] })).toEqual([{ what: `edited ${point}`, since }])
})

test('delivery points are counted, not named', () => {
  const told = traced({ lines: [{ editId: 'a', point: 'elec.dp.dp0.p', appliedAt: NOW }, { editId: 'b', point: 'elec.dp.dp2.e', appliedAt: NOW - 1 }, { editId: 'c', point: 'gone.from.document', appliedAt: NOW }] })
  expect(told).toEqual([{ what: 'edited delivery-points (3)', since: NOW - 1 }])
})

test('an edit taken back whole is none; taken back in part it is one', () => {
  const pair = (leftAlone: number): Line[] => [{ editId: 'e', point: 'elec.hv.H1.p', appliedAt: NOW - 2 }, { editId: 'u', kind: 'undo', undoes: 'e', point: 'elec.hv.H1.p', appliedAt: NOW - 1, leftAlone }]
  expect(traced({ lines: pair(0) })).toEqual([])
  expect(traced({ lines: pair(2) })).toEqual([{ what: 'edited elec.hv.H1.p', since: NOW - 2 }])
  // The edit was there when the study was made: only its going is news.
  expect(traced({ lines: [{ editId: 'e', appliedAt: COMPUTED - 1 }, pair(0)[1]!] })).toEqual([{ what: 'edited elec.hv.H1.p', since: NOW - 1 }])
})

test('more edits than are read at once', () => {
  const many = Array.from({ length: 2_500 }, (_, i): Line => ({ editId: `e${i}`, point: 'elec.hv.H1.p', appliedAt: NOW - i }))
  expect(traced({ lines: many })).toEqual([{ what: 'edited elec.hv.H1.p', since: NOW - 2_499 }])
})

test('another district: open parts by their entries, lists of people as a whole, long lists counted', () => {
  const section = base.network.lineSections[0]!
  const district: District = {
    ...base, thresholds: { ...base.thresholds, limitLoadingPct: 90 }, holders: base.holders.slice(1),
    network: { ...base.network, lineSections: base.network.lineSections.map((one) => (one.id === section.id ? { ...one, lengthKm: 9 } : one)), transformers: base.network.transformers.slice(1), boundaryLoads: [] },
  }
  const since = COMPUTED + 5 * DAY
  expect(traced({ district, version: 'v2' })).toEqual([
    { what: `removed network/transformers/${base.network.transformers[0]!.id}`, since },
    { what: 'changed thresholds', since }, { what: `changed network/lineSections/${section.id}`, since }, { what: 'changed holders', since },
  ])
  const shorter = { ...base, network: { ...base.network, junctions: base.network.junctions.map((one) => ({ ...one, name: 'x' })) } } as unknown as District
  expect(traced({ district: shorter, version: 'v3' })).toEqual([{ what: `changed network/junctions (${base.network.junctions.length})`, since }])
})

test('a consent that has ended since, by its date', () => {
  const consents = (validTo: string | undefined) => [{ validFrom: '2020-01-01T00:00:00Z', validTo, purpose: 'supervision', granularity: 'load-curve' as const }]
  const ends = [new Date(COMPUTED + DAY).toISOString(), new Date(COMPUTED + 2 * DAY).toISOString(), new Date(COMPUTED - DAY).toISOString(), new Date(NOW + DAY).toISOString(), undefined]
  const district = { ...base, deliveryPoints: base.deliveryPoints.map((point, i) => (i < ends.length ? { ...point, consents: consents(ends[i]) } : point)) }
  expect(traced({ district })).toEqual([{ what: 'consents-ended (2)', since: COMPUTED + DAY }])
})

test('a line is waited for until collect has carried it out', () => {
  let isDone = false
  const line: Edit = { seq: 7, editId: 'e', at: COMPUTED, kind: 'mark-bad', point: 'elec.hv.H1.p', from: COMPUTED - 2 * DAY, to: COMPUTED - DAY, reason: 'r', value: null, findingId: null, undoes: null, personId: 1, person: 'A' }
  const trace = traceOfInputs({
    district: { district: base, version: 'v1' }, now: () => NOW, kept: { basis: () => undefined, otherDistrictAt: () => undefined },
    edits: { after: (seq) => (seq < line.seq ? [line] : []) },
    appliedEdits: { of: (ids) => new Map(isDone ? ids.map((editId) => [editId, { editId, appliedAt: NOW, problem: null, before: 6, written: 6, leftAlone: 0 }]) : []) },
  })
  expect(trace(study)).toEqual([])
  isDone = true
  for (let asked = 0; asked < 2; asked += 1) expect(trace(study)).toEqual([{ what: 'edited elec.hv.H1.p', since: NOW }])
})

test('the district as it was: what a study reads of then, what names people of now', () => {
  const later: District = { ...base, notice: { fr: 'n', en: 'n' }, network: { ...base.network, lineSections: [] }, holders: [] }
  expect(districtThen(later, basisOf(base))).toEqual({ ...base, holders: [] })
})
