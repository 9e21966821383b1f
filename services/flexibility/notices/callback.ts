import type { ActivationReader, Subscription } from '../activation-store.ts'
import { eventOf, programIdOf } from '../openadr.ts'
import type { Notice, NoticeChannel } from './port.ts'
import { BACKOFF_MS, postJson } from './post.ts'

type Operation = 'CREATE' | 'UPDATE' | 'DELETE'
interface ObjectOperation { readonly objects: readonly string[]; readonly operations: readonly string[]; readonly callbackUrl: string; readonly bearerToken?: string | null }
/** As a subscription names an operation, and as a notification does. */
const WRITTEN: Readonly<Record<Operation, string>> = { CREATE: 'POST', UPDATE: 'PUT', DELETE: 'DELETE' }

/** OpenADR end nodes that have subscribed to events are called back; the others ask by themselves. */
export function callbackChannel(activations: Pick<ActivationReader, 'subscriptions'>, backoffMs = BACKOFF_MS): NoticeChannel {
  return {
    async send(notice, now) {
      const { openAdr } = notice.contract.notices
      if (openAdr === undefined) return undefined
      // What lets go or is cancelled disappears; a limit that stays is the same event once more.
      const operation: Operation = notice.kind === 'activation' ? 'CREATE' : notice.kind === 'cancellation' || notice.contract.safeState === 'release' ? 'DELETE' : 'UPDATE'
      const wanted = activations.subscriptions(openAdr.venName).flatMap((one) => callbacksOf(one, notice, operation))
        // The contract may have been changed since the node subscribed.
        .filter(({ callbackUrl }) => new URL(callbackUrl).origin === openAdr.callbackOrigin)
      if (wanted.length === 0) return undefined
      const body = JSON.stringify({ objectType: 'EVENT', operation: WRITTEN[operation], object: eventOf({ ...notice, toldAt: now, changedAt: now }) })
      for (const { callbackUrl, bearerToken } of wanted) await postJson(callbackUrl, bearerToken ? { authorization: `Bearer ${bearerToken}` } : {}, body, backoffMs)
      return { channel: 'openadr', sent: true, acknowledged: false, problem: null }
    },
  }
}

function callbacksOf({ body }: Subscription, { contract }: Notice, operation: Operation): readonly ObjectOperation[] {
  if (body['programID'] !== programIdOf(contract.id)) return []
  return (body['objectOperations'] as readonly ObjectOperation[]).filter(({ objects, operations }) => objects.includes('EVENT') && operations.includes(operation))
}
