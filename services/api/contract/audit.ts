/** Who did what and read whose figures, for the data officer. */
import { Type, type Static } from 'typebox'
import { Format, Instant, nullable, object, oneOf } from './common.ts'

export const AuditKindName = oneOf(
  'reading', 'sign-in', 'sign-out', 'sign-in-refused', 'sessions-ended', 'rights', 'consent', 'edit', 'import', 'study', 'signature', 'release',
  'activation', 'token-made', 'token-used', 'token-revoked', 'token-refused', 'export', 'erasure', 'audit-read', 'act', 'not-done', 'log-broken',
)
export type AuditKindName = Static<typeof AuditKindName>

const Name = Type.String({ minLength: 1, maxLength: 120 })
export const AuditQuery = object({
  subject: Type.Optional(Type.Unsafe<string>({ ...Name, description: 'id of a delivery point, a person, a holder' })),
  actor: Type.Optional(Type.Unsafe<string>({ ...Name, description: 'name or number of a person, name of a token' })),
  kind: Type.Optional(AuditKindName),
  from: Type.Optional(Instant()),
  to: Type.Optional(Instant()),
  before: Type.Optional(Type.Integer({ minimum: 1, description: 'entries older than this one' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000 })),
  format: Format,
})

/** `erased`: who it was has been taken away; `id` tells two of them apart and nothing more. */
const PartyView = object({ kind: oneOf('person', 'token', 'delivery-point', 'holder', 'element', 'record', 'erased'), id: Type.String(), name: nullable(Type.String()) })
export const AuditEntryView = object({
  seq: Type.Integer(),
  at: Type.Number(),
  kind: AuditKindName,
  /** null: the service itself, or somebody who is not known. */
  actor: nullable(PartyView),
  act: Type.String({ description: 'address without ids, or what was done' }),
  subject: nullable(PartyView),
  reason: nullable(Type.String()),
  sha256: Type.String(),
})
export type AuditEntryView = Static<typeof AuditEntryView>

/** Newest first. `next`: to be sent as `before` for those that follow; null: these were the last. */
export const AuditEntries = object({ entries: Type.Array(AuditEntryView), next: nullable(Type.Integer()) })
export type AuditEntries = Static<typeof AuditEntries>

/** Whether every entry is as it was written. `vouchedFor`: up to here a head that was told outside says so. */
export const AuditChain = object({
  holds: Type.Boolean(),
  checkedAt: Type.Number(),
  entries: Type.Integer(),
  heads: Type.Integer(),
  outsideHeads: Type.Integer(),
  vouchedFor: Type.Integer(),
  /** False: the second place lies beside the log. */
  headsElsewhere: Type.Boolean(),
  newestHead: nullable(object({ seq: Type.Integer(), at: Type.Number(), sha256: Type.String(), publicKey: Type.String() })),
  fault: nullable(object({ seq: nullable(Type.Integer()), what: Type.String() })),
})
export type AuditChain = Static<typeof AuditChain>
