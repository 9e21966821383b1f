/** Kinds of meters (EN 13757-3, table of device types). */
const MEDIA: Readonly<Record<number, string>> = {
  0x00: 'other', 0x01: 'oil', 0x02: 'electricity', 0x03: 'gas', 0x04: 'heat-outlet', 0x05: 'steam', 0x06: 'warm-water', 0x07: 'water', 0x08: 'heat-cost-allocator', 0x09: 'compressed-air',
  0x0a: 'cooling-outlet', 0x0b: 'cooling-inlet', 0x0c: 'heat-inlet', 0x0d: 'heat-and-cooling', 0x0e: 'bus', 0x0f: 'unknown', 0x10: 'irrigation-water', 0x11: 'water-data-logger', 0x12: 'gas-data-logger',
  0x13: 'gas-converter', 0x14: 'calorific-value', 0x15: 'hot-water', 0x16: 'cold-water', 0x17: 'dual-water', 0x18: 'pressure', 0x19: 'analogue-digital-converter', 0x1a: 'smoke-detector',
  0x1b: 'room-sensor', 0x1c: 'gas-detector', 0x20: 'breaker', 0x21: 'valve', 0x25: 'customer-unit', 0x28: 'waste-water', 0x29: 'waste', 0x2a: 'carbon-dioxide', 0x31: 'communication-controller',
  0x32: 'unidirectional-repeater', 0x33: 'bidirectional-repeater', 0x36: 'radio-converter-system', 0x37: 'radio-converter-meter',
}

export const mediumName = (code: number): string => MEDIA[code] ?? `medium-${code.toString(16).padStart(2, '0')}`

/** Media of the old fixed telegrams, four bits that mean something else from 8 on. */
const FIXED_MEDIA = [
  'other', 'oil', 'electricity', 'gas', 'heat', 'steam', 'hot-water', 'water', 'heat-cost-allocator', 'reserved', 'gas-mode-2', 'heat-mode-2', 'hot-water-mode-2', 'water-mode-2', 'heat-cost-allocator-mode-2', 'reserved',
]
export const fixedMediumName = (code: number): string => FIXED_MEDIA[code & 15]
