import type { Logger } from '#services/telemetry/logger.ts'
import type { ActivationReader } from '../activation-store.ts'
import type { FlexibilitySettings } from '../settings.ts'
import { callbackChannel } from './callback.ts'
import { createMailer, mailChannel } from './mail.ts'
import type { NoticeChannel, Notices } from './port.ts'
import { webhookChannel } from './webhook.ts'

/** Every way of pushing a notice. The page, and OpenADR without a subscription, are asked by the sellers themselves. */
export function createNotices(settings: FlexibilitySettings, activations: Pick<ActivationReader, 'subscriptions'>, log: Logger, backoffMs?: readonly number[]): Notices {
  const mailer = settings.smtpUrl === undefined ? undefined : createMailer(settings.smtpUrl, settings.mailFrom)
  const channels: Readonly<Record<string, NoticeChannel>> = { email: mailChannel(mailer), webhook: webhookChannel(settings, backoffMs), openadr: callbackChannel(activations, backoffMs) }
  return {
    async send(notice, now) {
      const outcomes = await Promise.all(Object.entries(channels).map(async ([channel, one]) => {
        try {
          return await one.send(notice, now)
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error)
          log.warn({ channel, contract: notice.contract.id, activationId: notice.activationId, error: problem }, 'a notice did not arrive')
          return { channel, sent: false, acknowledged: false, problem }
        }
      }))
      return outcomes.filter((outcome) => outcome !== undefined)
    },
    async alert(subject, text) {
      log.warn({ subject }, 'alert to the operator')
      if (mailer === undefined || settings.operatorMail === undefined) return
      try {
        await mailer.send([settings.operatorMail], subject, text)
      } catch (error) {
        log.error({ subject, error: error instanceof Error ? error.message : String(error) }, 'the operator could not be told by mail')
      }
    },
  }
}
