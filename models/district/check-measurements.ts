import { dimensionOf, KNOWN_UNITS, type Dimension } from '#models/units/convert.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { DocumentIndex } from './document-index.ts'
import { fault, type Fault } from './fault.ts'
import { compileFormula } from './formula.ts'
import type { MeasurementPoint, Quantity } from './schema.ts'

/** Channels of a meter profile and the unit each delivers. */
export type ProfileChannels = ReadonlyMap<string, ReadonlyMap<string, string>>

const DIMENSION: Readonly<Record<Quantity, Dimension>> = {
  'active-power': 'active-power', 'reactive-power': 'reactive-power', 'apparent-power-max': 'apparent-power', 'current': 'current', 'voltage': 'voltage',
  'active-energy': 'energy', 'position': 'number', 'volume': 'volume', 'flow': 'flow', 'temperature': 'temperature', 'flow-temperature': 'temperature',
  'return-temperature': 'temperature', 'thermal-power': 'active-power', 'thermal-energy': 'energy', 'irradiance': 'irradiance', 'state': 'number',
}
/** Amounts: true of a step or counted, never of an instant. Everything else is never counted by a register. */
const AMOUNTS = new Set<Quantity>(['active-energy', 'thermal-energy', 'volume'])
const ENDS: Readonly<Record<string, readonly string[]>> = { 'network/lineSections': ['from', 'to'], 'network/transformers': ['hv', 'lv'] }
const DAY_S = 86_400

/** Measurement points that make sense, and feeds that exist. */
export function measurementFaults(index: DocumentIndex, profiles: ProfileChannels | undefined): Fault[] {
  const profileOf = new Map(index.list('devices').map(({ value }) => [value.id, value.profile]))
  const faults: Fault[] = []
  if (profiles !== undefined) {
    for (const { path, value } of index.list('devices')) {
      if (!profiles.has(value.profile)) faults.push(fault('PF_DISTRICT_CHANNEL_UNKNOWN', `${path}/profile`, `${value.id}: there is no profile "${value.profile}".`, `Write one of ${[...profiles.keys()].join(', ')}, or add the profile.`))
    }
  }
  for (const { path, value } of index.list('measurementPoints')) {
    faults.push(...pointFaults(path, value, index))
    const profile = value.feed === undefined ? undefined : profileOf.get(value.feed.device)
    const channels = profile === undefined ? undefined : profiles?.get(profile)
    if (value.feed === undefined || channels === undefined) continue
    const unit = channels.get(value.feed.channel)
    if (unit === undefined) {
      faults.push(fault('PF_DISTRICT_CHANNEL_UNKNOWN', `${path}/feed/channel`, `${value.id}: the profile ${profile} has no channel "${value.feed.channel}".`, `Write one of ${[...channels.keys()].join(', ')}.`))
    } else if (dimensionOf(unit) !== undefined && dimensionOf(value.unit) !== undefined && dimensionOf(unit) !== dimensionOf(value.unit)) {
      faults.push(fault('PF_DISTRICT_UNIT', `${path}/unit`, `${value.id}: its channel "${value.feed.channel}" delivers ${unit}, which is never ${value.unit}.`))
    }
  }
  return faults
}

function pointFaults(path: string, point: MeasurementPoint, index: DocumentIndex): Fault[] {
  const faults: Fault[] = []
  const { id, quantity, unit, kind, stepS, min, max, end } = point
  const dimension = dimensionOf(unit)
  if (dimension === undefined) faults.push(fault('PF_DISTRICT_UNIT', `${path}/unit`, `${id}: the unit "${unit}" is not known.`, `Write one of ${KNOWN_UNITS.join(', ')}.`))
  else if (dimension !== DIMENSION[quantity]) {
    const fitting = KNOWN_UNITS.filter((name) => dimensionOf(name) === DIMENSION[quantity])
    faults.push(fault('PF_DISTRICT_UNIT', `${path}/unit`, `${id}: ${unit} does not measure ${quantity}.`, `Write one of ${fitting.join(', ')}.`))
  }
  if (AMOUNTS.has(quantity) && kind === 'instant') {
    faults.push(fault('PF_DISTRICT_MISFIT', `${path}/kind`, `${id}: ${quantity} is an amount, it is not true of an instant.`, 'Write "interval" for the amount of a step, "register" for a counter.'))
  }
  if (!AMOUNTS.has(quantity) && kind === 'register') {
    faults.push(fault('PF_DISTRICT_MISFIT', `${path}/kind`, `${id}: a register cannot count ${quantity}.`, 'Write "instant" or "interval", or the quantity the register counts.'))
  }
  if (kind === 'interval' && DAY_S % stepS !== 0) {
    faults.push(fault('PF_DISTRICT_MISFIT', `${path}/stepS`, `${id}: a day does not hold a whole number of steps of ${stepS} s.`, 'Write a step that divides 86400, e.g. 600, 1800 or 3600.'))
  }
  if (min !== undefined && max !== undefined && min >= max) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/min`, `${id}: min ${min} is not below max ${max}.`))
  const target = index.find(point.on)
  if (end !== undefined && target !== undefined && !(ENDS[target.kind] ?? []).includes(end)) {
    faults.push(fault('PF_DISTRICT_MISFIT', `${path}/end`, `${id}: ${point.on} has no end "${end}".`, 'Line sections have the ends from and to, transformers hv and lv; leave it out elsewhere.'))
  }
  if (target?.kind === 'deliveryPoints') {
    const { carrier } = target.value as { id: string; carrier?: unknown }
    if (carrier !== point.carrier) faults.push(fault('PF_DISTRICT_MISFIT', `${path}/carrier`, `${id} measures ${point.carrier}, but ${point.on} is a delivery point of ${String(carrier)}.`))
  } else if (target?.kind.startsWith('network/') && point.carrier !== 'electricity') {
    faults.push(fault('PF_DISTRICT_MISFIT', `${path}/carrier`, `${id} measures ${point.carrier} on ${point.on}, an element of the electrical network.`))
  }
  return faults
}

const WEATHER_POINTS = { temperaturePoint: ['temperature', false], irradiancePoint: ['irradiance', false], temperatureForecastPoint: ['temperature', true], irradianceForecastPoint: ['irradiance', true] } as const

/** Points that tell the weather measure what their name says, and those that foretell it say so. */
export function weatherFaults(index: DocumentIndex): Fault[] {
  const points = new Map(index.list('measurementPoints').map(({ value }) => [value.id, value]))
  const weather = index.part('weather')
  return Object.entries(WEATHER_POINTS).flatMap(([name, [quantity, isForecast]]) => {
    const point = points.get(weather?.[name as keyof typeof WEATHER_POINTS] ?? '')
    if (point === undefined) return []
    return [
      ...(point.quantity === quantity ? [] : [fault('PF_DISTRICT_MISFIT', `/weather/${name}`, `${point.id} measures ${point.quantity}.`, `Name a point of the quantity ${quantity}.`)]),
      ...((point.forecastHours !== undefined) === isForecast ? [] : [fault('PF_DISTRICT_MISFIT', `/weather/${name}`, isForecast ? `${point.id} has no forecastHours: values ahead of the clock would be refused.` : `${point.id} holds forecasts (it has forecastHours).`, isForecast ? 'Write forecastHours, e.g. 168.' : 'Name the point of what is observed.')]),
    ]
  })
}

/** Virtual meters whose formula compiles over the measurement points and constants of the document. */
export function formulaFaults(index: DocumentIndex): Fault[] {
  const points = index.all.filter(({ kind }) => kind === 'measurementPoints').map(({ value }) => value.id)
  const constants = index.part('constants')
  return index.list('virtualMeters').flatMap(({ path, value }) => {
    const faults = dimensionOf(value.unit) === undefined
      ? [fault('PF_DISTRICT_UNIT', `${path}/unit`, `${value.id}: the unit "${value.unit}" is not known.`, `Write one of ${KNOWN_UNITS.join(', ')}.`)]
      : []
    try {
      compileFormula(value.formula, { points, constants })
    } catch (error) {
      if (!(error instanceof PenfeldError)) throw error
      faults.push(fault('PF_DISTRICT_FORMULA', `${path}/formula`, `${value.id}: ${error.detail}`))
    }
    return faults
  })
}
