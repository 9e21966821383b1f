import { documentText, DOCUMENT_FORMAT } from './document.ts'
import type { Release, ReleaseHead, ReleaseKind, ReleaseReader } from './port.ts'

/** The reader's port over a list that a test may add to. */
export function memoryReleases(releases: readonly Release[]): ReleaseReader {
  const headOf = ({ body: _, ...head }: Release): ReleaseHead => head
  const shown = <Kind extends ReleaseKind>(kind: Kind, carrier = 'electricity') =>
    releases.filter((one): one is Release<Kind> => one.kind === kind && one.carrier === carrier && !one.withdrawn).sort((a, b) => a.at - b.at)
  return {
    latest: async (kind, carrier) => shown(kind, carrier).at(-1),
    between: async (kind, from, to, carrier) => shown(kind, carrier).filter(({ at }) => from <= at && at < to),
    page: async ({ kind, carrier, before = Infinity, limit }) => releases.filter((one) => (kind ?? one.kind) === one.kind && (carrier ?? one.carrier) === one.carrier && one.releaseId < before).map(headOf).sort((a, b) => b.releaseId - a.releaseId).slice(0, limit),
    after: async (releaseId, limit) => releases.filter((one) => one.releaseId > releaseId).map(headOf).slice(0, limit),
    head: async (releaseId) => releases.map(headOf).find((one) => one.releaseId === releaseId),
    async document(asked) {
      const found = releases.find(({ releaseId, withdrawn }) => releaseId === asked && !withdrawn)
      if (found === undefined) return undefined
      const { releaseId, kind, carrier, at, stepS, publishedAt, rules, districtVersion, previousSha256, certificateSha256, body } = found
      return documentText({ format: DOCUMENT_FORMAT, releaseId, kind, carrier, at, stepS, publishedAt, rules, districtVersion, previousSha256, certificateSha256, figures: body })
    },
    headId: async () => Math.max(0, ...releases.map(({ releaseId }) => releaseId)),
    close: async () => undefined,
  }
}
