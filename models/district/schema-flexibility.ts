/** Flexibility that the network operator has bought: who draws less when it is asked for, how much, at what price and by which rules. */
import { Type, type Static } from 'typebox'
import { Id, Instant, LocalText, object, oneOf } from './schema-parts.ts'

/** Name of a variable of the environment; a secret is never written into the document. `NAME_FILE` may name a file instead. */
const SecretName = Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}_(SECRET|TOKEN)$' })

export const ContractNotices = object({
  emails: Type.Optional(Type.Array(Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$' }), { minItems: 1 })),
  /** https, or plain http on this machine alone. */
  webhook: Type.Optional(object({ url: Type.String({ minLength: 1 }), secret: SecretName })),
  /** An OpenADR 3 end node asks for its events; its bearer token is the secret. It may be called back at this origin and nowhere else. */
  openAdr: Type.Optional(object({ venName: Id(), token: SecretName, callbackOrigin: Type.Optional(Type.String({ minLength: 1 })) })),
  language: Type.Optional(oneOf('fr', 'en')),
})

export const FlexibilityContract = object({
  id: Id(),
  name: LocalText,
  /** The network operator; who reduces; and who bundles sellers, if anybody does. */
  buyer: Type.String({ minLength: 1 }),
  seller: Type.String({ minLength: 1 }),
  aggregator: Type.Optional(Type.String({ minLength: 1 })),
  /** Busbar or junction below which the power is drawn. */
  node: Id(),
  /** Whose consumption together is the measured one. */
  deliveryPoints: Type.Array(Id(), { minItems: 1 }),
  kw: Type.Number({ exclusiveMinimum: 0, description: 'most that one activation may ask for' }),
  availabilityEurPerKwYear: Type.Number({ minimum: 0 }),
  activationEurPerMwh: Type.Number({ minimum: 0 }),
  /** Hours of activation in a calendar year. */
  hoursAYear: Type.Number({ exclusiveMinimum: 0 }),
  /** The seller is told, and has answered, so long before the start. */
  noticeH: Type.Number({ minimum: 0, maximum: 48 }),
  mostHoursAnActivation: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /** Share of the energy that comes back, and within how many hours after. */
  rebound: Type.Optional(object({ share: Type.Number({ minimum: 0, maximum: 1.5 }), withinH: Type.Number({ exclusiveMinimum: 0 }) })),
  baseline: oneOf('10-of-10', 'forecast'),
  /** Below the tolerated share of what was asked for, each missing MWh costs so much. */
  penalty: object({ toleratedShare: Type.Number({ minimum: 0, maximum: 1 }), eurPerMwh: Type.Number({ minimum: 0 }) }),
  /** While it runs the seller is heard of at least so often; absent: not expected. Looked at every ten minutes. */
  heartbeatS: Type.Optional(Type.Integer({ minimum: 600 })),
  /** What the seller's installation does where it is not reached: keeps the limit that was asked for, or lets go. */
  safeState: oneOf('limit', 'release'),
  notices: ContractNotices,
  validFrom: Instant(),
  validTo: Type.Optional(Instant()),
  source: Type.Optional(Type.String({ description: 'where prices and rules come from' })),
})

export type FlexibilityContract = Static<typeof FlexibilityContract>
export type ContractNotices = Static<typeof ContractNotices>
