/** The table of addresses: the dashboard and the tests of access read it, so that nobody writes an address twice. */
export const ROUTES = {
  public: {
    district: '/api/public/district',
    live: '/api/public/live',
    history: '/api/public/live/history',
    stream: '/api/public/stream',
  },
  session: {
    session: '/api/session',
    signIn: '/api/session/sign-in',
    callback: '/api/session/callback',
    signOut: '/api/session/sign-out',
  },
  merchant: {
    deliveryPoints: '/api/merchant/delivery-points',
    summary: '/api/merchant/delivery-points/:id/summary',
    loadCurve: '/api/merchant/delivery-points/:id/load-curve',
    forecast: '/api/merchant/delivery-points/:id/forecast',
    activations: '/api/merchant/activations',
    stream: '/api/merchant/stream',
  },
  planner: {
    network: '/api/planner/network',
    state: '/api/planner/state',
    history: '/api/planner/state/history',
    states: '/api/planner/states',
    feeders: '/api/planner/feeders',
    loadDuration: '/api/planner/load-duration',
    balance: '/api/planner/balance',
    firmImport: '/api/planner/firm-import',
    forecast: '/api/planner/forecast',
    forecastSeries: '/api/planner/forecast-series',
    winterPeak: '/api/planner/winter-peak',
    congestionForecast: '/api/planner/congestion-forecast',
    congestionOfElement: '/api/planner/congestion-forecast/:id',
    congestionReliability: '/api/planner/congestion-reliability',
    forecastSkill: '/api/planner/forecast-skill',
    measurementPoints: '/api/planner/measurement-points',
    connectionStudy: '/api/planner/connection-study',
    outageStudy: '/api/planner/outage-study',
    reinforcement: '/api/planner/reinforcement',
    reinforcementRuns: '/api/planner/reinforcement/runs',
    reinforcementRun: '/api/planner/reinforcement/runs/:id',
    reinforcementStudies: '/api/planner/reinforcement/studies',
    reinforcementStudy: '/api/planner/reinforcement/studies/:id',
    reinforcementSign: '/api/planner/reinforcement/studies/:id/signature',
    reinforcementRerun: '/api/planner/reinforcement/studies/:id/rerun',
    reinforcementDocument: '/api/planner/reinforcement/studies/:id/document',
    reinforcementComparison: '/api/planner/reinforcement/comparison',
    activations: '/api/planner/activations',
    stream: '/api/planner/stream',
  },
  operator: {
    sources: '/api/operator/sources',
    jobs: '/api/operator/jobs',
    quarantine: '/api/operator/quarantine',
    imports: '/api/operator/imports',
    congestionForecast: '/api/operator/congestion-forecast',
    findings: '/api/operator/findings',
    edits: '/api/operator/edits',
    dataQuality: '/api/operator/data-quality',
    forecastDrifts: '/api/operator/forecast-drifts',
    activations: '/api/operator/activations',
    flexibilityReport: '/api/operator/flexibility-report',
    stream: '/api/operator/stream',
  },
  resident: {
    record: '/api/resident/record',
    loadCurve: '/api/resident/delivery-points/:id/load-curve',
    consents: '/api/resident/consents',
    withdrawals: '/api/resident/consents/withdrawals',
    erasures: '/api/resident/erasures',
    export: '/api/resident/export',
  },
  dataOfficer: {
    retention: '/api/data-officer/retention',
  },
  /** OpenADR 3 for end nodes of sellers: its own specification, its own tokens, no session. */
  openAdr: {
    programs: '/openadr3/3.0.1/programs',
    program: '/openadr3/3.0.1/programs/:id',
    events: '/openadr3/3.0.1/events',
    event: '/openadr3/3.0.1/events/:id',
    reports: '/openadr3/3.0.1/reports',
    subscriptions: '/openadr3/3.0.1/subscriptions',
    subscription: '/openadr3/3.0.1/subscriptions/:id',
    vens: '/openadr3/3.0.1/vens',
    ven: '/openadr3/3.0.1/vens/:id',
  },
  service: { live: '/livez', ready: '/readyz', document: '/api/openapi.json' },
} as const

/** Names of server-sent events by stream. Every stream also sends a comment as a heartbeat every 15 s. */
export const EVENTS = {
  public: ['release'],
  merchant: ['value'],
  planner: ['value', 'run'],
  operator: ['sources'],
} as const

/** Fills `:id` and the query of an address of the table. */
export function address(path: string, ids: Readonly<Record<string, string>> = {}, query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const filled = path.replace(/:([a-z]+)/gi, (_, name: string) => encodeURIComponent(ids[name] ?? ''))
  const pairs = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
  return pairs.length === 0 ? filled : `${filled}?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()}`
}
