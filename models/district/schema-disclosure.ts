/** What the figures of a day and of a month must pass before the public sees them. Whatever is left out is as the policy has it. */
import { Type, type Static } from 'typebox'
import { object } from './schema-parts.ts'

const count = () => Type.Optional(Type.Integer({ minimum: 1 }))
const percent = () => Type.Optional(Type.Number({ minimum: 0, maximum: 100 }))

/** Delivery points that the Code de l'energie asks for, by step and by how long a window of short steps stays in view. */
const points = {
  /** Total of a month or of a year. */
  monthlyMinPoints: count(),
  /** A step of a day or more. */
  dailyMinPoints: count(),
  /** Shorter steps, at most 24 h of them in view; at most 31 days; longer. */
  dayWindowMinPoints: count(),
  monthWindowMinPoints: count(),
  archiveMinPoints: count(),
}

export const DisclosureRules = object({
  minHolders: count(),
  minDeliveryPoints: count(),
  ...points,
  production: Type.Optional(object(points)),
  /** Sites above 36 kVA among themselves: so many points, none with more than `dominancePct` of the figure. */
  largeSiteMinPoints: count(),
  dominancePct: percent(),
  /** The rest without the two largest is at least so much of the largest. */
  pPct: percent(),
  /** Whoever knows all releases finds every protected sum uncertain by at least so much on both sides. */
  intervalPct: percent(),
  imputedPct: percent(),
  /** Joins and leaves of at most so much of a cell need not wait. */
  joinSharePct: percent(),
  /** Whether a cell whose members changed goes on as an index while its kWh wait. */
  chainLink: Type.Optional(Type.Boolean()),
  /** How many days of steps shorter than a day stay in view. */
  stepWindowDays: count(),
  /** When a day is released: so many days later, at this local time. */
  dailyDelay: Type.Optional(Type.String({ pattern: '^D\\+[0-9]{1,2} ([01][0-9]|2[0-3]):[0-5][0-9]$' })),
})

export type DisclosureRules = Static<typeof DisclosureRules>
