import { toValue, type MaybeRefOrGetter } from 'vue'
import type { OfficerReleases, Withdrawn } from '#contract/data-officer.ts'
import type { CarrierName, Methodology, ReleaseKindName } from '#contract/releases.ts'
import { ROUTES, address } from '#contract/routes.ts'
import { postBody } from './client.ts'
import { useRead } from './queries.ts'

const MINUTE_MS = 60_000
export interface OfficerFilter { readonly carrier?: CarrierName | undefined; readonly kind?: ReleaseKindName | undefined; readonly before?: number | undefined }

export const useOfficerReleases = (filter: MaybeRefOrGetter<OfficerFilter>) =>
  useRead<OfficerReleases>(() => address(ROUTES.dataOfficer.releases, {}, { ...toValue(filter), limit: 30 }), { everyMs: MINUTE_MS, keep: true })
export const useMethodology = () => useRead<Methodology>(ROUTES.public.methodology)
export const withdrawRelease = (releaseId: number, reason: string, csrfToken: string | null) =>
  postBody<Withdrawn>(address(ROUTES.dataOfficer.withdrawal, { id: String(releaseId) }), csrfToken, { reason })
