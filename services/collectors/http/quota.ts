import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { HttpQuota } from './profile.ts'

/** Of a rule, what may go at once; the rest comes back evenly, so that no interval of its length holds more than it allows. */
const BURST_SHARE = 0.1
/** A day's allowance that is waited for is not a fault, but the operator should see it. */
export const LONG_WAIT_MS = 5_000

interface Bucket { tokens: number; atMs: number }
interface Kept { readonly buckets: Bucket[]; readonly blockedUntilMs: number }

/**
 * What a service allows, counted on this side and kept over restarts. The time is the service's, which is the real one,
 * whatever our clock shows.
 */
export class Quota {
  readonly #rules: readonly HttpQuota[]
  readonly #file: string
  readonly #now: () => number
  #buckets: Bucket[]
  #blockedUntilMs = 0

  constructor(rules: readonly HttpQuota[], file: string, now: () => number = Date.now) {
    this.#rules = rules
    this.#file = file
    this.#now = now
    const kept = readKept(file)
    const atMs = now()
    // Another number of rules is another profile: without knowing better, nothing was used.
    this.#buckets = kept?.buckets.length === rules.length ? kept.buckets : rules.map((rule) => ({ tokens: capacityOf(rule), atMs }))
    this.#blockedUntilMs = kept?.blockedUntilMs ?? 0
  }

  /** Real milliseconds until the next call is allowed; 0 for now. */
  waitMs(): number {
    const now = this.#now()
    return Math.max(0, this.#blockedUntilMs - now, ...this.#rules.map((rule, index) => (1 - this.#tokens(index, now)) * msPerToken(rule)))
  }

  /** Counts a call that is about to be made; on disk before it is, so that a crash cannot make it again. */
  take(): void {
    const now = this.#now()
    this.#buckets = this.#buckets.map((_, index) => ({ tokens: this.#tokens(index, now) - 1, atMs: now }))
    this.#keep()
  }

  /** The service has said when it will answer again. */
  blockUntil(atMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, atMs)
    this.#keep()
  }

  #tokens(index: number, now: number): number {
    const { tokens, atMs } = this.#buckets[index]
    const rule = this.#rules[index]
    // A real clock that was set back gives nothing for free.
    return Math.min(capacityOf(rule), tokens + Math.max(0, now - atMs) / msPerToken(rule))
  }

  #keep(): void {
    writeFileSync(`${this.#file}.part`, JSON.stringify({ buckets: this.#buckets, blockedUntilMs: this.#blockedUntilMs } satisfies Kept))
    renameSync(`${this.#file}.part`, this.#file)
  }
}

const capacityOf = ({ calls }: HttpQuota): number => Math.max(1, Math.floor(calls * BURST_SHARE))
/** One of a single call comes back in full length; of many, what is not given at once is spread over the rule's time. */
const msPerToken = (rule: HttpQuota): number => (rule.perS * 1_000) / Math.max(1, rule.calls - capacityOf(rule))

function readKept(file: string): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept
    const isSound = Array.isArray(kept.buckets) && kept.buckets.every(({ tokens, atMs }) => Number.isFinite(tokens) && Number.isFinite(atMs)) && Number.isFinite(kept.blockedUntilMs)
    return isSound ? kept : undefined
  } catch {
    return undefined
  }
}

/** Milliseconds that a Retry-After asks for: seconds or a date; undefined without one that can be read. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,7}$/.test(header.trim())) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
