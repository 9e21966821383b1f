import { needsConsent } from '#models/consent/standing.ts'
import { retentionAt } from '#models/retention/rules.ts'
import type { Consents } from '#services/consents/consents.ts'
import { CONSENT_TEXTS } from '#services/consents/texts.ts'
import type { Principal } from '#services/directory/port.ts'
import { heldDeliveryPoints, type HeldDeliveryPoint } from '#services/directory/scope.ts'
import { orNull } from '../columns.ts'
import { EARLIEST_AT } from '../contract/common.ts'
import type { ConsentEntry, ErasureView, OwnRecord, Reading, ResidentPoint } from '../contract/resident.ts'
import type { ApiDeps } from '../deps.ts'

export type RecordDeps = Pick<ApiDeps, 'district' | 'clock' | 'directory' | 'consents' | 'erasures' | 'erasedMeasured' | 'erasedDerived'> & {
  /** What stands in the ledger of these dependencies; one for all requests. */
  readonly consentRules: Consents
}

const READINGS_SHOWN = 500
export const personRef = ({ personId }: Pick<Principal, 'personId'>): string => `person:${personId}`
export const instantOf = (at: number): number => Math.max(at, EARLIEST_AT)

/** Everything the service keeps of this person apart from the values themselves, each within the time in which it is the person's own. */
export function ownRecord(deps: RecordDeps, principal: Principal): OwnRecord {
  const { clock, district: { district } } = deps
  const held = heldDeliveryPoints(district, principal)
  const now = clock.now()
  return {
    points: held.map((one) => pointView(deps, one, now)),
    standing: standingOf(deps, held),
    history: historyOf(deps, held),
    texts: [...CONSENT_TEXTS],
    readings: readingsOf(deps, principal, held),
    erasures: erasuresOf(deps, principal),
    retention: plain(retentionAt(district, now)),
  }
}

export const plain = ({ householdCurveMonths, householdDailyMonths, householdAfterContractDays, firmAfterContractMonths, withdrawnDays, takenFileDays, accessLogMonths, sessionDays }: OwnRecord['retention']): OwnRecord['retention'] =>
  ({ householdCurveMonths, householdDailyMonths, householdAfterContractDays, firmAfterContractMonths, withdrawnDays, takenFileDays, accessLogMonths, sessionDays })

function pointView({ district: { district }, consentRules }: RecordDeps, { deliveryPoint, from, to }: HeldDeliveryPoint, now: number): ResidentPoint {
  const kinds = new Map(district.holders.map(({ id, kind }) => [id, kind]))
  const isCurrent = from <= now && now < to
  return {
    deliveryPointId: deliveryPoint.id,
    siteName: district.sites.find(({ id }) => id === deliveryPoint.site)?.name ?? deliveryPoint.site,
    carrier: deliveryPoint.carrier,
    subscribedPowerKva: deliveryPoint.subscribedPowerKva ?? null,
    heldFrom: instantOf(from), heldTo: orNull(to), isCurrent,
    needsConsent: needsConsent(deliveryPoint, kinds, isCurrent ? now : from),
    collected: isCurrent ? consentRules.mayCollect(deliveryPoint.id, now) : 'none',
    measurementPoints: district.measurementPoints.filter(({ on }) => on === deliveryPoint.id).map(({ id, unit, stepS }) => ({ id, unit, stepS })),
  }
}

function standingOf({ consentRules }: RecordDeps, held: readonly HeldDeliveryPoint[]): OwnRecord['standing'] {
  return held.flatMap(({ deliveryPoint, holder, from, to }) =>
    consentRules.standing(deliveryPoint.id)
      .filter((one) => one.holder === holder && one.from < to && one.to > from)
      .map((one) => ({ deliveryPointId: deliveryPoint.id, purpose: one.purpose, granularity: one.granularity, from: instantOf(one.from), to: orNull(one.to), givenBefore: one.seq === 0 })))
}

export function historyOf({ consents }: Pick<RecordDeps, 'consents'>, held: readonly HeldDeliveryPoint[]): ConsentEntry[] {
  const own = new Set(held.map(({ deliveryPoint, holder }) => `${holder} ${deliveryPoint.id}`))
  return [...new Set(held.map(({ holder }) => holder))].flatMap((holder) => consents.ofHolder(holder)).filter(({ holder, deliveryPoint }) => own.has(`${holder} ${deliveryPoint}`)).map((line) => ({
    at: line.at, kind: line.kind, deliveryPointId: line.deliveryPoint, purpose: line.purpose, granularity: line.granularity, from: orNull(line.from), to: orNull(line.to),
    textVersion: line.textVersion, textSha256: line.textSha256, way: line.way,
  }))
}

/** Who read it while it was this person's: what was read of a former tenant is that tenant's to know. */
export function readingsOf({ directory, clock }: Pick<RecordDeps, 'directory' | 'clock'>, principal: Principal, held: readonly HeldDeliveryPoint[]): Reading[] {
  const speed = clock.speed
  return held.flatMap(({ deliveryPoint, from, to }) => {
    // Readings are dated by real time, holders by the Clock; where the two run apart only what is current can be told from what is former.
    const isOwn = (at: number) => (speed === 1 ? from <= at && at < to : from <= clock.now() && clock.now() < to)
    return directory.accesses(deliveryPoint.id).filter(({ at }) => isOwn(at)).map(({ at, personId, route }): Reading => ({
      at, deliveryPointId: deliveryPoint.id, route, by: personId === principal.personId ? 'self' : (directory.principal(personId)?.roles[0] ?? 'unknown'),
    }))
  }).sort((a, b) => b.at - a.at).slice(0, READINGS_SHOWN)
}

export function erasuresOf({ erasures, erasedMeasured, erasedDerived }: Pick<RecordDeps, 'erasures' | 'erasedMeasured' | 'erasedDerived'>, principal: Principal): ErasureView[] {
  return erasures.after(0).filter((one) => one.personRef === personRef(principal)).flatMap(({ erasureId, at, spans }) => {
    const removed = [erasedMeasured.removedBy(erasureId), erasedDerived.removedBy(erasureId)]
    const isDone = removed.every((count) => count !== undefined)
    return spans.map(({ deliveryPoint, from, to }): ErasureView => ({ erasureId, at, deliveryPointId: deliveryPoint, from: instantOf(from), to, state: isDone ? 'done' : 'waiting', removed: isDone ? removed[0]! + removed[1]! : null }))
  })
}
