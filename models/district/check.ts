import { schemaFaults } from './check-schema.ts'
import type { Fault } from './fault.ts'

/** Every fault of a district document at once; an empty list means that it is a `District`. */
export function checkDistrict(document: unknown): Fault[] {
  return schemaFaults(document)
}
