import { Type } from 'typebox'
import { STGE_FIELD_NAMES } from './labels.ts'

/** What a profile of the customer output says: which label feeds a channel, and for the register of states which part of it. */
export const ticProfile = {
  device: {},
  channel: {
    label: Type.String({ pattern: '^[A-Z][A-Z0-9+-]{1,8}$' }),
    field: Type.Optional(Type.Union(STGE_FIELD_NAMES.map((name) => Type.Literal(name)))),
  },
}
