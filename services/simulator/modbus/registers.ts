import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** Where a device keeps its time: uint32 seconds since 1970. The last two of its registers. */
const TIME_REGISTER = 100
export const DEVICE_REGISTERS = TIME_REGISTER + 2

interface Place {
  readonly register: number
  readonly type: 'int32' | 'uint32' | 'int16' | 'uint16'
  /** Unit the device counts in, and how many of its steps make one. */
  readonly unit: string
  readonly stepsPerUnit: number
}

const place = (register: number, type: Place['type'], unit: string, stepsPerUnit = 1): Place => ({ register, type, unit, stepsPerUnit })

/** The register tables of the devices as their makers print them, most significant word first. */
const TABLES: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  'shop-meter': { p: place(0, 'int32', 'W'), q: place(2, 'int32', 'var'), e: place(4, 'uint32', 'kWh', 100) },
  'pv-inverter': { p: place(0, 'int32', 'W'), e: place(2, 'uint32', 'kWh', 10), irradiance: place(4, 'uint16', 'W/m2') },
  'heat-substation': {
    'thermal-power': place(0, 'int32', 'kW', 10), 'thermal-energy': place(2, 'uint32', 'kWh'), 'volume': place(4, 'uint32', 'm3', 100),
    'flow-temperature': place(6, 'int16', 'degC', 10), 'return-temperature': place(7, 'int16', 'degC', 10),
  },
}

export function placeOf(profile: string, channel: string, where: string): Place {
  const found = TABLES[profile]?.[channel]
  if (found === undefined) throw new PenfeldError('PF_SIMULATOR_POINT_UNKNOWN', `No simulated Modbus device "${profile}" has a channel "${channel}".`, { where })
  return found
}

/** Writes a value in the device's unit; what does not fit stays at the end of the range, as in a real meter. */
export function writeValue(registers: Uint16Array, { register, type, stepsPerUnit }: Place, value: number): void {
  const steps = Math.round(value * stepsPerUnit)
  if (type === 'int16') registers[register] = Math.max(-0x8000, Math.min(0x7fff, steps))
  else if (type === 'uint16') registers[register] = Math.max(0, Math.min(0xffff, steps))
  else {
    const fitted = type === 'int32' ? Math.max(-0x80000000, Math.min(0x7fffffff, steps)) : Math.max(0, Math.min(0xffffffff, steps))
    registers[register] = fitted >>> 16
    registers[register + 1] = fitted & 0xffff
  }
}

export function writeTime(registers: Uint16Array, at: number): void {
  const seconds = Math.floor(at / 1_000)
  registers[TIME_REGISTER] = seconds >>> 16
  registers[TIME_REGISTER + 1] = seconds & 0xffff
}
