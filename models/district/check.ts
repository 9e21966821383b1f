import { formulaFaults, measurementFaults, weatherFaults, type ProfileChannels } from './check-measurements.ts'
import { flexibilityFaults } from './check-flexibility.ts'
import { intervalFaults } from './check-intervals.ts'
import { networkFaults } from './check-network.ts'
import { duplicateFaults, referenceFaults } from './check-references.ts'
import { schemaFaults } from './check-schema.ts'
import { studyFaults } from './check-study.ts'
import { indexDocument } from './document-index.ts'
import { fault, type Fault } from './fault.ts'

/**
 * Every fault of a district document at once; an empty list means that it is a `District`. What has the wrong form is
 * named once and left out of the other checks.
 *
 * @param document the merged document, of any form
 * @param profiles channels of the meter profiles; without them feeds are only checked for their device
 */
export function checkDistrict(document: unknown, profiles?: ProfileChannels): Fault[] {
  const form = schemaFaults(document)
  const index = indexDocument(document, form.map(({ path }) => path))
  return [
    ...form, ...duplicateFaults(index), ...referenceFaults(index), ...flexibilityFaults(index), ...intervalFaults(index), ...measurementFaults(index, profiles),
    ...weatherFaults(index), ...formulaFaults(index), ...networkFaults(index), ...studyFaults(index), ...timeZoneFaults(index.part('timeZone')),
  ]
}

function timeZoneFaults(timeZone: string | undefined): Fault[] {
  if (timeZone === undefined || typeof timeZone !== 'string') return []
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return []
  } catch {
    return [fault('PF_DISTRICT_SCHEMA', '/timeZone', `"${timeZone}" is not a time zone.`, 'Write a name of the IANA database, e.g. Europe/Paris.')]
  }
}
