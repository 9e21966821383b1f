import { PenfeldError } from '#models/errors/penfeld-error.ts'

export const DAY_MS = 86_400_000

/** @throws PF_REQUEST_INVALID if turned round, PF_RANGE_TOO_LONG beyond `maxDays`. */
export function checkInterval({ from, to }: { from: number; to: number }, maxDays: number): void {
  if (!(from < to)) throw new PenfeldError('PF_REQUEST_INVALID', 'from must lie before to.', { where: 'querystring.from' })
  if (to - from > maxDays * DAY_MS) throw new PenfeldError('PF_RANGE_TOO_LONG', `At most ${maxDays} days in one answer.`, { where: 'querystring.to' })
}

/** Lets other requests through between two slices of a long read. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
