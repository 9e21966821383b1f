import { offersOf } from './offer-dispatch.ts'

/** A price signal for named hours: the share that follows it, and what of it comes back, are the offer's. */
export const tariff = offersOf('tariff')
