/** One figure a row: for people, or one object a row for programs. */
export type Print = (name: string, value: number, unit: string, aim?: string, holds?: boolean) => void

export const printer = (bench: string, json: boolean): Print => (name, value, unit, aim = 'shown', holds = true) => {
  if (json) process.stdout.write(`${JSON.stringify({ bench, case: name, value, unit, aim, holds })}\n`)
  else process.stdout.write(`${aim === 'shown' ? '    ' : holds ? 'ok  ' : 'FAIL'} ${name.padEnd(74)} ${Number(value.toPrecision(4))} ${unit}${aim === 'shown' ? '' : ` (aim ${aim})`}\n`)
  if (!holds) process.exitCode = 1
}
