/** A decoder that takes longer for one input hangs. */
export const HANG_MS = 50
const MEASUREMENTS = 3

/** Inputs of a property test; a night's run sets PENFELD_FUZZ_RUNS to a million. */
export const FUZZ_RUNS = Number(process.env['PENFELD_FUZZ_RUNS'] ?? 50_000)

/** The same for whole texts (files, answers), which take ten times as long as a frame. */
export const TEXT_FUZZ_RUNS = process.env['PENFELD_FUZZ_RUNS'] === undefined ? FUZZ_RUNS / 10 : FUZZ_RUNS

/** Time of a decoding. A long one is measured again: an input that hangs does so each time, a machine busy elsewhere does not. */
export function decodingMs(decode: () => void): number {
  let shortest = Infinity
  for (let measured = 0; measured < MEASUREMENTS && shortest >= HANG_MS; measured++) {
    const begun = performance.now()
    decode()
    shortest = Math.min(shortest, performance.now() - begun)
  }
  return shortest
}
