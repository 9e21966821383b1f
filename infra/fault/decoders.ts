/** Every decoder of what comes from outside, with true inputs to mutate: experiment 24 takes them from here. One entry a decoder. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeTelegram } from '#services/collectors/mbus/telegram.ts'
import { FrameReader as MbusFrameReader, longFrame } from '#services/collectors/mbus/frames.ts'
import { enedisCsv } from '#services/collectors/files/enedis-csv.ts'
import type { FileFormat } from '#services/collectors/files/format.ts'
import { greenButton } from '#services/collectors/files/green-button.ts'
import { parseText } from '#services/collectors/files/parse.testkit.ts'
import { tableCsv } from '#services/collectors/files/table-csv.ts'
import { readAnswer as readHttpAnswer, serviceOf } from '#services/collectors/http/meter-poll.ts'
import { FrameReader as Iec104FrameReader, iFrame } from '#services/collectors/iec104/apci.ts'
import { decodeAsdu, isFault } from '#services/collectors/iec104/asdu.ts'
import { tcpPayloads } from '#services/collectors/iec104/pcap.testkit.ts'
import { parseMessage } from '#services/collectors/json-message.ts'
import { frameValues } from '#services/collectors/linky-tic/frame-values.ts'
import { TicParser } from '#services/collectors/linky-tic/parser.ts'
import { chirpStackUplink, thingsStackUplink, type SentUplink } from '#services/collectors/lorawan/network-server.testkit.ts'
import { readingsOf, toWanted } from '#services/collectors/lorawan/readings.ts'
import { readUplink } from '#services/collectors/lorawan/uplink.ts'
import { FrameReader, readAnswer, readRequest } from '#services/collectors/modbus/frames.ts'
import { decodePayload } from '#services/collectors/mqtt/payload.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import { decodeSparkplug } from '#services/collectors/sparkplug/payload.ts'
import { tidyCsv } from '#services/ingest/tidy-csv.ts'

export interface DecoderUnderTest {
  readonly name: string
  /** Inputs that are right, recorded where there are recordings. */
  readonly corpus: readonly Uint8Array[]
  /** Decodes one input; may throw a PenfeldError and nothing else. True when something usable came out. */
  decode(input: Uint8Array): boolean
  /** Makes lengths and checksums right again, so that the damage is met further in; done to every other input. */
  mend?(input: Uint8Array): Uint8Array
}

const recordings = resolve(import.meta.dirname, '../../fixtures/recordings')
const filesOf = (folder: string, ending: string) => readdirSync(join(recordings, folder)).filter((name) => name.endsWith(ending)).map((name) => new Uint8Array(readFileSync(join(recordings, folder, name))))
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const fromHex = (bytes: Uint8Array): Uint8Array => Uint8Array.from(textOf(bytes).trim().split(/\s+/), (byte) => parseInt(byte, 16))

const modbusAnswer = (registers: readonly number[]): Uint8Array => Uint8Array.of(0, 1, 0, 0, 0, 3 + registers.length * 2, 1, 3, registers.length * 2, ...registers.flatMap((register) => [register >> 8, register & 0xff]))
const TIDY = `timestamp,point,value,unit,quality
2026-01-12T17:00:00Z,elec.dp.bakery.p,12.5,kW,measured
2026-01-12T17:10:00+01:00,elec.dp.bakery.p,,kW,missing
2026-10-25T02:30:00+0200,"water.dp.bakery.v",0.001,m3,
`
const ENEDIS = `Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes
99000000000001;Courbe de charge;12/01/2026;13/01/2026;Energie active;Consommation;Comptage Brut;W;30
Horodate;Valeur
2026-01-12T00:30:00+01:00;1250
2026-01-12T01:00:00+01:00;980
`
const UPLINK: SentUplink = { devEui: '70B3D57ED0001A2B', frameCounter: 7, port: 2, at: Date.UTC(2026, 0, 12, 17), decoded: { volumeL: 1_234, temperature: null, on: true }, bytes: Uint8Array.of(0, 0, 4, 210, 0xd8) }
const UPLINK_TOPIC = 'application/a/device/70b3d57ed0001a2b/event/up'
const LORAWAN_METER = { channels: [{ pointer: '/volumeL' }, { field: { offset: 0, type: 'uint32' } }].map((channel, index) => toWanted(index, { unit: 'L', ...channel })), timePointer: undefined, timeField: undefined }
const sparkplugPayloads = () => (JSON.parse(readFileSync(join(recordings, 'sparkplug/payloads.json'), 'utf8')) as { hex: string }[]).map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex')))
const STATION = [{ pointer: '/temperatureC', scale: 1 }, { pointer: '/irradianceWm2', scale: 1 }]

const TABLE = 'Date;Heure;m1;"m2"\n25/10/2026;02:30;1 234,5;"7"\n25/10/2026;03:00;1;-\n'
const HTTP_ANSWERS: Readonly<Record<string, unknown>> = {
  'enedis-load-curve': { meter_reading: { reading_type: { unit: 'W' }, interval_reading: [{ value: '752', date: '2026-10-25 02:30:00', interval_length: 'PT30M' }, { value: '1', date: '2026-10-25 03:30:00', interval_length: 'PT30M' }] } },
  'open-meteo': { hourly_units: { temperature_2m: '°C', shortwave_radiation: 'W/m²' }, hourly: { time: [1_768_042_800, 1_768_046_400], temperature_2m: [8.1, null], shortwave_radiation: [100, 120] } },
}
const profiles = loadProfiles()
const fileDecoder = (name: string, format: FileFormat, texts: readonly string[]): DecoderUnderTest => ({
  name,
  corpus: texts.map(bytesOf),
  decode: (input) => parseText(format, textOf(input)).rows.length > 0,
})

export const DECODERS: readonly DecoderUnderTest[] = [
  {
    name: 'mbus',
    corpus: filesOf('mbus', '.hex').map(fromHex),
    decode(input) {
      new MbusFrameReader().push(input)
      return 'records' in decodeTelegram(input)
    },
    mend: (input) => (input.length < 9 || input.length > 261 ? input : longFrame(0x08, input[5], input[6], input.subarray(7, input.length - 2))),
  },
  {
    name: 'linky-tic',
    corpus: [...filesOf('linky-tic', '.bin'), ...filesOf('linky-tic', '.txt')].map((bytes) => bytes.slice(0, 4_000)),
    decode(input) {
      const { frames } = new TicParser().push(input)
      for (const frame of frames) frameValues(frame, [], 0)
      return frames.length > 0
    },
  },
  {
    name: 'modbus',
    corpus: [modbusAnswer([0x1234, 0xffff, 0, 1]), modbusAnswer(Array.from({ length: 125 }, (_, index) => index)), Uint8Array.of(0, 2, 0, 0, 0, 3, 1, 0x83, 6), readRequest(7, 1, 0, 10)],
    decode(input) {
      const { frames } = new FrameReader().push(input)
      return frames.map((frame) => readAnswer(frame, 4)).some((reading) => 'registers' in reading)
    },
    mend(input) {
      if (input.length < 9 || input.length > 260) return input
      return Uint8Array.of(input[0], input[1], 0, 0, 0, input.length - 6, input[6], 3, input.length - 9, ...input.subarray(9))
    },
  },
  {
    name: 'mqtt-json',
    corpus: ['{"ts":"2026-01-12T17:00:00.000Z","temperatureC":4.5,"irradianceWm2":0}', '{"ts":"2026-01-12T18:00:00+01:00","temperatureC":-1e1,"irradianceWm2":null,"more":{"deep":[1,2,{"a":"b"}]}}'].map(bytesOf),
    decode: (input) => 'values' in decodePayload(input, STATION, '/ts'),
  },
  fileDecoder('csv-tidy', tidyCsv, [TIDY, TIDY.replaceAll(',', ';')]),
  fileDecoder('csv-enedis', enedisCsv, [ENEDIS]),
  fileDecoder('csv-table', tableCsv('table', { layout: 'meters', time: { columns: ['Date', 'Heure'], format: 'dd/MM/yyyy HH:mm', stamp: 'end', stepMinutes: 30 }, decimal: ',' }), [TABLE]),
  fileDecoder('green-button', greenButton, filesOf('green-button', '.xml').map((bytes) => textOf(bytes).slice(0, 20_000))),
  ...Object.entries(HTTP_ANSWERS).map(([profile, answer]): DecoderUnderTest => {
    const channels = Object.values(profiles.get(profile)!.channels)
    const meter = { service: serviceOf(channels[0]), channels, address: 'm' }
    return {
      name: `http ${profile}`,
      corpus: [bytesOf(JSON.stringify(answer))],
      decode: (input) => readHttpAnswer(textOf(input), meter, { timeZone: 'Europe/Paris', until: Date.UTC(2027, 0, 1) }).channels.some(({ at }) => at.length > 0),
    }
  }),
  {
    name: 'iec104',
    corpus: ['iec104', 'all-types'].flatMap((name) => tcpPayloads(new Uint8Array(readFileSync(join(recordings, 'iec104', `${name}.pcap`))), () => true).map(({ bytes }) => bytes)),
    decode: (input) => new Iec104FrameReader().push(input).frames.map((frame) => (frame.format === 'I' ? decodeAsdu(frame.asdu) : undefined)).some((asdu) => asdu !== undefined && !isFault(asdu)),
    mend: (input) => (input.length < 8 ? input : iFrame(0, 0, input.subarray(6, 255))),
  },
  {
    name: 'sparkplug',
    corpus: sparkplugPayloads(),
    decode(input) {
      const payload = decodeSparkplug(input)
      if ('reason' in payload) return false
      payload.visit((metric) => { metric.value(metric.datatype) })
      return true
    },
  },
  {
    name: 'lorawan-json',
    corpus: [thingsStackUplink(UPLINK), chirpStackUplink(UPLINK)].map((document) => bytesOf(JSON.stringify(document))),
    decode(input) {
      const parsed = parseMessage(input)
      if ('reason' in parsed) return false
      const told = readUplink(parsed.document, UPLINK_TOPIC)
      return !('reason' in told) && !('reason' in readingsOf(told.uplink, parsed.document, LORAWAN_METER))
    },
  },
]
