/** What was typed does not fit the command; said in one line with the usage, exit code 2. */
export class WrongArguments extends Error {}

/** What is wrong with what was typed, in one line; undefined: the error is another one. */
export function wrongArguments(error: unknown): string | undefined {
  if (error instanceof WrongArguments) return error.message
  // Of node:util's parseArgs; after the first sentence it explains how a file may be called "--x".
  if (error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_')) return `${error.message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`
  return undefined
}
