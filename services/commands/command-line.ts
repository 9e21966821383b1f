/** What can be asked for on the command line, and how it answers to what does not fit; each command lives in a file beside this one. */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { oneLine } from '#services/telemetry/secrets.ts'
import { wrongArguments } from './wrong-arguments.ts'

type Write = (line: string) => void

export const COMMANDS: Record<string, { usage: string; what: string; load: () => Promise<(args: string[], write: Write) => Promise<number>> }> = {
  run: {
    usage: 'run [--demo] [--roles NAMES]',
    what: 'starts the service and keeps it running; with --demo also the demonstration field and sign-in',
    load: async () => (await import('./run.ts')).run,
  },
  check: {
    usage: 'check FOLDER | FILE',
    what: 'lists every fault of a district document, or of a network of another tool; changes nothing',
    load: async () => (await import('./check.ts')).check,
  },
  import: {
    usage: 'import FILE...',
    what: 'brings measured history from files into the store: grid operator, Green Button, CSV',
    load: async () => (await import('./import.ts')).importFiles,
  },
  flow: {
    usage: 'flow NETWORK [--loads FILE] [--outage ID] [--at TIME] [--json | --csv]',
    what: 'load flow of a district folder or of a network of another tool; --json or --csv for all of it',
    load: async () => (await import('./flow.ts')).flow,
  },
  'migrate-store': {
    usage: 'migrate-store --to influx | embedded',
    what: 'copies everything stored into InfluxDB (INFLUX_URL) or back, and reads it back; goes on where it was stopped',
    load: async () => (await import('./migrate-store.ts')).migrateStore,
  },
  opcua: {
    usage: 'opcua browse URL | trust list | trust approve THUMBPRINT',
    what: 'looks at an OPC-UA server and proposes a mapping; decides whose certificate is trusted',
    load: async () => (await import('./opcua.ts')).opcua,
  },
  quarantine: {
    usage: 'quarantine [--retry]',
    what: 'values that InfluxDB refuses, with its reason; or sends them once more',
    load: async () => (await import('./quarantine.ts')).quarantine,
  },
  replay: {
    usage: 'replay [--from DATE] [--to DATE]',
    what: 'runs the load flow of the whole district again over stored history',
    load: async () => (await import('./replay.ts')).replay,
  },
  forecast: {
    usage: 'forecast FILE.csv [--weather FILE] [--column NAME] [--production COLUMN | --behind] [--horizon DAYS] [--time-zone Z] [--site LAT,LON] [--holidays fr|none] [--delay-hours H] [--json] [--out FILE.csv] [--lang fr|en]',
    what: 'forecast of the days after a measured curve of any CSV, with its band; the weather of a file, or the usual one',
    load: async () => (await import('./forecast.ts')).forecast,
  },
  backtest: {
    usage: 'backtest FILE.csv [--weather FILE] [--column NAME] [--days N] [--time-zone Z] [--site LAT,LON] [--holidays fr|none] [--delay-hours H] [--weather-error] [--json] [--report FILE.html|.md] [--lang fr|en]',
    what: 'how well a measured curve of any CSV would have been forecast over its last days; with a report to show',
    load: async () => (await import('./backtest.ts')).backtest,
  },
  study: {
    usage: 'study FOLDER [--horizon YEAR] [--out FOLDER] [--lang fr|en] [--quick] | list | show ID [--format html|pdf|xlsx|json|tender --out FILE [--lang fr|en]] | verify ID | rerun ID',
    what: 'whether to reinforce, as a study of a district folder; or those that are kept: prints one, checks its signature, runs it again over what it was frozen with',
    load: async () => (await import('./study.ts')).study,
  },
  backup: {
    usage: 'backup --to FOLDER [--keep-days N]',
    what: 'copies everything while the service runs, and reads the copy back',
    load: async () => (await import('./backup.ts')).backup,
  },
  verify: {
    usage: 'verify FOLDER',
    what: 'reads a backup whole: checksums, databases, every block, the counts of every day',
    load: async () => (await import('./backup.ts')).verify,
  },
  restore: {
    usage: 'restore FOLDER [--replace]',
    what: 'puts a verified backup in the place of PENFELD_DATA',
    load: async () => (await import('./backup.ts')).restore,
  },
  audit: {
    usage: 'audit verify [FOLDER] | list [--subject X] [--actor Y] [--from DATE] [--to DATE] | export --out FILE [--subject X] [--actor Y] [--from DATE] [--to DATE]',
    what: 'who read whose figures and who changed what: whether the log is as it was written, and what stands in it',
    load: async () => (await import('./audit.ts')).audit,
  },
  doctor: {
    usage: 'doctor [--json]',
    what: 'looks at everything the service stands on, and says what is wrong and what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  'control-key': {
    usage: 'control-key',
    what: 'prints the public key that hosts beside this one are told (PENFELD_CONTROL_KEY)',
    load: async () => (await import('./control-key.ts')).controlKey,
  },
  role: {
    usage: 'role NAME',
    what: 'one process of the service; started by the supervisor',
    load: async () => (await import('./role.ts')).role,
  },
}

/** Runs what was typed after `penfeld` and gives the exit code. */
export async function commandLine([name = 'help', ...args]: readonly string[], write: Write, complain: Write): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    const isHelp = name === 'help' || name === '--help'
    if (!isHelp) write(`There is no command "${name}".`)
    write('penfeld COMMAND')
    for (const { usage, what } of Object.values(COMMANDS)) write(`  ${usage.padEnd(44)} ${what}`)
    return isHelp ? 0 : 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    write(`penfeld ${command.usage}`)
    write(`  ${command.what}`)
    return 0
  }
  try {
    return await (await command.load())(args, write)
  } catch (error) {
    const wrong = wrongArguments(error)
    if (wrong === undefined && !(error instanceof PenfeldError)) throw error
    if (wrong !== undefined) complain(`penfeld ${name}: ${oneLine(wrong)} Usage: penfeld ${command.usage}`)
    else complain(oneLine((error as PenfeldError).message))
    // 78 is EX_CONFIG: the supervisor does not try again what only a person can mend.
    return wrong !== undefined ? 2 : (error as PenfeldError).retryable ? 75 : 78
  }
}
