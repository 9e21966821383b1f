import { createTransport } from 'nodemailer'
import { noticeText } from './texts.ts'
import type { NoticeChannel } from './port.ts'

/** Longer than any mail server should take; a pass of work must not hang on one. */
const PATIENCE_MS = 15_000

export interface Mailer {
  send(to: readonly string[], subject: string, text: string): Promise<void>
}

/** Over SMTP, with TLS where the server offers it, or from the start with smtps. */
export function createMailer(smtpUrl: string, from: string): Mailer {
  const transport = createTransport({ url: smtpUrl, connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS })
  return {
    async send(to, subject, text) {
      await transport.sendMail({ from, to: [...to], subject, text })
    },
  }
}

export function mailChannel(mailer: Mailer | undefined): NoticeChannel {
  return {
    async send(notice) {
      const { emails, language = 'fr' } = notice.contract.notices
      if (emails === undefined) return undefined
      if (mailer === undefined) return { channel: 'email', sent: false, acknowledged: false, problem: 'SMTP_URL is not set.' }
      const { subject, text } = noticeText(notice, language)
      await mailer.send(emails, subject, text)
      return { channel: 'email', sent: true, acknowledged: false, problem: null }
    },
  }
}
