/** Largest request of a connection study, kVA: stands apart from the schemas, so that pages need not load those. */
export const LARGEST_KVA = 50_000
