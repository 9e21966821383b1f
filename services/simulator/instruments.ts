import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { District, MeasurementPoint, Provenance } from '#models/district/schema.ts'
import { conversion } from '#models/units/convert.ts'
import { createRegister } from './register.ts'
import { SLOT_MS } from './truth/calendar.ts'
import { chargerState, useOf } from './truth/charging.ts'
import { hashOf, normal, uniform } from './truth/hash.ts'
import { isClosed } from './truth/radial-network.ts'
import { amountOfSlots } from './truth/truth.ts'
import type { Truth, TruthDay, TruthOptions } from './truth/truth.ts'

export interface Instrument {
  /** Unit, sign and resolution of the document; NaN where the instrument lost the value. */
  read(day: TruthDay, at: number): number
}

/** A reading in the unit named beside it, as the device counts it. */
interface Reading {
  readonly unit: string
  readonly read: (day: TruthDay, at: number) => number
  readonly provenance: Provenance
}

const slotOf = (day: TruthDay, at: number): number => Math.floor((at - day.day.start) / SLOT_MS)
/** One value in two thousand never arrives. */
const LOST_SHARE = 0.0005

export function createInstrument(point: MeasurementPoint, district: District, truth: Truth, options: TruthOptions): { instrument: Instrument; provenance: Provenance } {
  const reading = networkReading(point, district, truth) ?? weatherReading(point) ?? pointReading(point, district, truth, options)
  if (reading === undefined) {
    throw new PenfeldError('PF_SIMULATOR_POINT_UNKNOWN', `A ${point.quantity} (${point.kind}) on "${point.on}" is nothing the field can measure.`, { where: point.id })
  }
  const factor = point.sign * (reading.unit === point.unit ? 1 : conversion(reading.unit, point.unit))
  // Dividing by a whole number gives the clean decimals that a meter shows: 12.3, never 12.299999999999999.
  const perUnit = point.resolution < 1 ? Math.round(1 / point.resolution) : 1 / point.resolution
  const seed = hashOf(point.id)
  const loses = district.network.lineSections.some(({ id }) => id === point.on) || point.id.startsWith('elec.hv.') || point.id.startsWith('elec.tr.') || point.id.startsWith('elec.lv.')
  const read = (day: TruthDay, at: number): number => {
    if (loses && uniform(seed, day.day.epochDay, Math.floor(at / 1_000)) < LOST_SHARE) return NaN
    const scaled = reading.read(day, at) * factor * perUnit
    // A counter shows what is complete, everything else the nearest step.
    return (point.kind === 'register' ? Math.floor(scaled) : Math.round(scaled)) / perUnit
  }
  return { instrument: { read }, provenance: reading.provenance }
}

/**
 * The error of a class: a gain that wanders slowly within the class and a little noise of every single value. Two
 * instruments on one feeder never agree to the last watt.
 */
function withError(seed: number, classPct: number, read: (day: TruthDay, at: number) => number): (day: TruthDay, at: number) => number {
  const fixed = (uniform(seed, 31, 0) - 0.5) * classPct * 0.012
  return (day, at) => {
    const month = day.day.epochDay / 30
    const whole = Math.floor(month)
    const wander = (1 - (month - whole)) * normal(seed, 32, whole) + (month - whole) * normal(seed, 32, whole + 1)
    const gain = 1 + fixed + wander * classPct * 0.0008
    return read(day, at) * (gain + classPct * 0.0012 * normal(seed, 33, Math.floor(at / 1_000)))
  }
}

function networkReading(point: MeasurementPoint, district: District, truth: Truth): Reading | undefined {
  const { network } = district
  const seed = hashOf(point.id)
  const column = (values: (day: TruthDay) => Float64Array, element: number, turn: number, unit: string): Reading => ({
    unit, provenance: 'composed', read: withError(seed, 0.5, (day, at) => turn * values(day)[element * day.day.slots + slotOf(day, at)]),
  })
  const end = (branch: number, fromEnd: boolean, bus: string): Reading | undefined => {
    const turn = fromEnd ? 1 : -1
    const place = truth.network.buses.get(bus)!
    if (point.quantity === 'active-power') return column(({ flow }) => (fromEnd ? flow.fromKw : flow.toKw), branch, turn, 'kW')
    if (point.quantity === 'reactive-power') return column(({ flow }) => (fromEnd ? flow.fromKvar : flow.toKvar), branch, turn, 'kvar')
    if (point.quantity === 'current') return column(({ flow }) => (fromEnd ? flow.fromA : flow.toA), branch, 1, 'A')
    if (point.quantity === 'voltage') return column(({ flow }) => flow.voltagePu, place, truth.network.nominalKv[place], 'kV')
    return undefined
  }

  const feeder = network.feeders.find(({ id }) => id === point.on)
  const section = network.lineSections.find(({ id }) => id === (feeder?.lineSections[0] ?? point.on))
  if (section !== undefined) {
    const fromEnd = feeder === undefined ? point.end !== 'to' : section.from === feeder.busbar
    return end(truth.network.lineSections.get(section.id)!, fromEnd, fromEnd ? section.from : section.to)
  }
  const transformer = network.transformers.find(({ id }) => id === point.on)
  if (transformer !== undefined) {
    const branch = truth.network.transformers.get(transformer.id)!
    if (point.quantity === 'temperature') {
      // Top oil: some way above the air, by the square of the load; no memory, which a ten-minute picture can bear.
      return { unit: 'degC', provenance: 'composed', read: (day, at) => day.weather.temperatureC[slotOf(day, at)] + 12 + 43 * (day.flow.fromKw[branch * day.day.slots + slotOf(day, at)] / transformer.ratedKva) ** 2 }
    }
    const hv = point.end === 'hv' || point.end === 'from'
    // Power that leaves towards the loads is positive on both sides.
    const side = end(branch, hv, hv ? transformer.hvNode : transformer.lvNode)
    const isPower = point.quantity === 'active-power' || point.quantity === 'reactive-power'
    return side === undefined || hv || !isPower ? side : { ...side, read: (day, at) => -side.read(day, at) }
  }
  const one = network.switches.find(({ id }) => id === point.on)
  if (one !== undefined && point.quantity === 'position') return { unit: point.unit, provenance: 'composed', read: (_day, at) => (isClosed(one, at) ? 1 : 0) }
  return undefined
}

function weatherReading(point: MeasurementPoint): Reading | undefined {
  if (point.carrier !== 'weather') return undefined
  if (point.quantity === 'temperature') return { unit: 'degC', provenance: 'rescaled', read: (day, at) => day.weather.temperatureC[slotOf(day, at)] }
  if (point.quantity === 'irradiance') return { unit: 'W/m2', provenance: 'rescaled', read: (day, at) => day.weather.irradianceWm2[slotOf(day, at)] }
  return undefined
}

function pointReading(point: MeasurementPoint, district: District, truth: Truth, { swappedMeters }: TruthOptions): Reading | undefined {
  const swapped = swappedMeters?.indexOf(point.on) ?? -1
  const on = swapped < 0 ? point.on : swappedMeters![1 - swapped]
  const index = truth.indexOf(on)
  if (index === undefined) return undefined
  const subject = truth.points[index]
  const { provenance } = subject
  const seed = hashOf(point.id)
  const power = (day: TruthDay, at: number): number => day.power[index * day.day.slots + slotOf(day, at)]
  const mean = (day: TruthDay, at: number): number => {
    const slots = Math.max(1, Math.round((point.stepS * 1_000) / SLOT_MS))
    const first = index * day.day.slots + slotOf(day, at)
    return (amountOfSlots(day.power, first, slots) * 6) / slots
  }
  const thermal = point.carrier === 'heat'
  const isVolumeTruth = point.carrier === 'gas' || point.carrier === 'water'
  const result = (unit: string, read: Reading['read']): Reading => ({ unit, read, provenance })

  switch (point.quantity) {
    case 'active-power':
      // Each luminaire of a lighting cabinet draws its part of what the cabinet draws.
      if (isLuminaire(point, district)) {
        const lamps = district.measurementPoints.filter((other) => other.on === point.on && isLuminaire(other, district)).length
        return result('kW', withError(seed, 0.5, (day, at) => power(day, at) / lamps))
      }
      return result('kW', point.kind === 'interval' ? mean : withError(seed, 0.5, power))
    case 'thermal-power':
      return result('kW', withError(seed, 1, power))
    case 'reactive-power':
      return result('kvar', withError(seed, 0.5, (day, at) => power(day, at) * subject.tanPhi))
    case 'active-energy':
    case 'thermal-energy':
      return result('kWh', point.kind === 'register' ? createRegister(point, district, truth, index, 1) : (day, at) => (mean(day, at) * point.stepS) / 3_600)
    case 'apparent-power-max':
      return result('kVA', (day) => {
        let most = 0
        for (let slot = 0; slot < day.day.slots; slot++) most = Math.max(most, day.power[index * day.day.slots + slot])
        // The highest minute lies above the highest ten minutes.
        return most * Math.hypot(1, subject.tanPhi) * (1.1 + 0.35 * uniform(seed, 41, day.day.epochDay))
      })
    case 'volume': {
      const perUnit = isVolumeTruth ? 1 : M3_PER_KWH
      return result('m3', point.kind === 'register' ? createRegister(point, district, truth, index, perUnit) : (day, at) => (mean(day, at) * perUnit * point.stepS) / 3_600)
    }
    case 'flow':
      return result('m3/h', (day, at) => power(day, at) * (isVolumeTruth ? 1 : M3_PER_KWH))
    case 'flow-temperature':
      return thermal ? { unit: 'degC', provenance: 'composed', read: (day, at) => supplyC(day, at) + 0.4 * normal(seed, 51, Math.floor(at / 1_000)) } : undefined
    case 'return-temperature':
      return thermal ? { unit: 'degC', provenance: 'composed', read: (day, at) => supplyC(day, at) - SPREAD_C + 0.4 * normal(seed, 52, Math.floor(at / 1_000)) } : undefined
    case 'irradiance':
      return { unit: 'W/m2', provenance: 'rescaled', read: withError(seed, 2, (day, at) => day.weather.irradianceWm2[slotOf(day, at)]) }
    case 'state': {
      const use = useOf(district.deliveryPoints[index])
      return result(point.unit, (day, at) => chargerState(day.day, subject.hash, use, slotOf(day, at)))
    }
    default:
      return undefined
  }
}

const isLuminaire = ({ quantity, feed }: MeasurementPoint, { devices }: District): boolean =>
  quantity === 'active-power' && devices.find(({ id }) => id === feed?.device)?.profile === 'luminaire'

/** A substation cools the network's water by so much; what the volume register counts follows from it. */
const SPREAD_C = 30
const M3_PER_KWH = 1 / (1.163 * SPREAD_C)
/** The network is run hotter when it is colder outside. */
const supplyC = (day: TruthDay, at: number): number => Math.min(102, Math.max(72, 92 - 1.6 * day.weather.temperatureC[slotOf(day, at)]))

