/** Values in the bytes of a device, by the description of its profile. */

const WIDTHS = { int8: 1, uint8: 1, int16: 2, uint16: 2, int24: 3, uint24: 3, int32: 4, uint32: 4, float32: 4 } as const
export type FieldType = keyof typeof WIDTHS
export const FIELD_TYPES = Object.keys(WIDTHS) as FieldType[]
export const BYTE_ORDERS = ['big', 'little'] as const

export interface Field {
  readonly offset: number
  readonly type: FieldType
  /** `big` (the default): the byte that counts most comes first. */
  readonly byteOrder?: (typeof BYTE_ORDERS)[number]
  /** Bits that belong to the value, of an unsigned type; the lowest of them counts one. */
  readonly mask?: number
}

/** The number of a field, or why there is none. */
export function readField(bytes: Uint8Array, { offset, type, byteOrder, mask }: Field): number | string {
  const width = WIDTHS[type]
  if (offset + width > bytes.length) return 'payload-too-short'
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, width)
  if (type === 'float32') {
    const value = view.getFloat32(0, byteOrder === 'little')
    return Number.isFinite(value) ? value : 'not-a-number'
  }
  let value = 0
  for (let index = 0; index < width; index++) value = value * 256 + view.getUint8(byteOrder === 'little' ? width - 1 - index : index)
  if (!type.startsWith('u')) return value >= 2 ** (8 * width - 1) ? value - 2 ** (8 * width) : value
  return mask === undefined ? value : ((value & mask) >>> 0) / lowestBit(mask)
}

const lowestBit = (mask: number): number => (mask & -mask) >>> 0

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** More than any frame of LoRaWAN carries. */
const LONGEST_TEXT = 400

/** The bytes of a frame, or why there are none. */
export function bytesOf(text: unknown): Uint8Array | string {
  if (text === undefined || text === null || text === '') return 'no-payload'
  return typeof text === 'string' && text.length <= LONGEST_TEXT && BASE64.test(text) ? Buffer.from(text, 'base64') : 'not-base64'
}
