import { Type, type Static } from 'typebox'
import { oneOf } from '#models/district/schema-parts.ts'

const strict = { additionalProperties: false } as const
const Name = Type.String({ minLength: 1 })

/** How a CSV of any other origin is laid out: columns are called by their name, or by their number (from 1) without header. */
export const TableMapping = Type.Object({
  /** `columns`: one column a channel. `meters`: one column a meter, headed by its address. `long`: one row a value. */
  layout: oneOf('columns', 'meters', 'long'),
  time: Type.Object({
    /** Several are read together with a space between (`Date`, `Heure`). */
    columns: Type.Array(Name, { minItems: 1, maxItems: 3 }),
    /** `iso`, `epoch-s`, `epoch-ms`, or a pattern of yyyy, yy, MM, dd, HH, mm, ss, Z. */
    format: Name,
    /** Of stamps without an offset; the district's if absent. */
    zone: Type.Optional(Name),
    /** Whether a stamp is the start (as we keep it) or the end of its interval. */
    stamp: Type.Optional(oneOf('start', 'end')),
    /** Needed for `end`; 1440 is one local day. */
    stepMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_440 })),
  }, strict),
  /** Absent: the file holds one meter, whose address is the beginning of the file's name. */
  meter: Type.Optional(Name),
  /** Layout `long`: where the value stands, and which column tells the kinds of values apart. */
  value: Type.Optional(Name),
  kind: Type.Optional(Name),
  unit: Type.Optional(Name),
  delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
  decimal: Type.Optional(oneOf('.', ',')),
  encoding: Type.Optional(oneOf('utf-8', 'latin1')),
  /** Lines before the first row; the last of them has the names. 0: columns are called 1, 2, 3... */
  headerRows: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })),
  /** Written where there is no value; an empty cell always is. */
  missing: Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
}, strict)
export type TableMapping = Static<typeof TableMapping>

/** What a profile of a meter whose values come in files says: the column of each channel, and for other CSV its layout. */
export const filesProfile = {
  device: { table: Type.Optional(TableMapping) },
  channel: { column: Name },
}
