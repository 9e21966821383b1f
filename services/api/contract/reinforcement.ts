/** Reinforce or not: runs of a study, the studies that are kept, and what is printed of them. Money and units as in the study itself. */
import { Type, type Static } from 'typebox'
import type { Study } from '#models/district/schema-study.ts'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { Instant, nullable, object, oneOf } from './common.ts'

export const RunId = Type.String({ pattern: '^[A-Za-z0-9_-]{8,64}$' })
export const StudyId = Type.String({ pattern: '^[A-Za-z0-9_-]{4,64}$' })
const Result = Type.Unsafe<StudyResult>({ type: 'object', additionalProperties: true, description: 'the study: docs/study.md' })

/** What the page begins with: the study of the document (or what `growth` makes of it), and the newest run of this session. */
export const ReinforcementStart = object({
  study: Type.Unsafe<Static<typeof Study>>({ type: 'object', additionalProperties: true }),
  /** False: the document has no study of its own; scenarios are made of `growth`. */
  ownStudy: Type.Boolean(),
  districtVersion: Type.String(),
})
export type ReinforcementStart = Static<typeof ReinforcementStart>

/**
 * A number of the study that the page sets: a path such as `scenarios.trend.electricVehicles.vehicles.2041`, `money.discountPct` or
 * `toYear`; parts of lists are named by their id or year.
 */
export const StudyChange = object({ path: Type.String({ maxLength: 200 }), value: Type.Number() })
export type StudyChange = Static<typeof StudyChange>

export const BeginRun = object({ changes: Type.Array(StudyChange, { maxItems: 100 }), depth: oneOf('full', 'quick') })
export type BeginRun = Static<typeof BeginRun>
export const BegunRun = object({ runId: RunId })
export type BegunRun = Static<typeof BegunRun>

export const STUDY_PHASES = ['waiting', 'reading', 'loads', 'constraints', 'choosing', 'checking', 'sensitivities', 'done'] as const
export const RunAnswer = object({
  runId: RunId,
  status: oneOf('running', 'done', 'failed', 'cancelled'),
  phase: oneOf(...STUDY_PHASES),
  progressPct: Type.Number(),
  problem: nullable(Type.String()),
  result: nullable(Result),
})
export type RunAnswer = Static<typeof RunAnswer>

export const KeptStudy = object({
  studyId: StudyId,
  title: Type.String(),
  /** Counts up within a title: a study that is run again is a new version. */
  version: Type.Integer(),
  createdAt: Instant(),
  createdBy: Type.String(),
  signedAt: nullable(Instant()),
  signedBy: nullable(Type.String()),
  /** SHA-256 of what was signed, hex; null before. */
  sha256: nullable(Type.String()),
  firstYear: nullable(Type.Integer()),
  answer: Type.String(),
  recommendedEur: nullable(Type.Number()),
  /**
   * Inputs that have changed since; the frozen aggregates are what a rerun reads. `what` is one of `changed|added|removed PATH` of the
   * district document (with `(N)`: so many of that list), `edited POINT`, `edited delivery-points (N)`, `consents-ended (N)`; in words:
   * `untraceableText`.
   */
  untraceable: Type.Array(object({ what: Type.String(), since: Instant() })),
})
export type KeptStudy = Static<typeof KeptStudy>
export const KeptStudies = object({ studies: Type.Array(KeptStudy) })
export type KeptStudies = Static<typeof KeptStudies>
export const KeepStudy = object({ runId: RunId, title: Type.String({ minLength: 1, maxLength: 120 }), note: Type.Optional(Type.String({ maxLength: 2000 })) })
export type KeepStudy = Static<typeof KeepStudy>
/** What was done with a study and by whom, oldest first; `differing`: paths in which a rerun came out otherwise. */
export const StudyEvent = object({ at: Instant(), act: oneOf('kept', 'signed', 'rerun'), person: Type.String(), differing: Type.Array(Type.String()) })
export const StudyAnswer = object({
  kept: KeptStudy, note: Type.String(), result: Result,
  /** holds: unchanged since it was signed here. other-key: unchanged, but signed by another installation. changed: not what was kept. */
  verification: Type.Optional(oneOf('unsigned', 'holds', 'changed', 'other-key')),
  events: Type.Optional(Type.Array(StudyEvent)),
})
export type StudyAnswer = Static<typeof StudyAnswer>

export const ComparisonQuery = object({ one: StudyId, other: StudyId })

/** Figures of two studies side by side, and every assumption in which they differ. */
export const StudyComparison = object({
  one: KeptStudy, other: KeptStudy,
  figures: Type.Array(object({ figure: Type.String(), one: nullable(Type.Number()), other: nullable(Type.Number()), unit: Type.String() })),
  assumptions: Type.Array(object({ path: Type.String(), one: nullable(Type.String()), other: nullable(Type.String()) })),
  measures: Type.Array(object({ option: Type.String(), oneFrom: nullable(Type.Integer()), otherFrom: nullable(Type.Integer()) })),
})
export type StudyComparison = Static<typeof StudyComparison>

/** Of a rerun over the frozen aggregates: whether every figure came out the same. */
export const RerunAnswer = object({ status: oneOf('running', 'done', 'failed'), progressPct: Type.Number(), same: nullable(Type.Boolean()), differing: Type.Array(Type.String()), problem: nullable(Type.String()) })
export type RerunAnswer = Static<typeof RerunAnswer>

export const DOCUMENT_FORMATS = ['html', 'pdf', 'xlsx', 'json', 'tender'] as const
export const DocumentQuery = object({ format: oneOf(...DOCUMENT_FORMATS), lang: Type.Optional(oneOf('fr', 'en')) })
