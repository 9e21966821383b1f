import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readSecret } from '#services/config/environment.ts'

export type DialectName = '1' | '2' | '3'

/** Where InfluxDB is and how it is spoken to; plain, so that it can be handed to a thread. */
export interface InfluxSettings {
  readonly url: string
  /** 1.x: `user:password`; 2.x and 3: an API token. */
  readonly token: string | undefined
  /** Database (1.x, 3) or bucket (2.x); made if it is not there. */
  readonly database: string
  /** 2.x alone. */
  readonly organisation: string | undefined
  /** Undefined: what the server says of itself. */
  readonly dialect: DialectName | undefined
  /** Most bytes that wait for the server; beyond, sources are asked to wait. */
  readonly backlogBytes: number
}

const BACKLOG_MIB = 2_048

export function readInfluxSettings(url: string, variables: Readonly<Record<string, string | undefined>>): InfluxSettings {
  const text = (name: string) => (variables[name] === '' ? undefined : variables[name])
  const dialect = text('INFLUX_DIALECT')
  if (dialect !== undefined && dialect !== '1' && dialect !== '2' && dialect !== '3') {
    throw new PenfeldError('PF_CONFIG_INVALID', `INFLUX_DIALECT is "${dialect}", expected 1, 2 or 3.`, { where: 'INFLUX_DIALECT' })
  }
  const backlogMib = Number(text('INFLUX_BACKLOG_MIB') ?? BACKLOG_MIB)
  if (!(backlogMib >= 1)) throw new PenfeldError('PF_CONFIG_INVALID', `INFLUX_BACKLOG_MIB is "${text('INFLUX_BACKLOG_MIB')}", expected a number of MiB.`, { where: 'INFLUX_BACKLOG_MIB' })
  return {
    url: url.replace(/\/+$/, ''),
    token: readSecret('INFLUX_TOKEN', variables),
    database: text('INFLUX_DATABASE') ?? 'penfeld',
    organisation: text('INFLUX_ORG'),
    dialect,
    backlogBytes: backlogMib * 2 ** 20,
  }
}
