import { offersOf } from './offer-dispatch.ts'

/** Charging moved by some hours: what is not charged now comes back, as the offer's rebound says. */
export const smartCharging = offersOf('smart-charging')
