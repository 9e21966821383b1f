/** What an OpenADR 3.0.1 end node sends; field names are those of its specification. Fields that are not named here are taken and kept. */
import { Type, type Static } from 'typebox'

const ObjectId = Type.String({ pattern: '^[a-zA-Z0-9_-]{1,128}$' })
const Name = Type.String({ minLength: 1, maxLength: 128 })
const ValuesMap = Type.Object({ type: Name, values: Type.Array(Type.Unknown()) })

export const OpenAdrParams = Type.Object({ id: ObjectId })
/** Paging as the specification has it; filters by target are not needed, because a node sees its own programs alone. */
export const OpenAdrQuery = Type.Object({ programID: Type.Optional(ObjectId), eventID: Type.Optional(ObjectId), clientName: Type.Optional(Name), venName: Type.Optional(Name), skip: Type.Optional(Type.Integer({ minimum: 0 })), limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })) })
export type OpenAdrQuery = Static<typeof OpenAdrQuery>

export const OpenAdrReport = Type.Object({
  programID: ObjectId,
  eventID: ObjectId,
  clientName: Name,
  reportName: Type.Optional(Type.Union([Type.String({ maxLength: 256 }), Type.Null()])),
  resources: Type.Array(Type.Object({ resourceName: Name, intervals: Type.Array(Type.Object({ id: Type.Integer(), payloads: Type.Array(ValuesMap) })) })),
})
export type OpenAdrReport = Static<typeof OpenAdrReport>

export const OpenAdrSubscription = Type.Object({
  clientName: Name,
  programID: ObjectId,
  objectOperations: Type.Array(Type.Object({
    objects: Type.Array(Type.String(), { minItems: 1 }),
    operations: Type.Array(Type.Union(['READ', 'CREATE', 'UPDATE', 'DELETE'].map((operation) => Type.Literal(operation))), { minItems: 1 }),
    callbackUrl: Type.String({ maxLength: 2_000 }),
    bearerToken: Type.Optional(Type.Union([Type.String({ maxLength: 2_000, pattern: '^[\\x21-\\x7e]*$' }), Type.Null()])),
  }), { minItems: 1, maxItems: 8 }),
})
export type OpenAdrSubscription = Static<typeof OpenAdrSubscription>
