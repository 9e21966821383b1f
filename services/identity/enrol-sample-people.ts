import type { District } from '#models/district/schema.ts'
import type { Directory } from '#services/directory/port.ts'
import { SAMPLE_PEOPLE } from './sample-people.ts'

/** Gives the demonstration's people their rights once; a holder the document does not know links to nothing. */
export function enrolSamplePeople(directory: Directory, district: District, issuer: string): void {
  const holders = new Set(district.holders.map(({ id }) => id))
  for (const { subject, name, roles, holder } of SAMPLE_PEOPLE) {
    // What an administrator has changed since then stays.
    if (directory.personId(issuer, subject) !== undefined) continue
    const links = holder !== undefined && holders.has(holder) ? [{ holder, from: 0, to: Infinity }] : []
    directory.enrol({ issuer, subject, name, roles, holders: links })
  }
}
