import { isCalled, type MeterAddress } from './address.ts'
import type { MBus, Silence } from './bus.ts'
import { dataRequest, resetRequest, SELECTED, selectRequest, type Frame } from './frames.ts'
import { readTelegram, type Telegram } from './telegram.ts'

/** A meter that says "more follows" for ever is left here. */
const MOST_TELEGRAMS = 16
/** How often an answer that came damaged is asked for again; silence is not asked again before the others had their turn. */
const ATTEMPTS = 3

export type MeterReading = { readonly telegrams: readonly Telegram[] } | { readonly refusal: string }
export const isSilence = (refusal: string): refusal is Silence => ['no-answer', 'disconnected', 'garbled'].includes(refusal)

const isAck = (frame: Frame): boolean => frame.kind === 'ack'

/** All telegrams of one meter, or why there are none. */
export async function readMeter(bus: MBus, called: MeterAddress, patienceMs: number): Promise<MeterReading> {
  const address = called.kind === 'primary' ? called.address : SELECTED
  const greeted = await bus.ask(called.kind === 'primary' ? resetRequest(address) : selectRequest(called.pattern), isAck, patienceMs)
  if (typeof greeted === 'string') return { refusal: greeted }
  const telegrams: Telegram[] = []
  // After a reset, and after a selection, the frame count bit begins with one.
  for (let frameCountBit = true; telegrams.length < MOST_TELEGRAMS; frameCountBit = !frameCountBit) {
    const telegram = await readNext(bus, called, address, frameCountBit, patienceMs)
    if ('refusal' in telegram) return telegram
    telegrams.push(telegram)
    if (!telegram.moreFollow) break
  }
  return { telegrams }
}

async function readNext(bus: MBus, called: MeterAddress, address: number, frameCountBit: boolean, patienceMs: number): Promise<Telegram | { readonly refusal: string }> {
  const isItsAnswer = (frame: Frame) => frame.kind === 'long' && (called.kind === 'secondary' || frame.address === address)
  for (let attempt = 1; ; attempt++) {
    const answer = await bus.ask(dataRequest(address, frameCountBit), isItsAnswer, patienceMs)
    // The same frame count bit asks for the same telegram again.
    if (answer === 'garbled' && attempt < ATTEMPTS) continue
    if (typeof answer === 'string') return { refusal: answer }
    const telegram = readTelegram(answer)
    if ('fault' in telegram && !('records' in telegram)) return { refusal: telegram.fault }
    if (called.kind === 'secondary' && !isCalled(called.pattern, telegram.identity)) return { refusal: 'wrong-meter' }
    return telegram
  }
}
