/** The next of 1, 2, 5, 10, 20 ... that is not smaller; 1 for nothing. */
export function niceAbove(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  // Powers of ten are not exact: 0.30000000000000004 is 0.3.
  const factor = [1, 2, 5, 10].find((one) => one * power >= value * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(6))
}
