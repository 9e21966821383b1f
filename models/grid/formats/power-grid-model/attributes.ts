import { type NetworkFault, networkError } from '../../network-fault.ts'
import { type Component, isAbsent } from './dataset.ts'

interface Range {
  readonly above?: number
  readonly from?: number
}

/** Reads the attributes of one component; what is missing or out of range becomes a fault, so that all of them are found. */
export class Attributes {
  readonly id: string
  readonly place: string
  readonly #component: Component
  readonly #faults: NetworkFault[]

  constructor(type: string, position: number, component: Component, faults: NetworkFault[]) {
    this.#component = component
    this.#faults = faults
    const { id } = component
    this.place = `${type}/${Number.isInteger(id) ? String(id) : `(position ${position})`}`
    this.id = Number.isInteger(id) ? String(id) : `${type}.${position}`
    if (!Number.isInteger(id)) this.#refuse('id', id, 'an integer')
  }

  /** NaN after a fault: what is read from a file with faults is never used. */
  number(name: string, range: Range = {}): number {
    const value = this.optional(name, range)
    if (value !== undefined) return value
    if (isAbsent(this.#component[name])) this.#refuse(name, undefined, 'a number')
    return NaN
  }

  optional(name: string, { above, from }: Range = {}): number | undefined {
    const value = this.#component[name]
    if (isAbsent(value)) return undefined
    if (typeof value === 'number' && Number.isFinite(value) && (above === undefined || value > above) && (from === undefined || value >= from)) return value
    this.#refuse(name, value, above !== undefined ? `a number above ${above}` : from !== undefined ? `a number of ${from} or more` : 'a number')
    return undefined
  }

  /** Per phase, as unsymmetric components have them. */
  phases(name: string): readonly number[] {
    const value = this.#component[name]
    if (Array.isArray(value) && value.length === 3 && value.every((one) => typeof one === 'number' && Number.isFinite(one))) return value as number[]
    this.#refuse(name, value, 'a list of three numbers')
    return [NaN, NaN, NaN]
  }

  /** 0 or 1. */
  status(name: string): boolean {
    return this.oneOf(name, [0, 1]) === 1
  }

  oneOf(name: string, known: readonly number[]): number {
    const value = this.#component[name]
    if (typeof value === 'number' && known.includes(value)) return value
    this.#refuse(name, value, `one of ${known.join(', ')}`)
    return known[0]
  }

  /** The id of another component. */
  reference(name: string): string {
    const value = this.#component[name]
    if (!Number.isInteger(value)) this.#refuse(name, value, 'the id of a component')
    return String(value)
  }

  #refuse(name: string, value: unknown, wanted: string): void {
    const given = isAbsent(value) ? `"${name}" is missing` : `"${name}" is ${JSON.stringify(value)}`
    this.#faults.push(networkError('PF_NETWORK_FILE_INVALID', this.place, `${given}; ${wanted} is needed.`, 'Correct the attribute.'))
  }
}
