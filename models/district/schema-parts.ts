/** What the schemas of the district document are made of. */
import { Type, type Static, type TProperties, type TUnsafe } from 'typebox'

export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$'
export const Id = () => Type.String({ pattern: ID_PATTERN })
export const Instant = () => Type.String({ format: 'date-time' })
/** A day on the wall calendar of the district. */
export const LocalDate = () => Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' })
const strict = { additionalProperties: false } as const
export const object = <P extends TProperties>(properties: P, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { ...strict, ...options })
export const dated = <P extends TProperties>(properties: P) =>
  object({ validFrom: Instant(), validTo: Type.Optional(Instant()), ...properties })
/** The return type is stated: a mapped array of literals would make the union `never`. */
export const oneOf = <const T extends string>(...values: T[]): TUnsafe<T> => Type.Unsafe<T>(Type.Union(values.map((value) => Type.Literal(value))))
export const LocalText = object({ fr: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) })
/** Where something is from: as it is written there, or said in both languages. */
export const SourceText = (description?: string) => Type.Union([Type.String(), LocalText], description === undefined ? {} : { description })
export type SourceText = string | Static<typeof LocalText>
export const sourceIn = (source: SourceText, lang: 'fr' | 'en'): string => (typeof source === 'string' ? source : source[lang])
