import { localParts } from '#models/units/local-time.ts'
import type { HttpRequest } from './profile.ts'

export interface AskedWindow { readonly from: number; readonly to: number }

const PLACE = /\{([a-zA-Z]+)\}/g
const OWN = ['address', 'usagePointId', 'from', 'to', 'date']

/** Names in a path that neither we nor the options of the source can fill. */
export const unknownPlaces = (path: string, options: Readonly<Record<string, unknown>>): string[] =>
  [...path.matchAll(PLACE)].map(([, name]) => name).filter((name) => !OWN.includes(name) && !Object.hasOwn(options, name))

/** The path of one request, each filled part escaped. */
export function fillPath({ path, window: asked }: HttpRequest, address: string, window: AskedWindow | undefined, options: Readonly<Record<string, unknown>>, timeZone: string): string {
  const moment = (at: number): string =>
    asked?.format === 'epoch-s' ? String(Math.floor(at / 1_000)) : asked?.format === 'epoch-ms' ? String(at) : asked?.format === 'iso' ? new Date(at).toISOString().replace('.000Z', 'Z') : dateOf(at, timeZone)
  return path.replace(PLACE, (_, name: string) => {
    if (name === 'address' || name === 'usagePointId') return encodeURIComponent(address)
    if (name === 'from' && window !== undefined) return encodeURIComponent(moment(window.from))
    if (name === 'date' && window !== undefined) return dateOf(window.from, timeZone)
    if (name === 'to' && window !== undefined) return encodeURIComponent(moment(asked?.lastIncluded === true ? window.to - 1 : window.to))
    return encodeURIComponent(String(options[name] ?? ''))
  })
}

function dateOf(at: number, timeZone: string): string {
  const { year, month, day } = localParts(at, timeZone)
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
