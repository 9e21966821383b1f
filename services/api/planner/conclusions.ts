import { localParts } from '#models/units/local-time.ts'
import { QUALITY } from '#models/units/quality.ts'
import { seasonOf, type BalanceFinding } from '#services/evaluation/findings.ts'
import { emptyColumns, orNull, pushValue } from '../columns.ts'
import type { LocalText } from '../contract/common.ts'
import type { Balance, FirmImport } from '../contract/planner.ts'
import type { ApiDeps } from '../deps.ts'
import { DAY_MS } from '../interval.ts'
import type { Sight } from './sight.ts'
import { eachState, newestState } from './states.ts'

/** How well measured heads, loads and losses agree: the residual of the last two days and what was found in it. */
export async function balanceView({ district: { district }, runs, findings, clock }: ApiDeps, sight: Sight): Promise<Balance> {
  const now = clock.now()
  const head = await runs.latest('estimate')
  const report = await findings.latestBalance()
  const residualKw = emptyColumns()
  if (head !== undefined) await eachState(runs, 'estimate', now - 2 * DAY_MS, now, (state) => pushValue(residualKw, state.at, state.residualKw, QUALITY.estimated))
  return {
    readiness: head === undefined && report === undefined ? 'starting' : 'ready',
    from: report?.from ?? null,
    to: report?.to ?? null,
    closurePct: head === undefined ? null : orNull(head.closurePct),
    residualPct: report?.residualPct ?? (head === undefined ? null : orNull(head.residualPct)),
    declaredUnmeteredPct: district.network.unmeteredSharePct,
    residualKw,
    elements: report?.elements.map(({ element, residualKw: kw, residualPct }) => (sight.isHeadHidden(element, now) ? { element, residualKw: null, residualPct: null } : { element, residualKw: kw, residualPct })) ?? [],
    findings: (report?.findings ?? []).map((finding) => {
      // That something is wrong there is for whoever plans; how much is what somebody draws without a meter of ours.
      const isHidden = finding.element !== null && sight.isHeadHidden(finding.element, now)
      return isHidden
        ? { kind: finding.kind, element: finding.element, sentence: sentenceWithheld(finding.element!), residualPct: null, residualKw: null }
        : { kind: finding.kind, element: finding.element, sentence: sentenceOf(finding), residualPct: finding.residualPct, residualKw: finding.residualKw }
    }),
  }
}

const sentenceWithheld = (place: string): LocalText => ({ fr: `${place} : les compteurs et la mesure ne s’accordent pas ; l’écart n’est pas montré, car trop peu de titulaires sont derrière.`, en: `${place}: meters and measurement do not agree; by how much is not shown, for too few holders are behind it.` })

function sentenceOf({ kind, element, residualPct, residualKw, detail }: BalanceFinding): LocalText {
  const place = element ?? '-'
  if (kind === 'swapped-meters') {
    return { fr: `Deux compteurs semblent échangés : ${detail}.`, en: `Two meters seem to be swapped: ${detail}.` }
  }
  const share = residualPct === null ? '' : `${residualPct.toFixed(1)} %`
  const power = residualKw === null ? '' : `, ${residualKw.toFixed(1)} kW`
  return {
    fr: `${place} : ${share.replace('.', ',')} de plus que les compteurs et les pertes n’expliquent${power === '' ? '' : `, ${residualKw!.toFixed(1).replace('.', ',')} kW`}.`,
    en: `${place}: ${share} more than meters and losses explain${power}.`,
  }
}

/** What the district may draw after the loss of one head, against what it draws now. */
export async function firmImportView({ district: { district, version }, runs, findings, clock }: ApiDeps): Promise<FirmImport> {
  const season = seasonOf(district.network.winterMonths, localParts(clock.now(), district.timeZone).month)
  const firm = await findings.firmImport(version, season)
  const newest = await newestState(runs, 'estimate', clock.now())
  const districtKw = newest === undefined ? null : orNull(newest.state.districtKw)
  const firmImportKw = firm?.firmImportKw ?? null
  const shareOf = (limitKw: number | null) => (districtKw === null || limitKw === null || limitKw <= 0 ? null : (100 * districtKw) / limitKw)
  return {
    readiness: firm === undefined ? 'starting' : 'ready',
    at: newest?.state.at ?? null,
    firmImportKw,
    districtKw,
    loadingPct: shareOf(firmImportKw),
    headroomKw: districtKw === null || firmImportKw === null ? null : firmImportKw - districtKw,
    contingencies: (firm?.contingencies ?? []).map((one) => ({ ...one, loadingPct: shareOf(one.firmImportKw) })),
  }
}
