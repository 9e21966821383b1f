import { Type, type Static } from 'typebox'
import { oneOf } from '#models/district/schema-parts.ts'
import { TableMapping } from '../files/profile.ts'

const strict = { additionalProperties: false } as const
const Name = Type.String({ minLength: 1 })
/** RFC 6901; empty is the whole. */
const Pointer = Type.String({ pattern: '^(/([^/~]|~[01])*)*$', maxLength: 200 })
const Texts = Type.Array(Type.String(), { minItems: 1, maxItems: 50 })

/** What is asked, and how much of it at once. */
export const HttpRequest = Type.Object({
  /** Behind the address of the source; `{address}` (or `{usagePointId}`), `{from}`, `{to}`, `{date}` and any option of the source are filled in. */
  path: Type.String({ pattern: '^/' }),
  format: Type.Optional(oneOf('json', 'ndjson', 'csv')),
  accept: Type.Optional(Name),
  /** Absent: the answer holds all there is, and is asked again each period. */
  window: Type.Optional(Type.Object({
    format: oneOf('date', 'iso', 'epoch-s', 'epoch-ms'),
    /** The longest interval the service answers for. */
    mostDays: Type.Number({ exclusiveMinimum: 0, maximum: 3_660 }),
    /** How far back a source without stored values begins. */
    backfillDays: Type.Number({ minimum: 0, maximum: 3_660 }),
    /** Asked again each time, because values come late or are corrected. */
    overlapDays: Type.Number({ minimum: 0, maximum: 366 }),
    /** The service gives its last day too, where we count up to a day and without it. */
    lastIncluded: Type.Optional(Type.Boolean()),
    /** Only days that are over: the service refuses a day that has not ended. */
    endedDays: Type.Optional(Type.Boolean()),
    /** The service foretells: asked up to so far ahead, each answer is an issue. */
    aheadDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 16 })),
  }, strict)),
  /** Answers that mean there is nothing for the interval. */
  emptyStatus: Type.Optional(Type.Array(Type.Integer({ minimum: 400, maximum: 499 }), { maxItems: 5 })),
}, strict)

/** How the service knows us. The secrets themselves are in variables that the options of the source name. */
export const HttpAuth = Type.Union([
  Type.Object({ kind: Type.Literal('client-credentials'), tokenPath: Type.Optional(Type.String({ pattern: '^/' })), scope: Type.Optional(Name), secretIn: Type.Optional(oneOf('header', 'body')) }, strict),
  Type.Object({ kind: Type.Literal('key'), header: Type.String({ pattern: '^[A-Za-z0-9-]{1,60}$' }), prefix: Type.Optional(Type.String()) }, strict),
])

const Quota = Type.Object({ calls: Type.Integer({ minimum: 1 }), perS: Type.Number({ exclusiveMinimum: 0 }) }, strict)

/** Where an answer has what. */
export const HttpMapping = Type.Object({
  /** The list of rows; with `columns` the object whose members are lists of equal length. */
  rows: Pointer,
  columns: Type.Optional(Type.Boolean()),
  /** Rows within each row. */
  inner: Type.Optional(Pointer),
  time: Type.Object({
    pointer: Pointer,
    /** `iso`, `epoch-s`, `epoch-ms`, or a pattern of yyyy, yy, MM, dd, HH, mm, ss, Z. */
    format: Name,
    zone: Type.Optional(Name),
    /** The time stands in the outer row, the hour of the wall clock in the inner one. */
    hour: Type.Optional(Pointer),
    stamp: Type.Optional(oneOf('start', 'end')),
    /** Length of the interval: in minutes (1440 is one local day), or where each row has it as PT30M. */
    stepMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_440 })),
    step: Type.Optional(Pointer),
  }, strict),
  /** What must stand in the whole answer, else nothing of it is used: the unit, the meter. */
  expect: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** A null is a value that is not known yet, and not one that will never be. */
  nullIsLater: Type.Optional(Type.Boolean()),
  /** Of every value, where the service measures nothing itself. */
  quality: Type.Optional(oneOf('measured', 'uncertain', 'estimated', 'forecast')),
  /** What a row says of its value; whatever is not named is measured. */
  qualityOf: Type.Optional(Type.Object({ pointer: Pointer, uncertain: Type.Optional(Texts), estimated: Type.Optional(Texts), bad: Type.Optional(Texts) }, strict)),
}, strict)

/** A profile of an HTTP service: request, sign-in, quota and where the answer has what. */
export const httpProfile = {
  device: {
    request: HttpRequest,
    auth: Type.Optional(HttpAuth),
    /** All of them hold; none is ever exceeded, also over restarts. */
    quota: Type.Optional(Type.Array(Quota, { minItems: 1, maxItems: 5 })),
    mapping: Type.Optional(HttpMapping),
    /** Of an answer in CSV. */
    table: Type.Optional(TableMapping),
  },
  channel: {
    /** The value in a row. */
    pointer: Type.Optional(Pointer),
    column: Type.Optional(Name),
    /** Where it differs from the other values of a row: a mean of the hour before beside a temperature of the moment. */
    stamp: Type.Optional(oneOf('start', 'end')),
    stepMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_440 })),
  },
}

export type HttpRequest = Static<typeof HttpRequest>
export type HttpAuth = Static<typeof HttpAuth>
export type HttpQuota = Static<typeof Quota>
export type HttpMapping = Static<typeof HttpMapping>
