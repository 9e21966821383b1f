import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QUALITY } from '#models/units/quality.ts'
import { emptyColumns, orNull, pushValue } from '../columns.ts'
import { Balance, ElementHistory, ElementIntervalQuery, ElementQuery, FirmImport, LoadDuration, PlannerFeeders, PlannerFormatQuery, PlannerIntervalQuery, PlannerMeasurementPoints, PlannerNetwork, PlannerState, PlannerStateQuery, PlannerStates, type RunEvent } from '../contract/planner.ts'
import { PlannerForecast, PlannerForecastQuery, PlannerForecastSeries, PlannerForecastSeriesQuery } from '../contract/forecast.ts'
import { ROUTES } from '../contract/routes.ts'
import { WinterPeak, WinterPeakQuery } from '../contract/winter-peak.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { forecastTable, forecastView } from '../forecast-view.ts'
import { DAY_MS, checkInterval } from '../interval.ts'
import type { EventStreams } from '../live/event-streams.ts'
import type { LiveValues } from '../live/live-values.ts'
import { roleHolds } from '../live/role-holds.ts'
import { streamValues } from '../live/stream-values.ts'
import { balanceView, firmImportView } from '../planner/conclusions.ts'
import { elementLoad, networkElement, pointsOf } from '../planner/element.ts'
import { chosenSeries, measuredMeans, plannerForecastSeries } from '../planner/forecast.ts'
import { createForecastPeaks } from '../planner/forecast-peaks.ts'
import { loadDuration } from '../planner/load-duration.ts'
import { networkView } from '../planner/network-view.ts'
import { eachState, newestState } from '../planner/states.ts'
import { feederHeadrooms, networkAt, runSummary, stateView } from '../planner/view.ts'
import { winterPeakTable, winterPeakView } from '../planner/winter-peak.ts'
import { tomorrowPeak } from '../tomorrow-peak.ts'
import { traceValues } from '../trace.ts'

const config = { access: { role: 'planner' } } as const
const LONGEST_DAYS = { history: 62, states: 4, forecast: 31 } as const
const MEASURED_BESIDE_FORECAST_MS = 2 * DAY_MS
const LOOK_FOR_RUN_MS = 1_000

export const plannerRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps; streams: EventStreams; live: LiveValues }> = async (app, { deps, streams, live }) => {
  const { clock, measured, runs, sight } = deps
  const { district } = deps.district
  /** What is shown is read from here; from `runs` itself only the level of what is not. */
  const seen = sight.seen(runs, deps.district.version)
  const forecastPeaks = createForecastPeaks(district, seen)
  const allSeries = plannerForecastSeries(district)
  const forecastSeries = () => sight.series(allSeries, clock.now())

  app.get(ROUTES.planner.network, { config, schema: { querystring: PlannerFormatQuery, response: { 200: PlannerNetwork } } }, async (request, reply) =>
    answer(request, reply, await networkView(deps.district, measured, clock.now()), ({ lineSections }) => ({
      header: ['line_section', 'name', 'from', 'to', 'cable', 'length_km', 'rating_a'],
      rows: lineSections.map((one) => [one.id, one.name, one.from, one.to, one.cable, one.lengthKm, one.ratingA]),
    })))

  app.get(ROUTES.planner.state, { config, schema: { querystring: PlannerStateQuery, response: { 200: PlannerState } } }, async (request, reply) => {
    const { at } = request.query
    const newest = at === undefined ? await newestState(runs, 'estimate', clock.now()) : await stateNear(at)
    const layout = newest && (await runs.layout(newest.head.districtVersion))
    const body: PlannerState = newest === undefined || layout === undefined
      ? { readiness: 'starting', ageS: null, run: null, state: null }
      : { readiness: 'ready', ageS: Math.max(0, (clock.now() - newest.state.at) / 1000), run: runSummary(newest.head), state: stateView(district, layout, newest.state, networkAt(district, newest.state.at), sight) }
    return answer(request, reply, body, ({ state }) => ({
      header: ['at', 'element', 'kind', 'current_a', 'load_kva', 'loading_pct', 'headroom_a', 'headroom_kva', 'quality', 'level', 'withheld'],
      rows: state === null ? [] : [
        ...state.sections.map((one) => [isoTime(state.at), one.id, 'line-section', one.currentA, null, one.loadingPct, one.headroomA, one.headroomKva, one.quality, one.level, one.withheld]),
        ...state.transformers.map((one) => [isoTime(state.at), one.id, 'transformer', null, one.loadKva, one.loadingPct, null, one.headroomKva, one.quality, one.level, one.withheld]),
      ],
    }))
  })

  /** The step that covers an instant: of the estimates, or of the forecast where it lies ahead. */
  const stateNear = async (at: number) => {
    for (const kind of ['estimate', 'forecast'] as const) {
      const head = await runs.latest(kind)
      if (head === undefined) continue
      const stepMs = head.stepS * 1000
      const state = (await runs.states(kind, at - stepMs + 1, at + 1)).at(-1)
      if (state !== undefined) return { head, state }
    }
    return undefined
  }

  app.get(ROUTES.planner.history, { config, schema: { querystring: ElementIntervalQuery, response: { 200: ElementHistory } } }, async (request, reply) => {
    checkInterval(request.query, LONGEST_DAYS.history)
    const { from, to } = request.query
    const element = networkElement(district, request.query.element)
    const loadingPct = emptyColumns()
    const load = emptyColumns()
    let lastAt = from - 1
    for (const kind of ['estimate', 'forecast'] as const) {
      const head = await runs.latest(kind)
      const layout = head && (await runs.layout(head.districtVersion))
      if (layout === undefined) continue
      const read = elementLoad(element, layout)
      // The forecast goes on where the estimates end.
      await eachState(seen, kind, Math.max(from, lastAt + 1), to, (state) => {
        const one = read(state)
        const quality = kind === 'forecast' ? QUALITY.forecast : one.quality
        pushValue(loadingPct, state.at, one.loadingPct, quality)
        pushValue(load, state.at, one.load, quality)
        lastAt = state.at
      })
    }
    const ratings = networkAt(district, clock.now())
    const isTransformer = element.kind === 'transformer'
    const ratingA = isTransformer ? null : orNull(ratings.sectionRatingA.get(element.sections[0]!) ?? NaN)
    const ratedKva = isTransformer ? orNull(ratings.transformerKva.get(element.id) ?? NaN) : null
    const body: ElementHistory = { element: element.id, kind: element.kind, ratingA, ratedKva, from, to, loadingPct, currentA: isTransformer ? null : load, loadKva: isTransformer ? load : null, withheld: sight.withheld(element.id, clock.now()) }
    return answer(request, reply, body, (history) => ({
      header: ['at', 'loading_pct', isTransformer ? 'load_kva' : 'current_a', 'quality'],
      rows: history.loadingPct.at.map((at, i) => [isoTime(at), history.loadingPct.values[i]!, load.values[i]!, history.loadingPct.quality[i]!]),
    }))
  })

  app.get(ROUTES.planner.states, { config, schema: { querystring: PlannerIntervalQuery, response: { 200: PlannerStates } } }, async (request, reply) => {
    checkInterval(request.query, LONGEST_DAYS.states)
    const { from, to } = request.query
    const body: PlannerStates = { lineSections: [], transformers: [], at: [], kind: [], sectionLoadingPct: [], transformerLoadingPct: [], districtKw: [] }
    for (const kind of ['estimate', 'forecast'] as const) {
      const head = await runs.latest(kind)
      const layout = head && (await runs.layout(head.districtVersion))
      if (layout === undefined) continue
      body.lineSections = [...layout.lineSections]
      body.transformers = [...layout.transformers]
      await eachState(seen, kind, Math.max(from, (body.at.at(-1) ?? from - 1) + 1), to, (state) => {
        if (state.sectionLoadingPct.length !== layout.lineSections.length) return // of another version of the document
        body.at.push(state.at)
        body.kind.push(kind)
        body.sectionLoadingPct.push(Array.from(state.sectionLoadingPct, tenth))
        body.transformerLoadingPct.push(Array.from(state.transformerLoadingPct, tenth))
        body.districtKw.push(orNull(state.districtKw))
      })
    }
    return answer(request, reply, body, (states) => ({
      header: ['at', 'kind', 'district_kw', ...states.lineSections, ...states.transformers],
      rows: states.at.map((at, i) => [isoTime(at), states.kind[i]!, states.districtKw[i]!, ...states.sectionLoadingPct[i]!, ...states.transformerLoadingPct[i]!]),
    }))
  })

  app.get(ROUTES.planner.feeders, { config, schema: { querystring: PlannerFormatQuery, response: { 200: PlannerFeeders } } }, async (request, reply) => {
    const newest = await newestState(runs, 'estimate', clock.now())
    const layout = newest && (await runs.layout(newest.head.districtVersion))
    const feeders = newest === undefined || layout === undefined ? [] : feederHeadrooms(district, layout, newest.state, networkAt(district, newest.state.at), await forecastPeaks(clock.now()), sight)
    const body: PlannerFeeders = {
      readiness: feeders.length === 0 ? 'starting' : 'ready',
      at: newest?.state.at ?? null,
      over: feeders.filter(({ level }) => level === 'over').length,
      watch: feeders.filter(({ level }) => level === 'watch').length,
      feeders,
    }
    return answer(request, reply, body, (table) => ({
      header: ['feeder', 'name', 'limiting_section', 'current_a', 'rating_a', 'loading_pct', 'headroom_a', 'headroom_kva', 'level', 'quality', 'forecast_peak_pct', 'forecast_peak_at', 'withheld'],
      rows: table.feeders.map((one) => [one.id, one.name, one.limitingSection, one.currentA, one.ratingA, one.loadingPct, one.headroomA, one.headroomKva, one.level, one.quality, one.forecastPeak?.loadingPct, isoTime(one.forecastPeak?.at ?? null), one.withheld]),
    }))
  })

  app.get(ROUTES.planner.forecastSeries, { config, schema: { querystring: PlannerForecastSeriesQuery, response: { 200: PlannerForecastSeries } } }, async (request, reply) => {
    const body: PlannerForecastSeries = { series: forecastSeries().map(({ series, kind, name, carrier, unit }) => ({ series, kind, name, carrier, unit })) }
    return answer(request, reply, body, (list) => ({ header: ['series', 'kind', 'name', 'carrier', 'unit'], rows: list.series.map((one) => [one.series, one.kind, one.name, one.carrier, one.unit]) }))
  })

  app.get(ROUTES.planner.forecast, { config, schema: { querystring: PlannerForecastQuery, response: { 200: PlannerForecast } } }, async (request, reply) => {
    const now = clock.now()
    const { series: asked = 'district', from = now - MEASURED_BESIDE_FORECAST_MS } = request.query
    checkInterval({ from, to: now }, LONGEST_DAYS.forecast)
    const chosen = chosenSeries(forecastSeries(), asked)
    const { series, kind, name, power } = chosen
    const [issued, measuredKw] = [await runs.latestForecast(series), await measuredMeans(measured, power, from, now)]
    const body: PlannerForecast = { ...forecastView(chosen, issued, tomorrowPeak(issued, await runs.pastForecasts(series), district.timeZone, now)), kind, name, measuredKw }
    return answer(request, reply, body, (forecast) => forecastTable(forecast, forecast.measuredKw))
  })

  app.get(ROUTES.planner.winterPeak, { config, schema: { querystring: WinterPeakQuery, response: { 200: WinterPeak } } }, async (request, reply) => {
    const chosen = chosenSeries(forecastSeries(), request.query.series ?? 'district')
    return answer(request, reply, winterPeakView(chosen, await deps.findings.winterPeak(chosen.series)), winterPeakTable)
  })

  app.get(ROUTES.planner.loadDuration, { config, schema: { querystring: ElementQuery, response: { 200: LoadDuration } } }, async (request, reply) => {
    const element = networkElement(district, request.query.element)
    const to = clock.now()
    const from = to - 30 * DAY_MS
    const withheld = sight.withheld(element.id, to)
    const curve = await loadDuration(seen, element, from, to, district.thresholds.limitLoadingPct)
    const whole = withheld === 'none' ? curve : await loadDuration(runs, element, from, to, district.thresholds.limitLoadingPct)
    // For how long an element is beyond its limit is what it is planned by, and tells nobody's habits.
    const body: LoadDuration = { ...curve, withheld, steps: whole.steps, hoursOverLimit: withheld === 'none' ? curve.hoursOverLimit : Math.round(whole.hoursOverLimit) }
    return answer(request, reply, body, ({ sharePct, loadingPct }) => ({ header: ['share_pct', 'loading_pct'], rows: sharePct.map((share, i) => [share, loadingPct[i]!]) }))
  })

  app.get(ROUTES.planner.balance, { config, schema: { querystring: PlannerFormatQuery, response: { 200: Balance } } }, async (request, reply) =>
    answer(request, reply, await balanceView({ ...deps, runs: { ...runs, ...seen } }, sight), ({ findings }) => ({
      header: ['kind', 'element', 'residual_pct', 'residual_kw', 'sentence_fr', 'sentence_en'],
      rows: findings.map((one) => [one.kind, one.element, one.residualPct, one.residualKw, one.sentence.fr, one.sentence.en]),
    })))

  app.get(ROUTES.planner.firmImport, { config, schema: { querystring: PlannerFormatQuery, response: { 200: FirmImport } } }, async (request, reply) =>
    answer(request, reply, await firmImportView({ ...deps, runs: { ...runs, ...seen } }), ({ contingencies }) => ({
      header: ['lost', 'firm_import_kw', 'limiting_element', 'loading_pct'],
      rows: contingencies.map((one) => [one.lost, one.firmImportKw, one.limitingElement, one.loadingPct]),
    })))

  app.get(ROUTES.planner.measurementPoints, { config, schema: { querystring: ElementQuery, response: { 200: PlannerMeasurementPoints } } }, async (request, reply) => {
    const element = networkElement(district, request.query.element)
    const body: PlannerMeasurementPoints = { element: element.id, points: await traceValues(measured, district, clock, pointsOf(district, element).filter((point) => sight.maySeePoint(point, clock.now()))) }
    return answer(request, reply, body, ({ points }) => ({
      header: ['point', 'value', 'unit', 'quality', 'at', 'recorded_at', 'age_s', 'stale', 'source', 'protocol', 'device_address'],
      rows: points.map((one) => [one.pointId, one.value, one.unit, one.quality, isoTime(one.at), isoTime(one.recordedAt), one.ageS, one.stale, one.sourceId, one.sourceProtocol, one.deviceAddress]),
    }))
  })

  app.get(ROUTES.planner.stream, { config, exposeHeadRoute: false, schema: { description: 'Server-sent events `value` and `run`.', produces: ['text/event-stream'] } }, async (request, reply) => {
    const stream = streams.open(request, reply, roleHolds(deps.directory, request, 'planner'))
    const { network, measurementPoints } = district
    const elements = new Set([network.feeders, network.transformers, network.switches, network.lineSections, network.busbars].flatMap((list) => list.map(({ id }) => id)))
    const sent = { estimate: 0, forecast: 0 }
    const look = async () => {
      for (const kind of ['estimate', 'forecast'] as const) {
        const head = await runs.latest(kind)
        if (head === undefined || head.runId === sent[kind]) continue
        if (stream.send('run', { runId: head.runId, kind, at: head.from } satisfies RunEvent)) sent[kind] = head.runId
      }
    }
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_FOR_RUN_MS)
    stream.onClose(() => clearInterval(timer))
    await look()
    await streamValues(stream, live, measured, measurementPoints.filter((point) => elements.has(point.on) && sight.maySeePoint(point, clock.now())).map(({ id }) => id))
  })
}

/** The cursor needs no more digits, and they are most of the answer. */
const tenth = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 10) / 10 : null)
