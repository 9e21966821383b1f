import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { encodePayload, type SentMetric } from './edge-node.testkit.ts'
import { EdgeNode } from './edge-node.ts'
import { DATA_TYPE, decodeSparkplug } from './payload.ts'
import { parseAddress, parseTopic, topicsOfNode, type MessageType } from './topic.ts'

const INT = DATA_TYPE.int32
/** An edge node whose meter M has the metrics p (channel 0) and e (channel 1); its own metric is t (channel 2). */
function watch() {
  const node = new EdgeNode('G/N', new Map([
    ['M', new Map([['p', [{ index: 0, scale: 1 }]], ['e', [{ index: 1, scale: 0.5 }]]])],
    ['', new Map([['t', [{ index: 2, scale: 1 }]]])],
  ]))
  const hear = (type: MessageType, seq: number | undefined, metrics: readonly SentMetric[], { device = type.startsWith('D') ? 'M' : '', isRepeated = false } = {}) => {
    const payload = decodeSparkplug(encodePayload({ timestamp: 1_000, ...(seq === undefined ? {} : { seq }), metrics }))
    if ('reason' in payload) throw new Error(payload.reason)
    const { channels, at, values, rejected } = node.take({ type, device, payload, isRepeated })
    return { rows: channels.map((channel, row) => [channel, at[row], values[row]]), rejected: Object.fromEntries(rejected) }
  }
  const nbirth = (bdSeq = 0) => hear('NBIRTH', 0, [{ name: 'bdSeq', datatype: DATA_TYPE.int64, int: bdSeq }, { name: 't', alias: 9, datatype: INT, int: 20, timestamp: 900 }])
  const dbirth = (seq = 1) => hear('DBIRTH', seq, [{ name: 'p', alias: 1, datatype: INT, int: 5, timestamp: 900 }, { name: 'e', alias: 2, datatype: INT, int: 8, timestamp: 900 }, { name: 'other', alias: 3, datatype: INT, int: 1 }])
  const ddata = (seq: number, metrics: readonly SentMetric[] = [{ alias: 1, int: 6 }], isRepeated = false) => hear('DDATA', seq, metrics, { isRepeated })
  return { node, hear, nbirth, dbirth, ddata }
}
const MISSING = (reason: string, count = 1) => ({ rows: [], rejected: { [reason]: count } })

test('births and data by alias and by name, with their times; unwanted metrics are nobody\'s', () => {
  const { node, nbirth, dbirth, ddata, hear } = watch()
  expect(node.needsBirth).toBe(true)
  expect(nbirth()).toEqual({ rows: [[2, 900, 20]], rejected: {} })
  expect(dbirth()).toEqual({ rows: [[0, 900, 5], [1, 900, 4]], rejected: {} })
  expect(ddata(2, [{ alias: 1, int: -6, timestamp: 950 }, { alias: 3, int: 1 }, { name: 'e', int: 3 }])).toEqual({ rows: [[0, 950, -6], [1, 1_000, 1.5]], rejected: {} })
  expect(hear('NDATA', 3, [{ alias: 9, int: 21 }])).toEqual({ rows: [[2, 1_000, 21]], rejected: {} })
  expect(hear('DDATA', 4, [{ alias: 77, int: 1 }], { device: 'stranger' })).toEqual({ rows: [], rejected: {} })
  expect(ddata(5)).toEqual({ rows: [[0, 1_000, 6]], rejected: {} })
  expect([node.state, node.needsBirth]).toEqual(['alive', false])
})

test('the sequence goes round from 255 to 0', () => {
  const { node, nbirth, dbirth, ddata } = watch()
  nbirth()
  dbirth()
  for (let seq = 2; seq < 600; seq++) expect(ddata(seq % 256).rows).toHaveLength(1)
  expect(node.needsBirth).toBe(false)
})

test('after a hole no alias is believed until the next birth; what has a name and a type is', () => {
  const { node, nbirth, dbirth, ddata } = watch()
  nbirth()
  dbirth()
  expect(ddata(3)).toEqual(MISSING('out-of-sequence'))
  expect([node.state, node.needsBirth]).toEqual(['out-of-sequence', true])
  expect(ddata(4, [{ name: 'p', datatype: INT, int: 7 }, { alias: 1, int: 7 }])).toEqual({ rows: [[0, 1_000, 7]], rejected: { 'out-of-sequence': 1 } })
  expect(dbirth(5).rows).toHaveLength(2)
  expect(ddata(6)).toEqual(MISSING('out-of-sequence'))
  nbirth()
  expect(ddata(1)).toEqual(MISSING('data-before-birth'))
  expect(node.needsBirth).toBe(true)
  nbirth()
  dbirth()
  expect(ddata(2).rows).toEqual([[0, 1_000, 6]])
})

test('data before any birth, an alias no birth gave, and values that cannot be used are counted', () => {
  const { node, nbirth, dbirth, ddata } = watch()
  expect(ddata(7, [{ alias: 1, int: 1 }, { alias: 2, int: 1 }])).toEqual(MISSING('data-before-birth', 2))
  nbirth()
  dbirth()
  expect(ddata(2, [{ alias: 50, int: 1 }, { alias: 1, int: 3 }])).toEqual({ rows: [[0, 1_000, 3]], rejected: { 'unknown-alias': 1 } })
  expect(node.needsBirth).toBe(true)
  nbirth()
  dbirth()
  expect(ddata(2, [{ alias: 1, text: 'on' }, { alias: 2, int: 4, isHistorical: true }])).toEqual({ rows: [], rejected: { 'not-a-number': 1, 'historical-without-time': 1 } })
  expect(ddata(3, [{ alias: 2, int: 4, isHistorical: true, timestamp: 5 }])).toEqual({ rows: [[1, 5, 2]], rejected: {} })
})

test('a null value is missing, and quality is what the gateway says', () => {
  const { node, nbirth, dbirth } = watch()
  nbirth()
  dbirth()
  const payload = decodeSparkplug(encodePayload({ seq: 2, metrics: [{ alias: 1, isNull: true }, { alias: 1, int: 1, quality: 500 }, { alias: 1, int: 1, quality: 0 }, { alias: 1, int: 1, quality: 192 }, { alias: 1, int: 1, quality: 7 }] }))
  if ('reason' in payload) throw new Error(payload.reason)
  const { values, quality, at } = node.take({ type: 'DDATA', device: 'M', payload, isRepeated: false })
  expect(values).toEqual([NaN, 1, 1, 1, 1])
  expect(quality).toEqual([QUALITY.missing, QUALITY.uncertain, QUALITY.bad, QUALITY.measured, QUALITY.uncertain])
  expect(at).toEqual([NaN, NaN, NaN, NaN, NaN])
})

test('a message that the broker gives again is taken and does not disturb the sequence', () => {
  const { node, nbirth, dbirth, ddata } = watch()
  nbirth()
  dbirth()
  ddata(2)
  ddata(3)
  expect(ddata(2, undefined, true).rows).toHaveLength(1)
  expect(ddata(3, undefined, true).rows).toHaveLength(1)
  // Given before, but never taken: it is the next one.
  expect(ddata(4, undefined, true).rows).toHaveLength(1)
  expect(ddata(5).rows).toHaveLength(1)
  expect(node.needsBirth).toBe(false)
})

test('a death counts for the session whose number it has', () => {
  const { node, hear, nbirth, dbirth, ddata } = watch()
  const death = (bdSeq: number) => hear('NDEATH', undefined, [{ name: 'bdSeq', datatype: DATA_TYPE.int64, int: bdSeq }])
  nbirth(4)
  dbirth()
  expect(death(3)).toEqual(MISSING('death-of-earlier-session'))
  expect(node.state).toBe('alive')
  expect(death(4)).toEqual({ rows: [], rejected: {} })
  expect([node.state, node.needsBirth]).toEqual(['dead', false])
  expect(ddata(2)).toEqual(MISSING('data-before-birth'))
  expect(node.needsBirth).toBe(true)
})

test('a dead device has no value; its return is a birth', () => {
  const { node, hear, nbirth, dbirth, ddata } = watch()
  nbirth()
  dbirth()
  expect(hear('DDEATH', 2, [])).toEqual({ rows: [], rejected: {} })
  expect([...node.deadDevices]).toEqual(['M'])
  expect(node.needsBirth).toBe(false)
  dbirth(3)
  expect([...node.deadDevices]).toEqual([])
  expect(ddata(4).rows).toHaveLength(1)
})

test('a new connection: without the broker\'s memory all is asked anew, with it what follows in order holds until the next birth', () => {
  const { node, nbirth, dbirth, ddata } = watch()
  nbirth()
  dbirth()
  node.reconnected(true)
  expect([node.state, node.needsBirth]).toEqual(['alive', true])
  expect(ddata(2).rows).toHaveLength(1)
  nbirth()
  expect(node.needsBirth).toBe(false)
  dbirth()
  node.reconnected(false)
  expect(ddata(2)).toEqual(MISSING('out-of-sequence'))
})

test('addresses and topics', () => {
  expect(parseAddress('G/N')).toEqual({ node: 'G/N', device: '' })
  expect(parseAddress('G/N/D')).toEqual({ node: 'G/N', device: 'D' })
  for (const address of ['G', 'G/', '/N', 'G/N/D/E', 'G/+', '#', 7]) expect(parseAddress(address), String(address)).toBeUndefined()
  expect(parseTopic('spBv1.0/G/DDATA/N/D')).toEqual({ type: 'DDATA', node: 'G/N', device: 'D' })
  for (const topic of ['spBv1.0/G/NDATA/N/D', 'spBv1.0/G/DDATA/N', 'spAv1.0/G/NDATA/N', 'spBv1.0/G/NCMD/N', 'spBv1.0/STATE/host', 'spBv1.0/G/DDATA/N/D/E', '']) expect(parseTopic(topic), topic).toBeUndefined()
  expect(topicsOfNode('G/N')).toEqual(['spBv1.0/G/NBIRTH/N', 'spBv1.0/G/NDEATH/N', 'spBv1.0/G/NDATA/N', 'spBv1.0/G/DBIRTH/N/+', 'spBv1.0/G/DDEATH/N/+', 'spBv1.0/G/DDATA/N/+'])
})

test('whatever is lost, repeated or dealt anew, no value goes to the wrong metric, and after a birth all goes on', () => {
  const METRICS = ['a', 'b', 'c', 'd']
  /** The value says which metric it is of. */
  const valueOf = (metric: string, count: number) => METRICS.indexOf(metric) + METRICS.length * count
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('data' as const), metric: fc.constantFrom(...METRICS), isLost: fc.boolean(), isGivenAgain: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebirth' as const), isLost: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('new-session' as const), isLost: fc.boolean(), aliases: fc.shuffledSubarray(METRICS, { minLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), isKept: fc.boolean() }) },
  )
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const node = new EdgeNode('G/N', new Map([['M', new Map(METRICS.map((metric, index) => [metric, [{ index, scale: 1 }]]))]]))
    let [aliases, bdSeq, seq, count] = [METRICS, 0, 0, 0]
    const tell = (type: MessageType, sequence: number | undefined, metrics: readonly SentMetric[], { isLost = false, isRepeated = false } = {}): number => {
      if (isLost) return 0
      const payload = decodeSparkplug(encodePayload({ timestamp: 1, ...(sequence === undefined ? {} : { seq: sequence }), metrics }))
      if ('reason' in payload) throw new Error(payload.reason)
      const { channels, values } = node.take({ type, device: type.startsWith('D') ? 'M' : '', payload, isRepeated })
      channels.forEach((channel, row) => expect(values[row] % METRICS.length).toBe(channel))
      return channels.length
    }
    const bd = () => ({ name: 'bdSeq', datatype: DATA_TYPE.int64, int: bdSeq })
    const birth = (isLost: boolean) => {
      tell('NBIRTH', 0, [bd()], { isLost })
      tell('DBIRTH', 1, METRICS.map((metric) => ({ name: metric, alias: aliases.indexOf(metric), datatype: INT, int: valueOf(metric, count++) })), { isLost })
      seq = 2
    }
    birth(false)
    for (const one of steps) {
      if (one.kind === 'data') {
        const [number, metrics] = [seq++ % 256, [{ alias: aliases.indexOf(one.metric), int: valueOf(one.metric, count++) }]]
        tell('DDATA', number, metrics, one)
        if (one.isGivenAgain && !one.isLost) tell('DDATA', number, metrics, { isRepeated: true })
      } else if (one.kind === 'rebirth') birth(one.isLost)
      else if (one.kind === 'new-session') {
        tell('NDEATH', undefined, [bd()])
        bdSeq++
        aliases = one.aliases
        birth(one.isLost)
      } else node.reconnected(one.isKept)
    }
    birth(false)
    expect(node.needsBirth).toBe(false)
    expect(tell('DDATA', 2, METRICS.map((metric) => ({ alias: aliases.indexOf(metric), int: valueOf(metric, count++) })))).toBe(METRICS.length)
  }), { numRuns: 2_000 })
})
