import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { Channel } from '../port.ts'
import { loadProfiles } from '../profiles.ts'
import { httpDriver } from './driver.ts'
import { startStandIn, type StandInOptions } from './service.testkit.ts'
import { channelOf, watch } from './watch.testkit.ts'

/** Stand-ins that answer in the documented form. None of the profiles was run against its real service. */
const SECRET = { id: 'client', secret: 'secret', lifeS: 7_200 } as const
const profiles = loadProfiles()
const PRM = '16401220101758'

beforeEach(() => {
  process.env['PROFILE_TEST_ID'] = SECRET.id
  process.env['PROFILE_TEST_SECRET'] = SECRET.secret
})
afterEach(() => {
  delete process.env['PROFILE_TEST_ID']
  delete process.env['PROFILE_TEST_SECRET']
})

async function run(profile: string, names: readonly string[], address: string, now: string, standInOptions: StandInOptions, options: (url: string) => Source['options'] = () => ({}), point: Partial<Channel['point']> = {}) {
  const standIn = await startStandIn(standInOptions)
  const channels: Channel[] = names.map((name) => channelOf(address, profiles.get(profile)!.channels[name], { id: 'device', profile })).map((channel) => ({ ...channel, point: { ...channel.point, ...point } }))
  const source: Source = { id: 'web', protocol: 'http', url: standIn.url, periodS: 3_600, staleAfterS: 7_200, options: { ...(standInOptions.secret === undefined ? {} : { clientIdVariable: 'PROFILE_TEST_ID', clientSecretVariable: 'PROFILE_TEST_SECRET' }), ...options(standIn.url) } }
  expect(httpDriver.check(source, channels)).toEqual([])
  const watched = await watch({ source, channels, now: () => Date.parse(now), lastStoredAt: new Float64Array(channels.length).fill(Date.parse(now) - 86_400_000) })
  await expect.poll(() => watched.states.at(-1), { timeout: 20_000 }).toBe('connected')
  return { standIn, ...watched }
}

const curveReading = (date: string, value: string) => ({ value, date, interval_length: 'PT30M', measure_type: 'B' })
const meterReading = (unit: string, readings: object[]) => ({ meter_reading: { usage_point_id: PRM, start: '', end: '', quality: 'BRUT', reading_type: { measurement_kind: 'power', measuring_period: '', unit, aggregate: 'average' }, interval_reading: readings } })

test('enedis-load-curve: stamps at the end, the hour that comes twice, a client that signs in with the body', async () => {
  const { said, standIn, rejected } = await run('enedis-load-curve', ['load-curve'], PRM, '2026-10-26T09:00:00Z', {
    secret: { ...SECRET, in: 'body' }, tokenPath: '/oauth2/v3/token',
    answer: () => ({ body: meterReading('W', [curveReading('2026-10-25 00:30:00', '752'), curveReading('2026-10-25 02:30:00', '1'), curveReading('2026-10-25 03:00:00', '2'), curveReading('2026-10-25 02:30:00', '3')]) }),
  })
  expect(standIn.asked()[0].path).toBe('/metering_data_clc/v5/consumption_load_curve')
  expect(Object.fromEntries(standIn.asked()[0].query)).toEqual({ usage_point_id: PRM, start: '2026-10-22', end: '2026-10-26' })
  expect(said()).toEqual(['0 2026-10-24T22:00 752', '0 2026-10-25T00:00 1', '0 2026-10-25T01:00 3', '0 2026-10-25T01:30 2'])
  expect(rejected).toEqual([])
})

test('enedis: another unit is no answer of this profile, 404 is nothing', async () => {
  const wrong = await run('enedis-load-curve', ['load-curve'], PRM, '2026-06-02T09:00:00Z', { secret: { ...SECRET, in: 'body' }, tokenPath: '/oauth2/v3/token', answer: () => ({ body: meterReading('VA', [curveReading('2026-06-01 00:30:00', '1')]) }) })
  expect([wrong.said(), wrong.rejected]).toEqual([[], ['unexpected-answer 1']])
  const none = await run('enedis-daily', ['energy'], PRM, '2026-06-02T09:00:00Z', { secret: { ...SECRET, in: 'body' }, tokenPath: '/oauth2/v3/token', answer: () => ({ status: 404, body: { error: 'no_data_found' } }) })
  expect([none.said(), none.rejected, none.standIn.asked().length]).toEqual([[], [], 1])
})

test('enedis-daily: local days of 23 hours', async () => {
  const { said, standIn } = await run('enedis-daily', ['energy'], PRM, '2026-03-31T09:00:00Z', {
    secret: { ...SECRET, in: 'body' }, tokenPath: '/oauth2/v3/token', answer: () => ({ body: meterReading('Wh', [{ value: '14000', date: '2026-03-29' }, { value: '15000', date: '2026-03-30' }]) }),
  })
  expect(standIn.asked()[0].path).toBe('/metering_data_dc/v5/daily_consumption')
  expect(said()).toEqual(['0 2026-03-28T23:00 14000', '0 2026-03-29T22:00 15000'])
})

test('grdf-daily: a line a gas day, a token from another address, a quality of the network operator', async () => {
  const day = (date: string, next: string, energy: number | null, kind: string) => JSON.stringify({
    pce: { id_pce: '23000000000000' }, periode: { valeur: null, date_debut: date, date_fin: next },
    consommation: { date_debut_consommation: `${date}T06:00:00+02:00`, date_fin_consommation: `${next}T06:00:00+02:00`, volume_brut: 4.5, coeff_calcul: { coeff_conversion: 11.29 }, energie: energy, type_qualif_conso: kind, sens_flux_gaz: 'Consommation', statut_conso: 'Provisoire', journee_gaziere: date, type_conso: 'Informative Journalier' },
    statut_restitution: null,
  })
  const token = await startStandIn({ answer: () => ({}), secret: { ...SECRET, in: 'body', scope: '/adict/v2' } })
  const { said, rows, standIn } = await run('grdf-daily', ['energy', 'volume'], '23000000000000', '2026-06-04T09:00:00Z', {
    answer: ({ headers }) => (token.valid.has((headers.authorization ?? '').slice(7)) ? { headers: { 'content-type': 'application/nd-json' }, body: `${day('2026-06-01', '2026-06-02', 50, 'Mesuré')}\n${day('2026-06-02', '2026-06-03', 51, 'Estimé')}\n` } : { status: 401 }),
  }, () => ({ tokenUrl: `${token.url}/token`, clientIdVariable: 'PROFILE_TEST_ID', clientSecretVariable: 'PROFILE_TEST_SECRET' }))
  expect([standIn.calls[0].path, standIn.calls[0].headers.accept]).toEqual(['/adict/v2/pce/23000000000000/donnees_consos_informatives', 'application/x-ndjson'])
  expect(said()).toEqual(['0 2026-06-01T04:00 50', '0 2026-06-02T04:00 51', '1 2026-06-01T04:00 4.5', '1 2026-06-02T04:00 4.5'])
  expect(rows.map(({ quality }) => quality)).toEqual([QUALITY.measured, QUALITY.estimated, QUALITY.measured, QUALITY.estimated])
})

test('rte-ecowatt: hours of the wall clock, nothing of the hours ahead, one call in a quarter of an hour', async () => {
  const hours = (level: number) => Array.from({ length: 24 }, (_, pas) => ({ pas, hvalue: pas === 3 ? 3 : level }))
  const signal = (day: string, offset: string, level: number) => ({ GenerationFichier: `${day}T17:05:00${offset}`, jour: `${day}T00:00:00${offset}`, dvalue: level, message: 'Pas d’alerte.', values: hours(level) })
  const { said, rejected, standIn } = await run('rte-ecowatt', ['level'], 'national', '2026-10-25T03:30:00Z', {
    secret: { ...SECRET, in: 'header' }, tokenPath: '/token/oauth', answer: () => ({ body: { signals: [signal('2026-10-26', '+01:00', 2), signal('2026-10-25', '+02:00', 1)] } }),
  })
  expect(standIn.asked().map(({ path }) => path)).toEqual(['/open_api/ecowatt/v5/signals'])
  // 03:00 of the wall clock is four hours after midnight on the day of 25 hours; 04:00 is the hour that has just begun.
  expect(said()).toEqual(['0 2026-10-24T22:00 1', '0 2026-10-24T23:00 1', '0 2026-10-25T00:00 1', '0 2026-10-25T02:00 3', '0 2026-10-25T03:00 1'])
  expect(rejected).toEqual([])
})

test('eco2mix: a null is a value that comes later', async () => {
  const row = (time: string, carbon: number | null, consumption: number | null) => ({ date_heure: time, taux_co2: carbon, consommation: consumption })
  const { said, standIn, rejected } = await run('eco2mix', ['carbon-intensity', 'consumption'], 'france', '2026-01-10T12:00:00Z', {
    answer: () => ({ body: [row('2026-01-10T11:00:00+00:00', 21, 60_123), row('2026-01-10T11:15:00+00:00', null, 60_200), row('2026-01-10T23:45:00+00:00', null, null)] }),
  })
  expect(standIn.calls[0].path).toBe('/api/explore/v2.1/catalog/datasets/eco2mix-national-tr/exports/json')
  expect(standIn.calls[0].query.get('where')).toBe("date_heure >= date'2026-01-08T12:00:00Z' and date_heure < date'2026-01-10T12:00:00Z'")
  expect(said()).toEqual(['0 2026-01-10T11:00 21', '1 2026-01-10T11:00 60123', '1 2026-01-10T11:15 60200'])
  expect(rejected).toEqual([])
})

test.each([['open-meteo', '/v1/forecast', { start_date: '2026-01-07', end_date: '2026-01-10' }], ['open-meteo-archive', '/v1/archive', { start_date: '2025-12-30', end_date: '2026-01-09' }]] as const)('%s: lists beside each other; radiation belongs to the hour before; what a model says is no measurement', async (profile, path, days) => {
  const hour = (number: number) => Date.UTC(2026, 0, 10, number) / 1_000
  const { said, rows, standIn, rejected } = await run(profile, ['temperature', 'irradiance'], 'roof', '2026-01-10T12:30:00Z', {
    answer: () => ({ body: { latitude: 48.38, longitude: -4.5, utc_offset_seconds: 3_600, timezone: 'Europe/Paris', hourly_units: { time: 'unixtime', temperature_2m: '°C', shortwave_radiation: 'W/m²' }, hourly: { time: [11, 12, 13, 14].map(hour), temperature_2m: [8.1, null, 8.5, 8.6], shortwave_radiation: [100, 120, 130, 140] } } }),
  }, () => ({ latitude: 48.39, longitude: -4.49 }))
  expect(standIn.calls[0].path).toBe(path)
  expect(Object.fromEntries(standIn.calls[0].query)).toEqual({ latitude: '48.39', longitude: '-4.49', ...days, hourly: 'temperature_2m,shortwave_radiation', timeformat: 'unixtime', timezone: 'Europe/Paris' })
  expect(said()).toEqual(['0 2026-01-10T11:00 8.1', '1 2026-01-10T10:00 100', '1 2026-01-10T11:00 120'])
  expect(new Set(rows.map(({ quality }) => quality))).toEqual(new Set([QUALITY.estimated]))
  expect(rejected).toEqual([])
})

test('open-meteo-forecast: a week ahead and no further, each value marked as a forecast; only for points that say how far', async () => {
  const hour = (days: number, number: number) => Date.UTC(2026, 0, 10 + days, number) / 1_000
  const { said, rows, standIn, rejected } = await run('open-meteo-forecast', ['temperature', 'irradiance'], 'roof', '2026-01-10T12:30:00Z', {
    answer: () => ({ body: { hourly_units: { temperature_2m: '°C', shortwave_radiation: 'W/m²' }, hourly: { time: [hour(0, 12), hour(0, 14), hour(7, 12), hour(7, 14)], temperature_2m: [8, 8.5, 3, 2.5], shortwave_radiation: [120, 140, 90, 80] } } }),
  }, () => ({ latitude: 48.39, longitude: -4.49 }), { forecastHours: 168 })
  expect(Object.fromEntries(standIn.calls[0].query)).toMatchObject({ start_date: '2026-01-10', end_date: '2026-01-17' })
  expect(said()).toEqual(['0 2026-01-10T12:00 8', '0 2026-01-10T14:00 8.5', '0 2026-01-17T12:00 3', '1 2026-01-10T11:00 120', '1 2026-01-10T13:00 140', '1 2026-01-17T11:00 90'])
  expect(new Set(rows.map(({ quality }) => quality))).toEqual(new Set([QUALITY.forecast]))
  expect(rejected).toEqual([])
  const check = (profile: string, forecastHours: number | undefined) => {
    const channel = channelOf('roof', profiles.get(profile)!.channels['temperature'], { id: 'device', profile })
    return httpDriver.check({ id: 'web', protocol: 'http', url: standIn.url, periodS: 3_600, staleAfterS: 7_200, options: { latitude: 48, longitude: -4 } }, [{ ...channel, point: { ...channel.point, ...(forecastHours === undefined ? {} : { forecastHours }) } }])
  }
  expect([check('open-meteo-forecast', undefined).length, check('open-meteo-forecast', 48).length, check('open-meteo-forecast', 168).length, check('open-meteo', 168).length, check('open-meteo', undefined).length]).toEqual([1, 1, 0, 1, 0])
})

test('every shipped profile of a service has its stand-in here', () => {
  expect([...profiles.values()].filter(({ protocol }) => protocol === 'http').map(({ id }) => id)).toEqual(['eco2mix', 'enedis-daily', 'enedis-load-curve', 'grdf-daily', 'open-meteo-archive', 'open-meteo-forecast', 'open-meteo', 'rte-ecowatt'])
})
