import { offersOf } from './offer-dispatch.ts'

/** Somebody draws less for some hours, for a price held ready and a price called. */
export const curtailment = offersOf('curtailment')
