import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes'
import { QUALITY } from '#models/units/quality.ts'
import type { FileFormat, FileParser, FileTake, QualityCode } from './format.ts'
import { Gather } from './gather.ts'
import { accumulationOf, flowOf, qualityOf, uomOf } from './green-button-codes.ts'

const HOUR_S = 3_600
const DEEPEST = 32
/** Text between two tags: everything wanted is a short number, and a token without end would be kept in memory. */
const LONGEST_TOKEN = 256 * 1024
const LONGEST_VALUE = 64
const LONGEST_HREF = 512
/** Intervals whose type is told only later in the file. */
const MOST_WAITING = 1_000_000
const MOST_LINKS = 100_000
/** Seconds since 1970 that a meter may name: until the year 2100. */
const LATEST_S = 4_102_444_800

const STOPPED = Symbol('stopped')

interface Interval { start: number; durationS: number; value: number; quality: QualityCode; line: number }
interface ReadingType { readonly accumulation: number; readonly flow: number; readonly intervalS: number; readonly multiplier: number; readonly uom: number }

/**
 * Green Button: the usage feed of ESPI (NAESB REQ.21), an Atom feed of usage points, meter readings, reading types and
 * interval blocks that are tied together by links. Times are seconds since 1970 in UTC; the offsets of LocalTimeParameters
 * are for showing them and are not added. The meter is called by the id of its usage point (`5446AF3F`), or with its reading
 * (`5446AF3F/01`) where there are several of one quantity.
 */
export const greenButton: FileFormat = {
  name: 'green-button',
  recognises: (head) => /^\uFEFF?\s*</.test(head) && (head.includes('http://naesb.org/espi') || head.includes('http://www.w3.org/2005/Atom') || /<(\w+:)?(feed|UsagePoint|IntervalBlock)[\s>]/.test(head)),
  open: (take) => new GreenButton(take),
}

class GreenButton implements FileParser {
  readonly #take: FileTake
  readonly #gather: Gather
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  readonly #path: string[] = []
  readonly #types = new Map<string, ReadingType>()
  /** Reading type of a meter reading, by their links. */
  readonly #typeOf = new Map<string, string>()
  /** Intervals that came before their type. */
  readonly #waiting = new Map<string, Interval[]>()
  #waitingCount = 0
  /** Which reading fills a column of a meter: a second one must not be mixed into it. */
  readonly #filledBy = new Map<string, string>()
  #entry = { self: '', up: '', related: [] as string[] }
  #text = ''
  #fields = new Map<string, string>()
  #interval = new Map<string, string>()
  #blockStart = NaN
  #blockRows = 0
  #blockS = NaN
  #sinceToken = 0
  #stopped = false
  #sawEspi = false

  constructor(take: FileTake) {
    this.#take = take
    this.#gather = new Gather(take)
    const parser = this.#parser
    parser.on('error', (error) => this.#stop(/unclosed|unexpected end/.test(error.message) ? 'file-truncated' : 'xml-malformed'))
    // Entities could be made to grow without end; no meter's file declares any.
    parser.on('doctype', () => this.#stop('doctype-refused'))
    parser.on('opentag', (tag) => this.#open(tag))
    parser.on('closetag', (tag) => this.#close(tag))
    parser.on('text', (text) => {
      if (this.#text.length <= LONGEST_VALUE) this.#text += text.slice(0, LONGEST_VALUE + 1)
    })
  }

  write(text: string): void {
    // In pieces, so that a token without end is noticed before it is long.
    for (let from = 0; from < text.length && !this.#stopped; from += LONGEST_TOKEN) {
      const piece = text.slice(from, from + LONGEST_TOKEN)
      this.#sinceToken += piece.length
      this.#untilStopped(() => {
        this.#parser.write(piece)
        if (this.#sinceToken > 2 * LONGEST_TOKEN) this.#stop('token-too-long')
      })
    }
  }

  /** Nothing more is read after a fault of the whole file: a nest of tags would be taken apart to its end. */
  #untilStopped(read: () => void): void {
    try {
      read()
    } catch (error) {
      if (error !== STOPPED) throw error
    }
  }

  end(): void {
    if (!this.#stopped) this.#untilStopped(() => void this.#parser.close())
    for (const [reading, intervals] of this.#waiting) {
      const type = this.#typeFor(reading)
      for (const interval of intervals) {
        if (type === undefined) this.#take.fault(interval.line, 'reading-type-missing')
        else this.#give(reading, type, interval)
      }
    }
    if (!this.#stopped && !this.#sawEspi) this.#take.fault(1, 'no-usage')
    this.#gather.handOver()
  }

  #stop(reason: string): never {
    if (!this.#stopped) this.#take.fault(this.#parser.line, reason)
    this.#stopped = true
    throw STOPPED
  }

  #open(tag: SaxesTagNS): void {
    this.#sinceToken = 0
    this.#text = ''
    this.#path.push(tag.local)
    if (this.#path.length > DEEPEST) this.#stop('too-deep')
    if (tag.local === 'entry') this.#entry = { self: '', up: '', related: [] }
    else if (tag.local === 'link') this.#link(tag.attributes)
    else if (tag.local === 'ReadingType' || tag.local === 'MeterReading') this.#fields = new Map()
    else if (tag.local === 'IntervalReading') this.#interval = new Map()
    else if (tag.local === 'IntervalBlock') {
      this.#blockStart = NaN
      this.#blockS = NaN
      this.#blockRows = 0
    }
    if (tag.uri === 'http://naesb.org/espi') this.#sawEspi = true
  }

  #link(attributes: Readonly<Record<string, SaxesAttributeNS>>): void {
    const href = (attributes['href']?.value ?? '').slice(0, LONGEST_HREF)
    const relation = attributes['rel']?.value
    if (relation === 'self') this.#entry.self = href
    else if (relation === 'up') this.#entry.up = href
    else if (relation === 'related' && this.#entry.related.length < 64) this.#entry.related.push(href)
  }

  #close(tag: SaxesTagNS): void {
    this.#sinceToken = 0
    const text = this.#text.trim()
    this.#text = ''
    this.#path.pop()
    const parent = this.#path.at(-1)
    if (parent === 'ReadingType') this.#fields.set(tag.local, text)
    else if (parent === 'IntervalReading' || ((parent === 'timePeriod' || parent === 'ReadingQuality') && this.#path.includes('IntervalReading'))) this.#interval.set(tag.local, text)
    else if (parent === 'interval' && this.#path.at(-2) === 'IntervalBlock') {
      if (tag.local === 'start') this.#blockStart = numberOf(text)
      else if (tag.local === 'duration') this.#blockS = numberOf(text)
    }
    if (tag.local === 'IntervalReading' && parent === 'IntervalBlock') this.#reading()
    else if (tag.local === 'entry') this.#entryEnds()
    else if (tag.local === 'ReadingType') this.#readingType()
  }

  #readingType(): void {
    const field = (name: string, otherwise: number) => {
      const text = this.#fields.get(name)
      return text === undefined || text === '' ? otherwise : numberOf(text)
    }
    const type = { accumulation: field('accumulationBehaviour', 4), flow: field('flowDirection', 1), intervalS: field('intervalLength', NaN), multiplier: field('powerOfTenMultiplier', 0), uom: field('uom', NaN) }
    if (this.#types.size < MOST_LINKS) this.#types.set(tail(this.#entry.self), type)
  }

  /** A meter reading names its type by a link. */
  #entryEnds(): void {
    const { self, related } = this.#entry
    const type = related.find((href) => /\/?ReadingType\/[^/]+\/?$/.test(href))
    if (type !== undefined && readingOf(self) !== undefined && this.#typeOf.size < MOST_LINKS) this.#typeOf.set(readingOf(self)!, tail(type))
  }

  /** The type of a reading; where only one is told in the whole file, that one. */
  #typeFor(reading: string): ReadingType | undefined {
    const named = this.#typeOf.get(reading)
    if (named !== undefined) return this.#types.get(named)
    return this.#types.size === 1 ? [...this.#types.values()][0] : undefined
  }

  #reading(): void {
    const line = this.#parser.line
    const get = (name: string) => this.#interval.get(name)
    const reading = readingOf(this.#entry.self) ?? readingOf(this.#entry.up)
    const own = get('start') === undefined ? undefined : numberOf(get('start')!)
    const quality = qualityOf(numberOf(get('quality') ?? '0'))
    const text = get('value')
    const row = this.#blockRows++
    if (reading === undefined) return this.#take.fault(line, 'reading-without-meter')
    if (quality === undefined) return this.#take.fault(line, 'projected')
    if (text === undefined) return this.#take.fault(line, 'no-value')
    const value = text === '' ? NaN : numberOf(text)
    if (text !== '' && Number.isNaN(value)) return this.#take.fault(line, 'bad-value')
    const type = this.#typeOf.has(reading) ? this.#typeFor(reading) : undefined
    const durationS = get('duration') === undefined ? NaN : numberOf(get('duration')!)
    // Without a time of its own an interval follows the one before it, from the start of its block.
    const interval = { start: own ?? -1 - row, durationS, value, quality: text === '' ? QUALITY.missing : quality, line }
    if (own === undefined) {
      const stepS = Number.isNaN(durationS) ? (type?.intervalS ?? NaN) : durationS
      interval.start = this.#blockStart + row * stepS
    }
    if (!(interval.start >= 0 && interval.start < LATEST_S)) return this.#take.fault(line, 'bad-time')
    if (type !== undefined) return this.#give(reading, type, interval)
    if (++this.#waitingCount > MOST_WAITING) return this.#take.fault(line, 'reading-type-missing')
    const waiting = this.#waiting.get(reading)
    if (waiting === undefined) this.#waiting.set(reading, [interval])
    else waiting.push(interval)
  }

  #give(reading: string, type: ReadingType, { start, durationS, value, quality, line }: Interval): void {
    const uom = uomOf(type.uom)
    if (uom === undefined) return this.#take.fault(line, 'unknown-unit')
    if (!(Math.abs(type.multiplier) <= 12)) return this.#take.fault(line, 'bad-multiplier')
    const accumulation = accumulationOf(type.accumulation)
    const { suffix, sign } = flowOf(type.flow)
    const scaled = type.multiplier < 0 ? value / 10 ** -type.multiplier : value * 10 ** type.multiplier
    const stem = accumulation === 'register' ? (uom.quantity === 'energy' ? 'index' : `${uom.quantity}-index`) : uom.quantity
    const isPower = uom.quantity === 'power' && accumulation === 'interval'
    const lengthS = Number.isNaN(durationS) || durationS <= 0 ? type.intervalS : durationS
    // A register rises whatever it counts; a flow that is fed in is negative, because drawn is positive.
    const signed = (accumulation === 'register' ? scaled : sign * scaled) * uom.factor
    const [meter, own] = [reading.slice(0, reading.indexOf('/')), reading]
    const name = (column: string) => (this.#take.wants(own, column) ? own : meter)
    const curve = `load-curve${suffix}`
    const asPower = accumulation === 'interval' && uom.quantity === 'energy' && lengthS > 0 && uom.unit === 'Wh' && (this.#take.wants(own, curve) || this.#take.wants(meter, curve))
    const column = asPower || isPower ? curve : `${stem}${suffix}`
    const key = `${name(column)}\n${column}`
    const filledBy = this.#filledBy.get(key)
    if (filledBy === undefined) this.#filledBy.set(key, reading)
    else if (filledBy !== reading) return this.#take.fault(line, 'reading-not-unique')
    this.#gather.add(name(column), column, asPower ? 'W' : uom.unit, start * 1_000, asPower ? (signed * HOUR_S) / lengthS : signed, line, quality)
  }
}

/** Usage point and meter reading in a link: `.../UsagePoint/5446AF3F/MeterReading/01/...` is `5446AF3F/01`. */
function readingOf(href: string): string | undefined {
  const found = /UsagePoint\/([^/]+)\/MeterReading\/([^/]+)/.exec(href)
  return found === null ? undefined : `${found[1]}/${found[2]}`
}

/** The last two parts of a link: feeds mix relative and absolute ones. */
const tail = (href: string): string => href.replace(/\/$/, '').split('/').slice(-2).join('/')

const numberOf = (text: string): number => (/^-?\d{1,18}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN)
