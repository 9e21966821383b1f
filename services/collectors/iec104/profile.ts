import { Type } from 'typebox'
import { KINDS } from './types.ts'

/**
 * What a profile of an IEC 60870-5-104 station or bay says: the address of the information object that feeds a channel,
 * counted from the first one of the device, what kind of value stands there, and for strings of bits which bit.
 */
export const iec104Profile = {
  device: {},
  channel: {
    ioa: Type.Integer({ minimum: 0, maximum: 0xff_ff_ff }),
    kind: Type.Union(KINDS.map((name) => Type.Literal(name))),
    bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 31 })),
  },
}
