/**
 * What of a study's inputs is no longer as it was when it was computed. Known are: edits that people made in the base year, consents that
 * have ended, and another version of the district document. NOT known are values that a source or an import has revised since (revisions
 * are kept, but no list of them over all points), and what the retention of an InfluxDB has deleted: there the frozen year alone tells.
 */
import type { District } from '#models/district/schema.ts'
import { consentedAt, holdingAt } from '#models/district/at.ts'
import type { AppliedEdit, AppliedEditsReader, Edit, EditLedgerReader } from '#services/editing/port.ts'
import { isDecision } from '#services/editing/port.ts'
import { basisDifference, basisOf, type DistrictBasis } from './district-basis.ts'
import type { KeptStudiesReader, StudyHead } from './port.ts'

export interface Untraceable {
  /** `changed network/lineSections/L1`, `added` and `removed` alike; `changed deliveryPoints`, `edited elec.tr.T1.p`, `edited delivery-points (3)`, `consents-ended (2)`. */
  readonly what: string
  readonly since: number
}

export interface InputsNow {
  readonly district: { readonly district: District; readonly version: string }
  readonly edits: Pick<EditLedgerReader, 'after'>
  readonly appliedEdits: Pick<AppliedEditsReader, 'of'>
  readonly kept: Pick<KeptStudiesReader, 'basis' | 'otherDistrictAt'>
  now(): number
}

/** More entries of one list than this are counted, not named. */
const MOST_NAMED = 5
const AT_ONCE = 1_000

/** Asks again at each call; what changed in the district is worked out once a study, as the district of a process stays. */
export function traceOfInputs(inputs: InputsNow): (study: StudyHead) => readonly Untraceable[] {
  const { district: { district, version }, kept } = inputs
  const now = basisOf(district)
  const edits = carriedOutEdits(inputs)
  const changes = new Map<string, readonly string[]>()
  const changesOf = ({ studyId, districtVersion }: StudyHead): readonly string[] => {
    if (districtVersion === version) return []
    const known = changes.get(studyId) ?? districtChanges(kept.basis(studyId), now)
    changes.set(studyId, known)
    return known
  }
  return (study) => [
    ...changesOf(study).map((what) => ({ what, since: kept.otherDistrictAt(study.districtVersion, study.createdAt) ?? inputs.now() })),
    ...endedConsents(district, study.computedAt, inputs.now()),
    ...editedSince(district, edits(), study),
  ]
}

function districtChanges(before: DistrictBasis | undefined, now: DistrictBasis): string[] {
  if (before === undefined) return []
  const { added, removed, changed } = basisDifference(before, now)
  return [['added', added], ['removed', removed], ['changed', changed]].flatMap(([kind, paths]) => {
    const byList = Map.groupBy(paths as readonly string[], (path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))) || path)
    return [...byList].flatMap(([list, ones]) => (ones.length > MOST_NAMED ? [`${kind as string} ${list} (${ones.length})`] : ones.map((path) => `${kind as string} ${path}`)))
  })
}

/** Delivery points whose curves the study could use and may not be collected now, by the dates in the document. */
function endedConsents({ deliveryPoints }: District, computedAt: number, now: number): Untraceable[] {
  const ends = deliveryPoints.flatMap((point) => {
    if (!consentedAt(point, computedAt, 'load-curve') || consentedAt(point, now, 'load-curve')) return []
    return [Date.parse(holdingAt(point.consents!.filter(({ granularity }) => granularity === 'load-curve'), computedAt)!.validTo!)]
  })
  return ends.length === 0 ? [] : [{ what: `consents-ended (${ends.length})`, since: Math.min(...ends) }]
}

type CarriedOut = Edit & { readonly done: AppliedEdit }

/** Edits that changed values, as the ledger grows: each line is read once, and asked after until collect has decided it. */
function carriedOutEdits({ edits, appliedEdits }: Pick<InputsNow, 'edits' | 'appliedEdits'>): () => readonly CarriedOut[] {
  const carriedOut: CarriedOut[] = []
  let waiting: Edit[] = []
  let lastSeq = 0
  return () => {
    for (let lines; (lines = edits.after(lastSeq, AT_ONCE)).length > 0; lastSeq = lines.at(-1)!.seq) waiting.push(...lines.filter(({ kind }) => !isDecision(kind)))
    const applied = appliedEdits.of(waiting.map(({ editId }) => editId))
    for (const edit of waiting) {
      const done = applied.get(edit.editId)
      if (done !== undefined && done.problem === null && done.written > 0) carriedOut.push({ ...edit, done })
    }
    waiting = waiting.filter(({ editId }) => !applied.has(editId))
    return carriedOut
  }
}

/** Of the base year, carried out after the study, without those that were taken back whole. Whoever lives behind a delivery point is not named. */
function editedSince({ deliveryPoints, measurementPoints }: District, edits: readonly CarriedOut[], { computedAt, baseFrom, baseTo }: StudyHead): Untraceable[] {
  const since = new Map(edits.filter(({ from, to, done }) => from < baseTo && to > baseFrom && done.appliedAt > computedAt).map((edit) => [edit.editId, edit]))
  for (const { editId, undoes, done } of [...since.values()]) {
    if (undoes !== null && done.leftAlone === 0 && since.delete(undoes)) since.delete(editId)
  }
  const ofPeople = new Set(deliveryPoints.map(({ id }) => id))
  const placeOf = new Map(measurementPoints.map(({ id, on }) => [id, on]))
  const byWhat = Map.groupBy(since.values(), ({ point }) => (ofPeople.has(placeOf.get(point) ?? '') || !placeOf.has(point) ? 'delivery-points' : point))
  return [...byWhat].map(([what, ones]) => ({ what: what === 'delivery-points' ? `edited ${what} (${ones.length})` : `edited ${what}`, since: Math.min(...ones.map(({ done }) => done.appliedAt)) }))
}
