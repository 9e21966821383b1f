import type { ProfileChannels } from '#models/district/check-measurements.ts'
import { loadProfiles } from './profiles.ts'

/** What the shipped profiles offer, as the check of a district document wants it: profile -> channel -> unit. */
export const profileChannels = (): ProfileChannels =>
  new Map([...loadProfiles()].map(([id, { channels }]) => [id, new Map(Object.entries(channels).map(([name, { unit }]) => [name, unit]))]))
