import { mappingFaults } from '../files/table-csv.ts'
import type { Channel, Driver, DriverFactory } from '../port.ts'
import { queueOf } from '../reading-queue.ts'
import { isSafeAddress } from './ask.ts'
import { serviceOf } from './meter-poll.ts'
import { Polling } from './polling.ts'
import { isVariableName, secretOf } from './secret.ts'
import { unknownPlaces } from './template.ts'

const QUEUE_ROWS = 50_000

/** Polls services that answer with JSON or CSV, as profiles describe them. */
export const httpDriver: DriverFactory = {
  protocol: 'http',
  check({ url, options = {} }, channels) {
    const profiles = new Map(channels.map((channel) => [channel.device.profile, channel]))
    return [
      ...(isSafeAddress(url) ? [] : [`url ${url} is not https://HOST (http only for this machine itself, and no password in it)`]),
      ...(options['tokenUrl'] === undefined || isSafeAddress(String(options['tokenUrl'])) ? [] : ['option tokenUrl is not https://HOST/PATH']),
      ...channels.flatMap((channel) => aheadFaults(channel)),
      ...[...profiles].flatMap(([profile, channel]) => faultsOf(channel, options).map((fault) => `profile ${profile}: ${fault}`)),
    ]
  },
  async start(context) {
    context.status('starting')
    const stopping = new AbortController()
    const queue = queueOf(context, QUEUE_ROWS)
    const polling = new Polling(context, queue, stopping.signal).run()
    return {
      async stop() {
        stopping.abort()
        await queue.close()
        await polling
        context.status('stopped')
      },
    } satisfies Driver
  },
}

/** What is foretold must go to points that take values ahead of the clock, and nothing else may. */
function aheadFaults({ point, device, profileChannel }: Channel): string[] {
  const hours = 24 * (serviceOf(profileChannel).request?.window?.aheadDays ?? 0)
  if (hours === 0) return point.forecastHours === undefined ? [] : [`${point.id} has forecastHours, but the profile ${device.profile} brings no forecast`]
  return (point.forecastHours ?? 0) >= hours ? [] : [`${point.id}: the profile ${device.profile} brings forecasts up to ${hours} hours ahead, forecastHours must be at least that`]
}

function faultsOf({ profileChannel }: Channel, options: Readonly<Record<string, unknown>>): string[] {
  const { request, auth, mapping, table } = serviceOf(profileChannel)
  if (profileChannel['request'] === undefined) return ['it is no profile of the protocol http']
  const needs = auth?.kind === 'client-credentials' ? ['clientIdVariable', 'clientSecretVariable'] : auth?.kind === 'key' ? ['keyVariable'] : []
  const isCsv = request.format === 'csv'
  return [
    ...unknownPlaces(request.path, options).map((name) => `{${name}} in its path is no option of the source`),
    ...needs.filter((name) => !isVariableName(options[name])).map((name) => `option ${name} must name the environment variable that holds the secret (or NAME_FILE its file)`),
    ...needs.filter((name) => isVariableName(options[name]) && secretOf(String(options[name])) === undefined).map((name) => `the variable ${String(options[name])} (option ${name}) is empty`),
    ...(auth?.kind === 'client-credentials' && auth.tokenPath === undefined && options['tokenUrl'] === undefined ? ['option tokenUrl must name the address of the token'] : []),
    ...(isCsv ? (table === undefined ? ['an answer in CSV needs a table'] : mappingFaults(table)) : mapping === undefined ? ['an answer in JSON needs a mapping'] : []),
  ]
}
