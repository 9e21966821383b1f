import { scrub } from './secrets.ts'

/** From here on nothing secret leaves this process by its output, whoever writes: we, a library, or an error that nobody foresaw. */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => write(typeof chunk === 'string' ? scrub(chunk) : scrub(Buffer.from(chunk).toString('utf8')), ...rest)) as typeof stream.write
  }
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
    process.exit(1)
  })
}
