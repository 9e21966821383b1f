import { Type } from 'typebox'
import { BYTE_ORDERS, FIELD_TYPES } from './bytes.ts'

const Pointer = Type.String({ pattern: '^(/[^/]+)+$' })
const Port = Type.Integer({ minimum: 1, maximum: 255 })
const literals = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)))
const place = { offset: Type.Integer({ minimum: 0, maximum: 255 }), type: literals(FIELD_TYPES), byteOrder: Type.Optional(literals(BYTE_ORDERS)) }

/**
 * What a profile of LoRaWAN says of a channel: a `pointer` into what the network server decoded (or, `of: message`, into its whole
 * message), or a `field` of the device's bytes. A time of the device's own stands at `timePointer` or in `timeField` (seconds since 1970).
 */
export const lorawanProfile = {
  device: { timePointer: Type.Optional(Pointer), timeField: Type.Optional(Type.Object(place, { additionalProperties: false })), port: Type.Optional(Port) },
  channel: {
    port: Type.Optional(Port),
    pointer: Type.Optional(Pointer),
    of: Type.Optional(literals(['message'])),
    field: Type.Optional(Type.Object({ ...place, mask: Type.Optional(Type.Integer({ minimum: 1, maximum: 0xffff_ffff })) }, { additionalProperties: false })),
  },
}
