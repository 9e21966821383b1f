/**
 * Shapes shared by every tree of the API. Instants are UTC epoch milliseconds, `at` is the start of an interval, steps
 * are seconds, units stand in names, a missing value is `null` and never 0. Power drawn from the network is positive.
 */
import { Type, type Static, type TProperties, type TSchema, type TUnsafe } from 'typebox'

export const object = <P extends TProperties>(properties: P, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })
export const oneOf = <const T extends string>(...values: T[]) => Type.Unsafe<T>({ type: 'string', enum: values })
/** Scalars get a list of types, not a union of schemas: the serialiser is many times faster on long columns. */
export const nullable = <T extends TSchema>(schema: T): TUnsafe<Static<T> | null> => {
  const { type, ...rest } = schema as unknown as { type?: string; properties?: unknown }
  const scalar = type === 'number' || type === 'integer' || (type === 'string' && !('enum' in rest))
  return Type.Unsafe<Static<T> | null>(scalar ? { ...rest, type: [type, 'null'] } : Type.Union([schema, Type.Null()]))
}

export const EARLIEST_AT = Date.UTC(2000, 0, 1)
export const LATEST_AT = Date.UTC(2100, 0, 1)
export const Instant = (description = 'UTC epoch milliseconds') => Type.Number({ minimum: EARLIEST_AT, maximum: LATEST_AT, description })
export const ElementId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$' })
export const LocalText = object({ fr: Type.String(), en: Type.String() })
export type LocalText = Static<typeof LocalText>

export const Quality = oneOf('measured', 'uncertain', 'substituted', 'estimated', 'forecast', 'bad', 'missing')
export type Quality = Static<typeof Quality>

/** `starting`: nothing has been computed or received yet; the page says so instead of an error. */
export const Readiness = oneOf('starting', 'ready')
export type Readiness = Static<typeof Readiness>

/** Columns of equal length, ascending in `at`. */
export const SeriesColumns = object({
  at: Type.Array(Type.Number()),
  values: Type.Array(nullable(Type.Number())),
  quality: Type.Array(Quality),
})
export type SeriesColumns = Static<typeof SeriesColumns>

/** Rows for people with a spreadsheet. Chosen by `format=csv` or by `Accept: text/csv`. */
export const Format = Type.Optional(oneOf('json', 'csv'))
export const FormatQuery = object({ format: Format })
export const IntervalQuery = object({ from: Instant(), to: Instant(), format: Format })
export type IntervalQuery = Static<typeof IntervalQuery>

/** RFC 9457, made from the registry of error codes. */
export const Problem = object({
  type: Type.String({ description: 'address of the code in the page of errors' }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'stable: PF_...' }),
  detail: Type.String(),
  remedy: Type.String(),
  field: Type.Optional(Type.String({ description: 'field of the request the problem is about' })),
  requestId: Type.String({ description: 'finds the log lines of this request' }),
})
export type Problem = Static<typeof Problem>
