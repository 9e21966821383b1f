import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { nextDayDueAt } from '#services/publication/due.ts'
import { cellName } from '#services/publication/open-data/cell-name.ts'
import type { RegisterEntry } from '#services/publication/port.ts'
import { OfficerQuery, OfficerReleases, WithdrawalBody, Withdrawn, type OfficerRelease } from '../contract/data-officer.ts'
import { ReleaseParams } from '../contract/releases.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'

const config = { access: { role: 'data-officer' } } as const
const USUAL_ROWS = 30
const LEFT_ITS_WINDOW = 'window'

/** What was released, what will be, what is held and why; and the way to take a release back. */
export const dataOfficerRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, directory, register, withdrawals } = deps
  const { district } = deps.district
  const named = <T extends { readonly cell: string }>(one: T) => ({ ...one, name: cellName(district, one.cell) })

  app.get(ROUTES.dataOfficer.releases, { config, schema: { querystring: OfficerQuery, response: { 200: OfficerReleases } } }, async (request): Promise<OfficerReleases> => {
    const { kind, carrier, before, limit = USUAL_ROWS } = request.query
    const [entries, quarters] = await Promise.all([register.entries({ kind, carrier, before, limit }), register.quarters()])
    directory.logAccess({ personId: request.principal!.personId, route: ROUTES.dataOfficer.releases, subject: null })
    return {
      now: clock.now(), nextRunAt: nextDayDueAt(clock.now(), district.timeZone),
      quarters: quarters.map(({ cells, ...quarter }) => ({ ...quarter, cells: cells.map(({ cell, timeClass, held }) => named({ cell, finest: timeClass, held: [...held] })) })),
      releases: entries.map((entry) => releaseView(entry, named, withdrawals.has(entry.head.releaseId))), nextBefore: entries.length < limit ? null : entries.at(-1)!.head.releaseId,
    }
  })

  app.post(ROUTES.dataOfficer.withdrawal, { config, schema: { params: ReleaseParams, body: WithdrawalBody, response: { 202: Withdrawn } } }, async (request, reply) => {
    const { id: releaseId } = request.params
    const entry = await register.entry(releaseId)
    if (entry === undefined) throw new PenfeldError('PF_NOT_FOUND', 'There is no such release.')
    if (entry.withdrawal !== null || withdrawals.has(releaseId)) throw new PenfeldError('PF_RELEASE_WITHDRAWN', 'This release is no longer public.')
    const { personId, name: person } = request.principal!
    const asked = { releaseId, at: clock.now(), reason: request.body.reason.trim(), personId, person }
    withdrawals.ask(asked)
    directory.logAccess({ personId, route: ROUTES.dataOfficer.withdrawal, subject: `release:${releaseId}` })
    return reply.code(202).send({ releaseId, at: asked.at, reason: asked.reason, person })
  })
}

function releaseView({ head, held, certificate, withdrawal }: RegisterEntry, named: <T extends { readonly cell: string }>(one: T) => T & { name: { fr: string; en: string } }, isAsked: boolean): OfficerRelease {
  const reason = withdrawal === null || withdrawal.reason === LEFT_ITS_WINDOW ? null : withdrawal.reason
  return { ...head, withdrawn: head.withdrawn || isAsked, held: held.map(named), certificate, withdrawal: withdrawal === null ? null : { at: withdrawal.at, reason, person: withdrawal.person } }
}
