export const json = process.argv.includes('--json')
export const quick = process.argv.includes('--quick')

/** Prints lines of one bench. `aim` 'shown': nothing was asked for. */
export const printer = (bench: string) => (name: string, measured: number, unit: string, aim = 'shown', holds = true): void => {
  const value = Number(measured.toPrecision(4))
  if (json) process.stdout.write(`${JSON.stringify({ bench, case: name, value, unit, aim, holds })}\n`)
  else process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${name.padEnd(100)} ${String(value).padStart(10)} ${unit} (aim ${aim})\n`)
}
export const print = printer('load-flow')

/** Shortest time of several runs, ms: what others do on the machine only ever adds. */
export async function shortestMs(rounds: number, run: () => void | Promise<void>): Promise<number> {
  let best = Infinity
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now()
    await run()
    best = Math.min(best, performance.now() - begun)
  }
  return best
}
