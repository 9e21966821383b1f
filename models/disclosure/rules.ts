import type { DisclosureRules, PublicationRules } from '#models/district/schema.ts'
import type { Carrier, TimeClass } from './guard-shapes.ts'

type Points = Required<NonNullable<DisclosureRules['production']>>
export type AllRules = Required<Omit<DisclosureRules, 'production'>> & { readonly production: Points }

/**
 * The policy of disclosure where the district's document says nothing else. Points by step and window: Code de l'energie D.111-53,
 * D.111-63 and D.111-64; holders: INSEE's table rules for sole traders (11); p% rule: SDC Handbook, ch. 4.
 */
export const POLICY: AllRules = {
  minHolders: 11, minDeliveryPoints: 11,
  monthlyMinPoints: 10, dailyMinPoints: 100, dayWindowMinPoints: 100, monthWindowMinPoints: 500, archiveMinPoints: 5000,
  production: { monthlyMinPoints: 10, dailyMinPoints: 10, dayWindowMinPoints: 10, monthWindowMinPoints: 50, archiveMinPoints: 500 },
  largeSiteMinPoints: 3, dominancePct: 85, pPct: 20, intervalPct: 20, imputedPct: 5, joinSharePct: 3, chainLink: true,
  stepWindowDays: 31, dailyDelay: 'D+2 06:00',
}

/** Days and months are those of the clock on the wall there. */
export const TIME_ZONE = 'Europe/Paris'

/** From the finest to the coarsest; a cell that is shown at one is shown at all after it. */
export const STEPS = ['half-hourly', 'hourly', 'daily', 'monthly'] as const satisfies readonly TimeClass[]
export type Step = (typeof STEPS)[number]

export function disclosureRules({ disclosure = {} }: Pick<PublicationRules, 'disclosure'>): AllRules {
  return { ...POLICY, ...disclosure, production: { ...POLICY.production, ...disclosure.production } }
}

/** Delivery points that the law asks of a figure of this step. */
export function pointsForStep(rules: AllRules, carrier: Carrier, step: Step): number {
  const table: Points = carrier === 'production' ? rules.production : rules
  if (step === 'monthly') return table.monthlyMinPoints
  if (step === 'daily') return table.dailyMinPoints
  if (rules.stepWindowDays <= 1) return table.dayWindowMinPoints
  return rules.stepWindowDays <= 31 ? table.monthWindowMinPoints : table.archiveMinPoints
}
