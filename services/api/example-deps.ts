/** A small invented district and readers that answer from memory: for tests and for writing the OpenAPI document. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { auditedDirectory } from '#services/audit/audited-directory.ts'
import { openAuditLog } from '#services/audit/audit-log.ts'
import { createChainState } from '#services/audit/chain-state.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { openDirectory } from '#services/directory/directory.ts'
import { createConsents } from '#services/consents/consents.ts'
import { openConsentLedger } from '#services/consents/ledger.ts'
import { openErasedMarksReader } from '#services/privacy/erased-marks.ts'
import { openErasureRegister } from '#services/privacy/erasure-register.ts'
import { openEditLedger } from '#services/editing/ledger.ts'
import { openActivationStore } from '#services/flexibility/activation-store.ts'
import type { Directory, RoleName } from '#services/directory/port.ts'
import type { BegunSession } from '#services/directory/sessions-port.ts'
import type { JournalEntry, SampleBatch, Series, TimeSeriesReader } from '#services/store/port.ts'
import type { CongestionIssue } from '#services/evaluation/congestion-forecast.ts'
import type { ReliabilityReport } from '#services/evaluation/congestion-reliability.ts'
import type { MeterFinding } from '#services/evaluation/meter-findings.ts'
import type { DriftFinding } from '#services/evaluation/forecast-drift.ts'
import type { SkillWeek } from '#services/evaluation/forecast-skill.ts'
import type { IssuedForecast, NetworkState, RunHead, RunLayout } from '#services/evaluation/port.ts'
import { memoryReleases } from '#services/publication/memory-releases.testkit.ts'
import { openWithdrawalDesk } from '#services/publication/withdrawals.ts'
import type { LiveRelease, RegisterReader, Release } from '#services/publication/port.ts'
import { openImportDesk } from '#services/ingest/import-desk.ts'
import { memoryRunner } from '#services/reinforcement/runner.testkit.ts'
import { openStudyStore } from '#services/studies/study-store.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openTokenStore } from '#services/tokens/token-store.ts'
import type { ApiDeps } from './deps.ts'
import { createSight } from './planner/sight.ts'

const NOW = Date.UTC(2026, 0, 14, 12)
const HOUR_MS = 3_600_000
const SINCE = '2020-01-01T00:00:00Z'
/** The day the bakery changed hands. */
export const HANDOVER = Date.UTC(2026, 0, 12)

const powerPoint = (on: string): MeasurementPoint => ({
  id: `elec.dp.${on}.p`, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, on, feed: { device: `dev-${on}`, channel: 'p' },
})

/** Behind the two shops' transformer, so that what flows through it is nobody's own. */
const HOMES = Array.from({ length: 11 }, (_, n) => `home-${n + 1}`)

export const EXAMPLE_DISTRICT: District = {
  id: 'example', name: { fr: 'Exemple', en: 'Example' }, timeZone: 'Europe/Paris', latitude: 48, longitude: -4,
  carriers: ['electricity'], zones: [{ id: 'quay', name: { fr: 'Quai', en: 'Quay' } }],
  sites: ['bakery', 'butcher'].map((id) => ({ id: `site-${id}`, name: id === 'bakery' ? '=Bakery' : 'Butcher', zone: 'quay', kind: 'shop' as const, openingHours: [{ validFrom: SINCE, closedOnHolidays: true, periods: [{ weekdays: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' }] }] })),
  holders: [{ id: 'holder-a', kind: 'business', name: 'A' }, { id: 'holder-b', kind: 'business', name: 'B' }, { id: 'holder-former', kind: 'business', name: 'Former' }, ...HOMES.map((id) => ({ id: `holder-${id}`, kind: 'household' as const }))],
  deliveryPoints: [
    { id: 'dp-a', carrier: 'electricity', site: 'site-bakery', category: 'professional', node: 'B04', loadClass: 'bakery', holders: [{ validFrom: SINCE, validTo: new Date(HANDOVER).toISOString(), holder: 'holder-former' }, { validFrom: new Date(HANDOVER).toISOString(), holder: 'holder-a' }], consents: [{ validFrom: new Date(HANDOVER).toISOString(), purpose: 'network-planning', granularity: 'load-curve' }] },
    { id: 'dp-b', carrier: 'electricity', site: 'site-butcher', category: 'professional', node: 'B04', loadClass: 'butcher', holders: [{ validFrom: SINCE, holder: 'holder-b' }] },
    ...HOMES.map((id) => ({ id, carrier: 'electricity' as const, site: 'site-bakery', category: 'residential' as const, node: 'B04', loadClass: 'dwelling', holders: [{ validFrom: SINCE, holder: `holder-${id}` }] })),
  ],
  sources: [{ id: 'buildings', protocol: 'modbus', url: 'modbus-tcp://127.0.0.1:1', periodS: 5, staleAfterS: 20 }],
  devices: ['dp-a', 'dp-b', 'F1', 'T1'].map((on, i) => ({ id: `dev-${on}`, source: 'buildings', profile: 'shop-meter', address: i + 1 })),
  meters: [], measurementPoints: ['dp-a', 'dp-b', 'F1', 'T1'].map(powerPoint), virtualMeters: [],
  network: {
    substations: [{ id: 'S', name: 'S', kind: 'secondary', x: 0, y: 0 }],
    busbars: [{ id: 'B20', name: 'B20', substation: 'S', nominalVoltageKv: 20 }, { id: 'B04', name: 'B04', substation: 'S', nominalVoltageKv: 0.4 }],
    junctions: [], feeders: [{ id: 'F1', name: 'Feeder', busbar: 'B20', lineSections: ['L1'] }],
    lineSections: [{ id: 'L1', name: 'L1', from: 'B20', to: 'B04', cable: '240 Al', lengthKm: 1, rOhmPerKm: 0.1, xOhmPerKm: 0.1, cUfPerKm: 0, ratings: [{ validFrom: SINCE, summerA: 300, winterA: 400 }] }],
    transformers: [{ id: 'T1', name: 'T1', substation: 'S', hvNode: 'B20', lvNode: 'B04', ratedKva: 400, hvKv: 20, lvKv: 0.4, shortCircuitVoltagePct: 4, shortCircuitResistivePct: 1, noLoadLossKw: 0.5, noLoadCurrentPct: 1, vectorGroup: 'Dyn11', ratings: [{ validFrom: SINCE, limitPct: 100 }] }],
    switches: [], sources: [], boundaryLoads: [], winterMonths: [12, 1, 2], unmeteredSharePct: 2,
  },
  weather: { source: 'none' }, tariffs: [], thresholds: { watchLoadingPct: 80, limitLoadingPct: 100, minVoltagePu: 0.9, maxVoltagePu: 1.1 },
  publicationRules: [{ validFrom: SINCE, minHolders: 11, minDeliveryPoints: 20, maxHolderSharePct: 80, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 1 }],
  growth: { fromYear: 2026, toYear: 2040, byLoadClassPct: {}, arrivals: [] },
}

const LAYOUT: RunLayout = { lineSections: ['L1'], transformers: ['T1'], buses: ['B20', 'B04'] }
const HEAD: RunHead = { runId: 7, kind: 'estimate', issuedAt: NOW, from: NOW - 600_000, to: NOW, stepS: 600, districtVersion: 'v1', engine: 'test', inputSeq: 1, closurePct: 0.01, residualPct: NaN, durationMs: 5 }
const STATE: NetworkState = {
  at: NOW - 600_000, settled: true, sectionCurrentA: Float32Array.of(340), sectionLoadingPct: Float32Array.of(85), sectionPowerKw: Float32Array.of(11_000),
  transformerLoadKva: Float32Array.of(NaN), transformerLoadingPct: Float32Array.of(NaN), busVoltagePu: Float32Array.of(1, 0.98), busLoadKw: Float32Array.of(0, 100),
  sectionQuality: Uint8Array.of(0), transformerQuality: Uint8Array.of(3), lossesKw: 1, districtKw: 900, boundaryKw: 0, unmeteredKw: 18, residualKw: NaN,
}
/** Issued half an hour ago; nothing is known of its last step. */
const exampleForecast = (series: string): IssuedForecast => {
  const column = (kw: number) => Float64Array.of(kw, kw + 1, kw + 2, NaN)
  return {
    series, issuedAt: NOW - 1_800_000, from: NOW - 1_800_000, stepS: 600, forecaster: 'seasonal-naive', method: 'seasonal-naive', reason: 'history-short', valuesKw: column(5),
    quantilesKw: [0.05, 0.5, 0.95].map((level) => ({ level, valuesKw: column(3 + 4 * level) })),
    contributions: series === 'T1' ? { calendar: column(1), weather: column(0.5), recent: column(-0.5) } : undefined,
  }
}
export const EXAMPLE_RELEASE: LiveRelease = {
  releaseId: 3, kind: 'district-live', at: NOW - 2 * HOUR_MS, stepS: 1800, publishedAt: NOW - HOUR_MS, rules: SINCE, districtVersion: 'v1', sha256: 'ab'.repeat(32),
  carrier: 'electricity', previousSha256: '0'.repeat(64), certificateSha256: null, publicKey: null, signature: null, withdrawn: false,
  body: { meanPowerKw: 880, loadingPct: 62, firmImportKw: 1420, headroomKw: 540 },
}
const DAY_AT = Date.UTC(2026, 0, 10, 23)
/** Of 11 January: the zone is not shown. */
export const EXAMPLE_DAY: Release<'energy-daily'> = {
  ...EXAMPLE_RELEASE, releaseId: 1, kind: 'energy-daily', at: DAY_AT, stepS: 86_400, publishedAt: Date.UTC(2026, 0, 13, 5),
  body: { unit: 'kWh', to: DAY_AT + 24 * HOUR_MS, cells: [{ cell: 'district', energy: 12_300, index: null }, { cell: 'zone:quay', energy: null, index: null }] },
}
export const EXAMPLE_CURVE: Release<'curve-daily'> = {
  ...EXAMPLE_DAY, releaseId: 2, kind: 'curve-daily',
  body: { unit: 'kWh', to: DAY_AT + 24 * HOUR_MS, cells: [{ cell: 'district', stepS: 3600, energies: new Array<number>(24).fill(510) }, { cell: 'zone:quay', stepS: null, energies: null }] },
}

export const EXAMPLE_FINDING: MeterFinding = { findingId: 11, point: 'elec.dp.dp-a.p', kind: 'flatline', severity: 'doubt', from: HANDOVER, to: HANDOVER + 8 * HOUR_MS, evidence: { steps: 48, value: 5 }, foundAt: NOW, goneAt: null }

/** Of three steps: the transformer is likely to pass its limit, of the section's last step nothing is known. */
export const EXAMPLE_CONGESTION: CongestionIssue = {
  issuedAt: NOW - HOUR_MS, districtVersion: 'v1', from: NOW, stepS: 1800, steps: 3, scenarios: 200, pastIssues: 28, measuredSeries: 3, assumedSeries: 1, unsettledShare: 0.005, thresholdsPct: [80, 100], elements: ['L1', 'T1'], basis: Uint8Array.of(1, 0),
  probability: [Float32Array.of(0, 0.005, NaN, 0.2, 0.35, 0.1), Float32Array.of(0, 0, NaN, 0.01, 0.05, 0)], energyAboveKwh: [Float32Array.of(0, 0.5, NaN, 2, 3, 1), Float32Array.of(0, 0, NaN, 0.25, 0.5, 0)], unknownShare: Float32Array.of(0, 0, 1, 0, 0.02, 0),
  loadingPct: [20, 40, 60].map((pct) => Float32Array.of(pct, pct, NaN, pct + 20, pct + 25, pct + 10)), durationMs: 5,
  heads: [{ section: 'L1', ratingKw: 12_000, thresholds: [{ name: 'watch', kw: 9_600, probability: Float32Array.of(0, 0.005, NaN) }, { name: 'high', kw: 700, probability: Float32Array.of(0.5, 0.6, NaN) }], quantilesKw: [0.05, 0.5, 0.95].map((level) => ({ level, valuesKw: Float64Array.of(600, 610, NaN) })) }],
  districtKw: [{ level: 0.5, valuesKw: Float64Array.of(900, 910, 920) }],
}
export const EXAMPLE_RELIABILITY: ReliabilityReport = {
  kind: 'back-cast', from: NOW - 54 * 24 * HOUR_MS, to: NOW, issues: 54, heads: [{ section: 'L1', thresholds: [{ name: 'high', kw: 700 }] }],
  curves: [{ threshold: 'high', leadHours: null, cases: 100, passed: 10, brier: 0.05, reliability: 0.001, resolution: 0.04, skill: 0.44, bins: [{ from: 0, to: 0.5, count: 90, meanProbability: 0.02, observedShare: 0.03 }, { from: 0.5, to: 1, count: 10, meanProbability: 0.8, observedShare: 0.7 }] }],
}
/** Of Monday, 5 January 2026 (day 20,458) and the week before: the error is a tenth of the mean size, then a twentieth. */
export const EXAMPLE_WEEK: SkillWeek = {
  series: 'T1', kind: 'backtest', daysAhead: [1], week: 20_458, scoredAt: NOW, method: 'blend', weather: 'usual', levels: [0.05, 0.25, 0.5, 0.75, 0.95],
  figures: { values: 300, mae: 10, rmse: 12, naiveMae: 20, meanSize: 100, peakDays: 6, peakErrorPct: 5, banded: 300, pinball: 3, cover90Pct: 88, cover50Pct: 50, below: [0.06, 0.25, 0.5, 0.75, 0.94] },
  hours: [{ hourAhead: 25, mae: 8, naiveMae: 16 }, { hourAhead: 26, mae: 12, naiveMae: 12 }],
}
export const EXAMPLE_WEEKS: readonly SkillWeek[] = [
  { ...EXAMPLE_WEEK, week: 20_451, figures: { ...EXAMPLE_WEEK.figures, values: 100, banded: 100, mae: 5, cover90Pct: 92 }, hours: [{ hourAhead: 25, mae: 4, naiveMae: 16 }] },
  EXAMPLE_WEEK,
  { ...EXAMPLE_WEEK, series: 'dp-a', figures: { ...EXAMPLE_WEEK.figures, mae: 30 } },
]
const EXAMPLE_DRIFT: DriftFinding = { series: 'dp-a', daysAhead: 0, since: 20_460, recentKw: 3, beforeKw: 2, nextStep: 'habits-changed', foundAt: NOW - 24 * HOUR_MS, judgedAt: NOW - HOUR_MS, goneAt: null }

/** Every point has 5 kW since a month, one value each 10 minutes. */
function exampleReader(names: readonly string[], journal: JournalEntry[]): TimeSeriesReader {
  const series = (from: number, to: number): Series => {
    const first = Math.ceil(from / 600_000)
    const length = Math.max(0, Math.ceil(Math.min(to, NOW) / 600_000) - first)
    const at = Float64Array.from({ length }, (_, i) => (first + i) * 600_000)
    return { at, values: at.map(() => 5), quality: new Uint8Array(length), recordedAt: at }
  }
  const latestOf = (ids: Int32Array): Series => ({ at: Float64Array.from(ids, () => NOW - 4_000), values: Float64Array.from(ids, () => 5), quality: new Uint8Array(ids.length), recordedAt: Float64Array.from(ids, () => NOW - 3_000) })
  return {
    lookup: async (asked) => Int32Array.from(asked, (name) => names.indexOf(name) + 1 || -1),
    names: async () => names,
    latest: async (ids) => latestOf(ids),
    read: async (_id, from, to) => series(from, to),
    async readMany(ids, from, to, take) { ids.forEach((_, i) => take(i, series(from, to))) },
    async rollup(_id, step, from, to) {
      const stepMs = step === 'hour' ? HOUR_MS : 24 * HOUR_MS
      const at = Float64Array.from({ length: Math.max(0, Math.floor((to - from) / stepMs)) }, (_, i) => from + i * stepMs)
      const five = at.map(() => 5)
      return { at, sum: five, mean: five, min: five, max: five, count: at.map(() => 6) }
    },
    sumOfMeans: async () => ({ at: new Float64Array(0), sum: new Float64Array(0), points: new Float64Array(0) }),
    revisions: async () => [],
    tail: async (afterSeq, limit) => journal.filter(({ seq }) => seq > afterSeq).slice(0, limit),
    headSeq: async () => journal.at(-1)?.seq ?? 0,
    close: async () => undefined,
  }
}

const exampleRegister = (releases: readonly Release[]): RegisterReader => {
  const entries = () => releases.map(({ body: _body, ...head }) => ({
    head, held: head.kind === 'district-live' ? [] : [{ cell: 'zone:quay', reason: 'dominant-holder' as const }], withdrawal: null,
    certificate: head.kind === 'district-live' ? null : { rulesFrom: SINCE, cohortSha256: 'cd'.repeat(32), holders: 24, cellsShown: 1, cellsHeld: 1, derivableSums: 1, intervalsChecked: 2, narrowestShare: 0.55 },
  }))
  return {
    entry: async (releaseId) => entries().find(({ head }) => head.releaseId === releaseId),
    entries: async ({ limit }) => entries().reverse().slice(0, limit),
    quarters: async () => (releases.length === 0 ? [] : [{ carrier: 'electricity', from: Date.UTC(2025, 11, 31, 23), to: Date.UTC(2026, 2, 31, 22), madeAt: NOW - 24 * HOUR_MS, cohortSha256: 'cd'.repeat(32), cells: [{ cell: 'district', parent: null, timeClass: 'hourly', held: [] }, { cell: 'zone:quay', parent: 'district', timeClass: 'none', held: [{ step: 'daily', reason: 'dominant-holder' }, { step: 'monthly', reason: 'dominant-holder' }] }] }]),
    close: async () => undefined,
  }
}

export interface Example {
  readonly deps: ApiDeps
  readonly directory: Directory
  /** A cookie header of a new session for somebody with these rights. */
  signIn(subject: string, roles: readonly RoleName[], holder?: string): { cookie: string; csrfToken: string; personId: number }
  append(batch: SampleBatch): void
  publish(release: Release): void
  dispose(): void
}

/** `empty`: as at the very first start, when nobody has written anything yet. */
export function exampleDeps(changes: Partial<ApiDeps> = {}, { empty = false } = {}): Example {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-api-'))
  const activations = openActivationStore({ activations: join(folder, 'activations.sqlite'), answers: join(folder, 'activation-answers.sqlite') }, 'answers')
  const audit = openAuditLog({ dataFolder: folder, log: silentLogger })
  const tokens = openTokenStore(join(folder, 'tokens.sqlite'))
  const directory = auditedDirectory(openDirectory(join(folder, 'directory.sqlite')), audit)
  const ledger = openEditLedger(join(folder, 'edits.sqlite'))
  const keptStudies = openStudyStore(folder)
  const withdrawals = openWithdrawalDesk(join(folder, 'withdrawals.sqlite'))
  const consents = openConsentLedger(join(folder, 'consents.sqlite'))
  const erasures = openErasureRegister(join(folder, 'erasures.sqlite'))
  const erasedMeasured = openErasedMarksReader(join(folder, 'erased-measured.sqlite'))
  const erasedDerived = openErasedMarksReader(join(folder, 'erased-derived.sqlite'))
  const journal: JournalEntry[] = []
  const releases: Release[] = empty ? [] : [EXAMPLE_DAY, EXAMPLE_CURVE, EXAMPLE_RELEASE]
  const names = empty ? [] : EXAMPLE_DISTRICT.measurementPoints.map(({ id }) => id)
  const close = async () => undefined
  const deps: ApiDeps = {
    district: { district: EXAMPLE_DISTRICT, version: 'v1', folder },
    clock: manualClock(NOW), log: silentLogger, directory,
    relyingParty: { providers: [], begin: () => Promise.reject(new PenfeldError('PF_IDENTITY_UNAVAILABLE', 'There is none.')), finish: () => Promise.reject(new PenfeldError('PF_IDENTITY_UNAVAILABLE', 'There is none.')), endSession: async () => undefined },
    administrators: [],
    origins: ['http://127.0.0.1:8080'], secure: false,
    measured: exampleReader(names, journal),
    runs: {
      layout: async () => (empty ? undefined : LAYOUT),
      latest: async (kind) => (empty || kind !== 'estimate' ? undefined : HEAD),
      head: async () => HEAD,
      states: async (kind, from, to) => (!empty && kind === 'estimate' && from <= STATE.at && STATE.at < to ? [STATE] : []),
      statesOf: async () => (empty ? [] : [STATE]),
      latestForecast: async (series) => (empty || !['district', 'T1', 'dp-a'].includes(series) ? undefined : exampleForecast(series)),
      pastForecasts: async () => [],
      close,
    },
    meterFindings: {
      findings: async ({ from, to }) => (empty ? [] : [EXAMPLE_FINDING].filter((one) => one.to > from && one.from < to)),
      finding: async (id) => (!empty && id === EXAMPLE_FINDING.findingId ? EXAMPLE_FINDING : undefined),
      dayQualities: async () => (empty ? [] : [{ day: HANDOVER, point: 'elec.dp.dp-a.p', steps: 144, measured: 120, uncertain: 0, substituted: 18, missing: 6 }]),
      isReady: async () => !empty,
      close,
    },
    congestion: {
      latestCongestion: async () => (empty ? undefined : EXAMPLE_CONGESTION),
      latestIssuedAt: async () => (empty ? undefined : EXAMPLE_CONGESTION.issuedAt),
      headIssues: async () => [],
      reliability: async () => (empty ? [] : [EXAMPLE_RELIABILITY]),
      close,
    },
    skill: {
      skillWeeks: async (from, series) => (empty ? [] : EXAMPLE_WEEKS.filter((one) => one.week >= from && one.series === series)),
      tomorrowWeeks: async (from) => (empty ? [] : EXAMPLE_WEEKS.filter((one) => one.week >= from)),
      drifts: async () => (empty ? [] : [EXAMPLE_DRIFT]),
      driftsJudgedAt: async () => (empty ? undefined : NOW - HOUR_MS),
      close,
    },
    edits: ledger,
    consents, erasures, erasedMeasured, erasedDerived,
    activations,
    secret: () => undefined,
    appliedEdits: { of: () => new Map(), close: () => undefined },
    findings: { latestBalance: async () => undefined, firmImport: async () => undefined, winterPeak: async () => undefined, close },
    releases: memoryReleases(releases),
    register: exampleRegister(releases),
    withdrawals,
    jobs: { notices: async () => [], kinds: async () => [], recent: async () => [], close },
    collect: { sources: async () => [], counters: async () => (empty ? [] : [{ sourceId: 'buildings', produced: 10, stored: 6, deduplicated: 1, revised: 0, quarantined: { 'clock-suspect': 2 }, dropped: { full: 1 } }]), wroteAtRealMs: async () => undefined, close },
    imports: openImportDesk(join(folder, 'inbox/import'), 1024 * 1024),
    studies: { connection: () => ({ status: 'running', share: 0.25 }), outage: () => ({ status: 'running', share: 0.25 }), stop: close },
    studyRunner: memoryRunner(), keptStudies,
    studyDocuments: {
      html: (_result, lang, head) => `<!doctype html><html lang="${lang}"><style>p{color:#123}</style><p>${head.title} ${head.signedBy ?? ''}</p></html>`, pdf: () => Buffer.from('%PDF-'), xlsx: () => Buffer.from('PK'),
      json: (result) => JSON.stringify(result), tender: () => '<!doctype html><p>tender</p>',
    },
    audit, auditChain: createChainState({ dataFolder: folder }), tokens, mayUse: createConsents(changes.district?.district ?? EXAMPLE_DISTRICT, consents).mayUse, sight: createSight(changes.district?.district ?? EXAMPLE_DISTRICT),
    notReady: async () => [],
    dashboardFolder: folder,
    // A test machine may be as busy as it likes.
    shedAfterMs: 0,
    ...changes,
  }
  return {
    deps, directory,
    signIn(subject, roles, holder) {
      const personId = directory.enrol({ issuer: 'test', subject, name: subject, roles, holders: holder === undefined ? [] : [{ holder, from: 0, to: Infinity }] })
      const { sessionId, csrfToken } = directory.sessions.begin({ personId, provider: 'standard', authenticatedAt: Date.now() }) as BegunSession // kept in the file, which answers at once
      return { cookie: `sid=${sessionId}`, csrfToken, personId }
    },
    append(batch) {
      journal.push({ seq: (journal.at(-1)?.seq ?? 0) + 1, batch, recordedAt: NOW, source: 'buildings' })
    },
    publish: (release) => void releases.push(release),
    dispose() {
      activations.close()
      withdrawals.close()
      directory.close()
      audit.close()
      tokens.close()
      ledger.close()
      for (const one of [consents, erasures, erasedMeasured, erasedDerived]) one.close()
      keptStudies.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
