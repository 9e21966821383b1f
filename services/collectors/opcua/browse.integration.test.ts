import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataType, StatusCodes, VariantArrayType } from 'node-opcua'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import type { District } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { browseServer } from '#services/commands/opcua.ts'
import { readDistrict } from '#services/config/load-district.ts'
import { channelsOf } from '#services/ingest/source-runner.ts'
import { certificateFolderOf, startOpcUaServer } from '#services/simulator/opcua/server.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import type { Profile } from '../port.ts'
import { profileChannels } from '../profile-channels.ts'
import { profileFaults } from '../profiles.ts'
import type { Browsed } from './browse.ts'
import { opcuaDriver } from './driver.ts'
import { freePort } from './field.testkit.ts'
import { districtText, profileFiles, type ProposalAnswers } from './propose-text.ts'
import { propose } from './propose.ts'
import { startTestServer } from './server.testkit.ts'

const CAPUCINS = join(import.meta.dirname, '../../../fixtures/districts/capucins')
const REAL_CLOCK = { now: Date.now, speed: 1, realMsUntil: () => 0 }
const LIMITS = { depth: 12, nodes: 20_000 }

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-browse-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const browse = (folder: string, url: string, pkiFolder: string, limits = LIMITS): Promise<Browsed> =>
  browseServer({ url, limits, stateFolder: join(folder, 'state'), trustedFolder: certificateFolderOf(pkiFolder), isOpen: false, username: undefined, password: undefined })

/** Puts the proposed files beside the demonstration's own and reads all of it as the service would. */
async function paste(browsed: Browsed, answers: Partial<ProposalAnswers> & { url: string }) {
  const folder = join(await temporaryFolder(), 'district')
  mkdirSync(folder)
  for (const name of readdirSync(CAPUCINS).filter((file) => /\.(yaml|json)$/.test(file))) copyFileSync(join(CAPUCINS, name), join(folder, name))
  const profiles = new Map(profileChannels())
  const files: Profile[] = []
  const texts: string[] = []
  for (const proposal of propose(browsed.variables, 'plant')) {
    const text = districtText(proposal, { carrier: undefined, elements: new Map(), securityMode: 'SignAndEncrypt', username: undefined, ...answers })
    texts.push(text)
    writeFileSync(join(folder, `${proposal.sourceId}.yaml`), text)
    for (const { name, text: profileText } of profileFiles(proposal, answers.url)) {
      const content = parse(profileText) as Profile
      expect(profileFaults(content), profileText).toEqual([])
      const id = name.replace('.yaml', '')
      files.push({ ...content, id })
      profiles.set(id, new Map(Object.entries(content.channels).map(([channel, { unit }]) => [channel, unit])))
      texts.push(profileText)
    }
  }
  const { faults, loaded } = await readDistrict(folder, {}, profiles)
  expect(faults).toEqual([])
  return { district: loaded!.district, profiles: new Map(files.map((profile) => [profile.id, profile])), texts }
}

/** Values that the driver brings of a source of the district, by point. */
async function valuesOf(district: District, sourceId: string, profiles: ReadonlyMap<string, Profile>, stateFolder: string, trustedFolder: string): Promise<Map<string, number>> {
  const proposed = district.sources.find(({ id }) => id === sourceId)!
  const source = { ...proposed, options: { ...proposed.options, trustedCertificateFolder: trustedFolder } }
  const channels = channelsOf(source, district, profiles)
  expect(opcuaDriver.check(source, channels)).toEqual([])
  const values = new Map<string, number>()
  const driver = await opcuaDriver.start({
    source, channels, stateFolder, log: silentLogger, clock: REAL_CLOCK,
    deliver: async (readings) => readings.channels.forEach((channel, row) => void values.set(channels[channel].point.id, readings.values[row])),
    reject: () => {}, status: () => {}, lastStoredAt: async () => new Float64Array(channels.length).fill(NaN),
  })
  onTestFinished(() => driver.stop())
  await expect.poll(() => values.size, { timeout: 20_000 }).toBe(channels.length)
  return values
}

test('the field of the demonstration: one profile for its sensors, on the elements of their names, and it is read', async () => {
  const folder = await temporaryFolder()
  const pkiFolder = join(folder, 'server')
  const points = ['P05.T1', 'P06.T1', 'P07.T1'].flatMap((address) => [['p', 'kW'], ['q', 'kvar'], ['u', 'V']].map(([suffix, unit]) => ({ pointId: `${address}.${suffix}`, nodePath: `${address}.${suffix}`, unit })))
  const server = await startOpcUaServer({ port: await freePort(), points, history: () => ({ at: [], values: [], quality: [] }), pkiFolder, clock: REAL_CLOCK, log: silentLogger })
  onTestFinished(() => server.stop())
  points.forEach((_, index) => server.publish(index, Date.now(), 10 + index, QUALITY.measured))

  const browsed = await browse(folder, server.url, pkiFolder)
  expect(browsed.stopped).toBeUndefined()
  expect(browsed.variables).toHaveLength(9)
  expect(browsed.variables[0]).toMatchObject({ identifier: 'P05.T1.p', namespaceUri: 'urn:penfeld:field', dataType: 'Double', value: 10, description: 'kW', unit: undefined, hasHistory: true })

  const { district, profiles, texts } = await paste(browsed, { url: server.url, elements: new Map(['P05.T1', 'P06.T1', 'P07.T1'].map((id) => [id, 'electricity'])) })
  expect([...profiles.keys()]).toEqual(['plant-1'])
  expect(profiles.get('plant-1')!.channels).toEqual({ p: { unit: 'kW', suffix: 'p' }, q: { unit: 'kvar', suffix: 'q' }, u: { unit: 'V', suffix: 'u' } })
  // The unit stands only in a description: taken, and asked about.
  expect(texts.join().match(/QUESTION: only its description says this unit/g)).toHaveLength(3)
  expect(district.devices.filter(({ source }) => source === 'plant').map(({ address }) => address)).toEqual(['P05.T1', 'P06.T1', 'P07.T1'])
  const values = await valuesOf(district, 'plant', profiles, join(folder, 'state'), certificateFolderOf(pkiFolder))
  expect([...values].sort()).toEqual(points.map(({ nodePath }, index) => [`plant-${nodePath}`, 10 + index]).sort())
})

test('another structure: nested objects with numbers as identifiers, engineering units, a circle, and things that are no measurement', async () => {
  const folder = await temporaryFolder()
  const pkiFolder = join(folder, 'server')
  const server = await startTestServer({
    port: await freePort(), pkiFolder, nodes: [], operationLimits: { maxNodesPerBrowse: 2, maxNodesPerRead: 3, maxNodesPerTranslateBrowsePathsToNodeIds: 2 },
    build(namespace, objects) {
      const plant = namespace.addObject({ browseName: 'Plant', organizedBy: objects })
      const analog = (parent: Parameters<typeof namespace.addAnalogDataItem>[0]['componentOf'], browseName: string, unit: string, value: number) =>
        namespace.addAnalogDataItem({
          componentOf: parent, browseName, dataType: 'Double', engineeringUnitsRange: { low: -10, high: 500 }, instrumentRange: { low: -10, high: 500 },
          engineeringUnits: { namespaceUri: 'http://www.opcfoundation.org/UA/units/un/cefact', unitId: 1, displayName: { text: unit }, description: { text: unit } },
          value: { dataType: DataType.Double, value }, minimumSamplingInterval: 0,
        })
      for (const [index, name] of ['Boiler 1', 'Boiler 2'].entries()) {
        const boiler = namespace.addObject({ browseName: name, componentOf: plant })
        analog(boiler, 'FlowTemp', '°C', 70 + index)
        const heat = namespace.addObject({ browseName: 'Heat', componentOf: boiler })
        analog(heat, 'Power', 'kW', 300 + index)
        analog(heat, 'Pressure', 'bar', 3 + index)
        namespace.addVariable({ componentOf: heat, browseName: 'Hours', dataType: DataType.UInt32, value: { dataType: DataType.UInt32, value: 1_000 + index } })
        namespace.addVariable({ componentOf: boiler, browseName: 'Model', dataType: DataType.String, value: { dataType: DataType.String, value: 'B-500\nrm -rf' } })
        boiler.addReference({ referenceType: 'Organizes', nodeId: plant })
      }
      namespace.addVariable({ componentOf: plant, browseName: 'Curve', dataType: DataType.Double, valueRank: 1, value: { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: [1, 2, 3] } })
      const pump = namespace.addVariable({ componentOf: plant, browseName: 'PumpOn', dataType: DataType.Boolean })
      pump.setValueFromSource({ dataType: DataType.Boolean, value: true }, StatusCodes.Good, new Date())
    },
  })
  onTestFinished(() => server.stop())

  const browsed = await browse(folder, server.url, pkiFolder)
  expect(browsed.variables.map(({ path }) => path.join('/')).sort()).toEqual(['Boiler 1', 'Boiler 2'].flatMap((name) => ['FlowTemp', 'Heat/Hours', 'Heat/Power', 'Heat/Pressure', 'Model'].map((suffix) => `Plant/${name}/${suffix}`)).concat('Plant/Curve', 'Plant/PumpOn').sort())
  expect(browsed.variables.find(({ path }) => path.join('/') === 'Plant/Boiler 2/Heat/Power')).toMatchObject({ unit: 'kW', range: [-10, 500], value: 301, dataType: 'Double', identifier: undefined, isScalarNumber: true })

  const { district, profiles, texts } = await paste(browsed, { url: server.url, carrier: 'heat', elements: new Map() })
  expect([...profiles.values()].map(({ channels }) => channels)).toEqual([
    { pumpon: { unit: '1', suffix: 'PumpOn' } },
    { flowtemp: { unit: 'degC', suffix: 'FlowTemp' }, 'heat-power': { unit: 'kW', suffix: 'Heat/Power' } },
  ])
  expect(district.devices.filter(({ source }) => source === 'plant').map(({ address, profile }) => [address, profile])).toEqual([['Plant', 'plant-1'], ['Plant/Boiler 1', 'plant-2'], ['Plant/Boiler 2', 'plant-2']])
  const text = texts.join('\n')
  expect(text).toContain('QUESTION heat-pressure: which unit? the server says "bar", which is not one of ours')
  expect(text).toContain('QUESTION heat-hours: which unit? the server does not say')
  expect(text).toContain('QUESTION quantity: temperature or flow-temperature or return-temperature; on: which delivery point or element?')
  expect(text).toMatch(/# {3}Plant\/Boiler 1\/Model .*its type is String/)
  // Nothing of it was decided without being known.
  expect(district.measurementPoints.filter(({ feed }) => feed?.device.startsWith('plant'))).toEqual([])

  // Answered, it is read: paths are walked within the limits of the server.
  const dp = district.deliveryPoints.find(({ carrier }) => carrier === 'heat')!
  const answered: District = {
    ...district,
    measurementPoints: ['Boiler-1', 'Boiler-2'].map((name) => ({ id: `${name}.power`, carrier: 'heat', quantity: 'thermal-power', unit: 'kW', kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, on: dp.id, feed: { device: `plant-Plant-${name}`, channel: 'heat-power' } })),
  }
  const values = await valuesOf(answered, 'plant', profiles, join(folder, 'state'), certificateFolderOf(pkiFolder))
  expect([...values].sort()).toEqual([['Boiler-1.power', 300], ['Boiler-2.power', 301]])
})

test('a folder of many nodes is followed over its continuation points; a limit of nodes or depth is said', async () => {
  const folder = await temporaryFolder()
  const pkiFolder = join(folder, 'server')
  const server = await startTestServer({ port: await freePort(), pkiFolder, nodes: Array.from({ length: 2_300 }, (_, index) => `D${index}.p`) })
  onTestFinished(() => server.stop())
  const all = await browse(folder, server.url, pkiFolder)
  expect(all).toMatchObject({ nodesSeen: 2_301, stopped: undefined })
  expect(new Set(all.variables.map(({ nodeId }) => nodeId)).size).toBe(2_300)
  expect(await browse(folder, server.url, pkiFolder, { depth: 12, nodes: 500 })).toMatchObject({ nodesSeen: 500, stopped: 'only the first 500 nodes were looked at' })
  expect(await browse(folder, server.url, pkiFolder, { depth: 1, nodes: 500 })).toMatchObject({ nodesSeen: 1, stopped: 'nodes more than 1 steps below the folder of objects were not looked at' })
})

test.each([[15, true], [17, false]])('a message of %d MiB is taken: %s', async (mebibytes, isTaken) => {
  const folder = await temporaryFolder()
  const pkiFolder = join(folder, 'server')
  const server = await startTestServer({
    port: await freePort(), pkiFolder, nodes: [],
    build(namespace, objects) {
      const box = namespace.addObject({ browseName: 'Box', organizedBy: objects })
      namespace.addVariable({ componentOf: box, browseName: 'Blob', dataType: DataType.ByteString, value: { dataType: DataType.ByteString, value: Buffer.alloc(mebibytes * 2 ** 20) } })
    },
  })
  onTestFinished(() => server.stop())
  const browsed = await browse(folder, server.url, pkiFolder).then(() => 'taken', (error: Error) => error.message)
  if (isTaken) expect(browsed).toBe('taken')
  else expect(browsed).toMatch(/PF_OPCUA_BROWSE_FAILED/)
})
