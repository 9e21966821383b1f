import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readSecret, type Environment } from '#services/config/environment.ts'
import { learnFrom } from '#services/telemetry/secrets.ts'

export interface FlexibilitySettings {
  /** Undefined: no mail is sent, and each notice says so. The whole address may stand in a file (SMTP_URL_FILE). */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  /** Who hears of proposals and of activations that failed; undefined: the page and the log alone. */
  readonly operatorMail: string | undefined
  /** A secret that a contract names. */
  secret(name: string): string | undefined
}

/** @throws PF_CONFIG_INVALID */
export function flexibilitySettings({ variables }: Pick<Environment, 'variables'>): FlexibilitySettings {
  const smtpUrl = readSecret('SMTP_URL', variables) || undefined
  if (smtpUrl !== undefined && (!URL.canParse(smtpUrl) || !['smtp:', 'smtps:'].includes(new URL(smtpUrl).protocol))) {
    throw new PenfeldError('PF_CONFIG_INVALID', 'SMTP_URL is not an address that begins with smtp:// or smtps://.', { where: 'SMTP_URL' })
  }
  learnFrom('SMTP_URL', smtpUrl)
  return {
    smtpUrl, mailFrom: variables['PENFELD_MAIL_FROM'] || 'Penfeld <penfeld@localhost>', operatorMail: variables['PENFELD_OPERATOR_MAIL'] || undefined,
    secret: (name) => readSecret(name, variables) || undefined,
  }
}
