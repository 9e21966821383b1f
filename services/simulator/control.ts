import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { District } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Field } from './field.ts'
import { FAULTS } from './outlet.ts'
import type { Fault, Ledger, Outlet } from './outlet.ts'
import { SLOT_MS } from './truth/calendar.ts'

interface ControlContext {
  readonly port: number
  readonly field: Field
  readonly district: District
  readonly outlets: readonly Outlet[]
  readonly ledger: Ledger
  readonly clock: Clock
}

export interface FieldControl {
  readonly port: number
  stop(): Promise<void>
}

/**
 * The hand that breaks things, on the loopback only: POST /faults/PROTOCOL/FAULT; GET /ledger: what was produced;
 * GET /truth?at=INSTANT: true loads and branch values, which no part of Penfeld may ever read outside a test.
 */
export async function startFieldControl(context: ControlContext): Promise<FieldControl> {
  const server = createServer((request, response) => {
    answer(context, request, response).catch((error: unknown) => send(response, 500, { error: String(error) }))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(context.port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

async function answer({ field, district, outlets, ledger, clock }: ControlContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const [, kind, protocol, fault] = url.pathname.split('/')
  if (request.method === 'POST' && kind === 'faults') {
    const outlet = outlets.find((one) => one.protocol === protocol)
    if (outlet === undefined || !FAULTS.includes(fault as Fault)) return send(response, 404, { error: `POST /faults/{${outlets.map((one) => one.protocol).join('|')}}/{${FAULTS.join('|')}}` })
    await outlet.setFault(fault as Fault)
    return send(response, 200, { protocol, fault })
  }
  if (request.method === 'GET' && kind === 'ledger') {
    return send(response, 200, { now: clock.now(), sources: ledger.sources(), latest: ledger.latest() })
  }
  if (request.method === 'GET' && kind === 'truth') {
    const at = url.searchParams.has('at') ? Date.parse(url.searchParams.get('at')!) : clock.now()
    if (Number.isNaN(at)) return send(response, 400, { error: 'at: an ISO-8601 instant' })
    return send(response, 200, truthAt(field, district, at))
  }
  return send(response, 404, { error: 'GET /ledger, GET /truth, POST /faults' })
}

function truthAt({ truth }: Field, { deliveryPoints, network }: District, at: number): object {
  const { day, power, flow } = truth.at(at)
  const slot = Math.floor((at - day.start) / SLOT_MS)
  const branch = (index: number): object => {
    const place = index * day.slots + slot
    return { fromKw: flow.fromKw[place], fromKvar: flow.fromKvar[place], toKw: flow.toKw[place], toKvar: flow.toKvar[place], fromA: flow.fromA[place], toA: flow.toA[place] }
  }
  return {
    at: day.start + slot * SLOT_MS,
    power: Object.fromEntries(deliveryPoints.map(({ id }, index) => [id, power[index * day.slots + slot]])),
    branches: Object.fromEntries([...truth.network.lineSections, ...truth.network.transformers].map(([id, index]) => [id, branch(index)])),
    voltagePu: Object.fromEntries([...truth.network.buses].map(([id, index]) => [id, flow.voltagePu[index * day.slots + slot]])),
    sourceKw: Object.fromEntries(network.sources.map(({ id }, index) => [id, flow.sourceKw[index * day.slots + slot]])),
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
