import type { PublishRequest} from 'node-opcua';
import { DataChangeNotification, DataValue, NotificationMessage, PublishResponse, ServiceFault, StatusCodes, type StatusCode } from 'node-opcua'
import { expect, test } from 'vitest'
import type { Line } from './calls.ts'
import { createPublisher, type PublishOptions } from './publish.ts'
import type { Subscription } from './subscribe.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A line whose far end is the test: requests pile up until it answers the oldest. */
function setUp(more: Partial<PublishOptions> = {}) {
  const asked: { request: PublishRequest; answer: (error: Error | null, response?: unknown) => void }[] = []
  const client = { performMessageTransaction: (request: PublishRequest, answer: (error: Error | null, response?: unknown) => void) => void asked.push({ request, answer }) }
  const line = { client, session: { authenticationToken: undefined } } as unknown as Line
  const values: number[] = []
  const events: string[] = []
  const queue = { pushed: 0, taken: 0, waiting: 0, empty: () => Promise.resolve() }
  const publisher = createPublisher(line, {
    queue, mostWaiting: 100,
    onValue: (index) => { values.push(index); queue.pushed++ },
    onMissing: (messages) => { events.push(`missing ${messages}`); return false },
    onJump: (from, to) => void events.push(`jump ${from} ${to}`),
    onEnd: (end, detail) => void events.push(`end ${end} ${detail}`),
    ...more,
  })
  const one: Subscription = { id: 7, nextSequence: undefined, unsure: false }
  publisher.add([one])
  const message = (sequenceNumber: number, handles: readonly number[]): NotificationMessage => new NotificationMessage({
    sequenceNumber, notificationData: handles.length === 0 ? [] : [new DataChangeNotification({ monitoredItems: handles.map((clientHandle) => ({ clientHandle, value: new DataValue({}) })) })],
  })
  return {
    publisher, one, asked, values, events, queue,
    async say(sequenceNumber: number, ...handles: number[]): Promise<void> {
      asked.shift()!.answer(null, new PublishResponse({ subscriptionId: 7, notificationMessage: message(sequenceNumber, handles) }))
      await turn()
    },
    async refuse(status: StatusCode): Promise<void> {
      const response = new ServiceFault({ responseHeader: { serviceResult: status } })
      asked.shift()!.answer(Object.assign(new Error(status.name), { response }))
      await turn()
    },
  }
}

test('numbers go on over keep-alives and the end of their range; what came already is left out', async () => {
  const { publisher, say, values, events, one } = setUp()
  publisher.begin()
  await say(0xfffffffe, 1)
  await say(0xffffffff)
  await say(0xffffffff, 2)
  expect(one.nextSequence).toBe(1)
  await say(1, 3)
  await say(1, 3)
  await say(2)
  expect(values).toEqual([1, 2, 3])
  expect(events).toEqual([])
})

test('a number that does not follow is a loss only after a break of the line', async () => {
  const { publisher, say, values, events, one } = setUp()
  publisher.begin()
  await say(1, 1)
  await say(5, 2)
  expect(events).toEqual(['jump 2 5'])
  one.unsure = true
  // A keep-alive tells it as well as a message.
  await say(9)
  expect(events).toEqual(['jump 2 5', 'missing 3'])
  await say(9, 3)
  expect(values).toEqual([1, 2, 3])
})

test('where the loss can be made good, nothing that came behind it is taken', async () => {
  const { publisher, say, values, events, one, asked } = setUp({ onMissing: () => true })
  publisher.begin()
  await say(1, 1)
  one.unsure = true
  await say(3, 2)
  const waiting = asked.length
  await say(4, 3)
  expect(values).toEqual([1])
  expect(events).toEqual(['end hole 1 messages of subscription 7 are gone'])
  expect(asked.length).toBe(waiting - 1)
})

test('a message is acknowledged with the first request after its values were taken', async () => {
  const { publisher, say, asked, queue } = setUp()
  publisher.begin()
  const acknowledged = (): number[] => (asked.at(-1)!.request.subscriptionAcknowledgements ?? []).map(({ sequenceNumber }) => sequenceNumber)
  await say(1, 1, 2)
  expect(acknowledged()).toEqual([])
  queue.taken = 1
  await say(2, 3)
  expect(acknowledged()).toEqual([])
  queue.taken = 3
  await say(3)
  expect(acknowledged()).toEqual([1, 2])
})

test('a server that takes fewer requests gets fewer; while the journal is behind it gets none', async () => {
  const { publisher, refuse, say, asked, events, queue } = setUp()
  publisher.begin()
  expect(asked).toHaveLength(3)
  await refuse(StatusCodes.BadTooManyPublishRequests)
  expect(asked).toHaveLength(2)
  await say(1, 1)
  expect(asked).toHaveLength(2)
  let open: () => void = () => {}
  queue.empty = () => new Promise((resolve) => { open = resolve })
  queue.waiting = 101
  await say(2, 2)
  await say(3, 3)
  expect(asked).toHaveLength(0)
  queue.waiting = 0
  open()
  await turn()
  expect(asked).toHaveLength(2)
  expect(events).toEqual([])
})

test.each([
  [StatusCodes.BadSessionIdInvalid, 'end session BadSessionIdInvalid'],
  [StatusCodes.BadNoSubscription, 'end subscription BadNoSubscription'],
  [StatusCodes.BadInternalError, 'end subscription BadInternalError'],
])('%s ends publishing once', async (status, event) => {
  const { publisher, refuse, events } = setUp()
  publisher.begin()
  await refuse(status)
  await refuse(status)
  expect(events).toEqual([event])
})

test('a request that waited too long at the server is made again', async () => {
  const { publisher, refuse, asked, events } = setUp()
  publisher.begin()
  await refuse(StatusCodes.BadTimeout)
  expect(asked).toHaveLength(3)
  expect(events).toEqual([])
})
