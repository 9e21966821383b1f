import { Type } from 'typebox'
import { FUNCTIONS } from './records.ts'

const Place = Type.Optional(Type.Integer({ minimum: 0 }))

/**
 * What a profile of an M-Bus meter says: which record feeds a channel, by its quantity (a name of units.ts, or the meter's
 * own plain text) or by the bytes of its VIF, with storage number, tariff, subunit and function where they are not 0 and
 * instantaneous. `meterTime`: the meter's own clock stamps the values, showing legal time or winter time all year.
 */
export const mbusProfile = {
  device: { meterTime: Type.Optional(Type.Union([Type.Literal('wall-clock'), Type.Literal('winter-time')])) },
  channel: {
    quantity: Type.Optional(Type.String({ minLength: 1 })),
    vif: Type.Optional(Type.String({ pattern: '^([0-9a-f]{2}){1,12}$' })),
    storage: Place,
    tariff: Place,
    subunit: Place,
    function: Type.Optional(Type.Union(FUNCTIONS.map((name) => Type.Literal(name)))),
    qualifier: Type.Optional(Type.String({ minLength: 1 })),
  },
}
