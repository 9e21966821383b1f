import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { CORRECTION_SUBSTITUTION } from '#models/load-curve/substitution.ts'
import type { Principal } from '#services/directory/port.ts'
import { isDecision, type EditLedgerReader, type NewEdit } from '#services/editing/port.ts'
import type { MeterFindingsReader } from '#services/evaluation/meter-findings.ts'
import type { NewEditBody } from '../contract/validation.ts'

/** A span that a person corrects in one go: longer than what a profile may fill makes no sense. */
const LONGEST_MS = CORRECTION_SUBSTITUTION.similarDayUpToS * 1000

export interface EditSurroundings {
  readonly district: District
  readonly findings: Pick<MeterFindingsReader, 'finding'>
  readonly ledger: Pick<EditLedgerReader, 'edit'>
  readonly now: number
}

/** What a person asks for as a line of the ledger. @throws PF_REQUEST_INVALID naming the field */
export async function newEdit(body: NewEditBody, person: Pick<Principal, 'personId' | 'name'>, around: EditSurroundings): Promise<NewEdit> {
  const base = {
    editId: body.editId, kind: body.kind, reason: body.reason.trim(), value: null, findingId: null, undoes: null, personId: person.personId, person: person.name,
  }
  if (body.kind === 'undo') {
    const former = body.undoes === undefined ? undefined : around.ledger.edit(body.undoes)
    if (former === undefined) throw refused('undoes', 'There is no such edit to take back.')
    if (former.kind === 'undo') throw refused('undoes', 'An undo is not taken back; make the edit again.')
    return { ...base, point: former.point, from: former.from, to: former.to, undoes: former.editId }
  }
  const found = body.findingId === undefined ? undefined : await around.findings.finding(body.findingId)
  if (body.findingId !== undefined && found === undefined) throw refused('findingId', 'There is no such finding.')
  if (isDecision(body.kind)) {
    if (found === undefined) throw refused('findingId', 'A decision names its finding.')
    return { ...base, point: found.point, from: found.from, to: found.to, findingId: found.findingId }
  }
  const point = around.district.measurementPoints.find(({ id }) => id === body.point)
  if (point === undefined) throw refused('point', `There is no measurement point ${body.point ?? ''}.`)
  const { from, to } = body
  if (from === undefined || to === undefined || !(from < to)) throw refused('from', 'from must lie before to.')
  if (to > around.now) throw refused('to', 'The span must have ended.')
  if (to - from > LONGEST_MS) throw refused('to', `At most ${LONGEST_MS / 86_400_000} days in one edit.`)
  if (body.kind !== 'set-value') return { ...base, point: point.id, from, to, findingId: body.findingId ?? null }
  if (body.value === undefined) throw refused('value', 'Give the value, in the unit of the point.')
  const { min = -Infinity, max = Infinity, unit } = point
  if (body.value < min || body.value > max) throw refused('value', `The point takes values from ${min} to ${max} ${unit}.`)
  return { ...base, point: point.id, from, to, value: body.value, findingId: body.findingId ?? null }
}

const refused = (field: string, detail: string): PenfeldError => new PenfeldError('PF_REQUEST_INVALID', detail, { where: `body/${field}` })
