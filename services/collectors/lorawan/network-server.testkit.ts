/** Messages as The Things Stack 3 and ChirpStack 4 publish them: their documented fields, with values of our own. */

export interface SentUplink {
  readonly devEui: string
  readonly frameCounter: number
  readonly port: number
  readonly at: number
  readonly decoded?: object
  readonly bytes?: Uint8Array
}

/** Both leave out what is empty or 0. */
const unlessEmpty = (name: string, value: number | string | object | undefined) => (value === undefined || value === 0 || value === '' ? {} : { [name]: value })
const base64 = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString('base64'))
/** Nanoseconds, as both servers write them. */
const stamp = (at: number, zone: string) => new Date(at).toISOString().replace('Z', `000001${zone}`)

export const thingsStackIds = (devEui: string) => ({ device_id: `meter-${devEui.slice(-4).toLowerCase()}`, application_ids: { application_id: 'district' }, dev_eui: devEui, join_eui: '70B3D57ED0000000', dev_addr: '260B1234' })

export function thingsStackUplink({ devEui, frameCounter, port, at, decoded, bytes }: SentUplink) {
  return {
    end_device_ids: thingsStackIds(devEui),
    correlation_ids: ['gs:uplink:01J0'],
    received_at: stamp(at + 210, 'Z'),
    uplink_message: {
      session_key_id: 'AZSessionKeyId==',
      ...unlessEmpty('f_port', port), ...unlessEmpty('f_cnt', frameCounter), ...unlessEmpty('frm_payload', base64(bytes)), ...unlessEmpty('decoded_payload', decoded),
      rx_metadata: [{ gateway_ids: { gateway_id: 'roof-1', eui: 'B827EBFFFE000001' }, time: stamp(at - 40, 'Z'), timestamp: 4_055_821_627, rssi: -97, channel_rssi: -97, snr: 6.2 }],
      settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 9, coding_rate: '4/5' } }, frequency: '867500000', timestamp: 4_055_821_627 },
      received_at: stamp(at, 'Z'),
      consumed_airtime: '0.185344s',
    },
  }
}

export const chirpStackDevice = (devEui: string) => ({
  tenantId: '11111111-0000-4000-8000-000000000001', tenantName: 'City', applicationId: '11111111-0000-4000-8000-000000000002', applicationName: 'District',
  deviceProfileId: '11111111-0000-4000-8000-000000000003', deviceProfileName: 'Meter', deviceName: `meter ${devEui.slice(-4)}`, devEui, tags: { street: 'quai' },
})

export function chirpStackUplink({ devEui, frameCounter, port, at, decoded, bytes }: SentUplink) {
  return {
    deduplicationId: '11111111-0000-4000-8000-000000000004',
    time: stamp(at, '+00:00'),
    deviceInfo: chirpStackDevice(devEui.toLowerCase()),
    devAddr: '01a2b3c4', adr: true, dr: 3,
    ...unlessEmpty('fCnt', frameCounter), ...unlessEmpty('fPort', port), ...unlessEmpty('data', base64(bytes)), ...unlessEmpty('object', decoded),
    rxInfo: [{ gatewayId: 'b827ebfffe000001', uplinkId: 29_471, nsTime: stamp(at + 15, '+00:00'), rssi: -101, snr: 3.5, channel: 2, location: {}, context: 'AAAAAA==', crcStatus: 'CRC_OK' }],
    txInfo: { frequency: 868_300_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 9, codeRate: 'CR_4_5' } } },
  }
}
