/** Who may do what. An administrator sees people, roles and links, and no figure. */
import { Type, type Static } from 'typebox'
import { ElementId, Instant, nullable, object, oneOf } from './common.ts'
import { AccessLink, HolderName, MadeCode, OpenCode } from './own-access.ts'
import { RoleName } from './session.ts'

export const AccessPerson = object({
  personId: Type.Integer(),
  name: Type.String(),
  issuer: Type.String(),
  subject: Type.String(),
  roles: Type.Array(RoleName),
  signedInAt: nullable(Type.Number()),
  /** The one who asks: nobody changes the rights of their own account. */
  isSelf: Type.Boolean(),
  links: Type.Array(AccessLink),
})
export type AccessPerson = Static<typeof AccessPerson>

export const AccessPeople = object({
  people: Type.Array(AccessPerson),
  codes: Type.Array(OpenCode),
  /** Codes that were refused in the last day, of all accounts together: many are somebody guessing. */
  refusedCodes: Type.Integer(),
})
export type AccessPeople = Static<typeof AccessPeople>

export const RolesBody = object({ roles: Type.Array(RoleName, { maxItems: 6, uniqueItems: true }) })
export const GrantBody = object({ holder: ElementId, endsAt: Type.Optional(Instant('when the link is over; absent: when somebody ends it')) })

export const HoldersQuery = object({ search: Type.Optional(Type.String({ maxLength: 80 })) })
export const MOST_HOLDERS = 40
export const AccessHolder = object({ ...HolderName.properties, siret: nullable(Type.String()), deliveryPoints: Type.Array(object({ deliveryPointId: Type.String(), siteName: Type.String(), carrier: Type.String() }, { description: 'held now' })), linked: Type.Integer() })
export type AccessHolder = Static<typeof AccessHolder>
export const AccessHolders = object({ holders: Type.Array(AccessHolder), more: Type.Integer({ description: 'found and not shown' }) })
export type AccessHolders = Static<typeof AccessHolders>

export const LetterBody = object({ holder: ElementId, deliveryPoint: ElementId })
export const LetterText = object({ title: Type.String(), paragraphs: Type.Array(Type.String()), steps: Type.Array(Type.String()), codeLabel: Type.String() })
export type LetterText = Static<typeof LetterText>
export const Letter = object({ ...MadeCode.properties, addressee: Type.String(), place: Type.String(), deliveryPoint: Type.String({ description: 'tells dwellings of one house apart' }), kind: oneOf('letter'), fr: LetterText, en: LetterText })
export type Letter = Static<typeof Letter>
