/**
 * How wrong substituted values are: gaps cut into the measured curves of fixtures/load-curves and filled as the service
 * does, as a person's correction does, by a straight line, and by the same day a week before.
 *   npm run bench:substitution -- [--json] [--quick]
 */
import { measuredCurves } from '#models/load-curve/measured-curves.testkit.ts'
import { substitutionErrors } from '#models/load-curve/substitution-errors.testkit.ts'

const SEED = 20_261_128
const json = process.argv.includes('--json')
const gapsACurve = process.argv.includes('--quick') ? 40 : 200
const curves = measuredCurves()

if (!json) process.stdout.write('mean absolute error of filled hours, % of their mean\ncarrier      gap h  gaps    ours  with total  correction  linear  last week\n')
for (const carrier of ['electricity', 'gas', 'heat', 'water'] as const) {
  for (const gapHours of [1, 3, 6, 24, 72]) {
    const { gaps, ...errors } = substitutionErrors(curves.filter((one) => one.carrier === carrier), gapHours, gapsACurve, SEED + gapHours)
    if (json) {
      const ratio = errors.ours / Math.min(errors.linear, errors.lastWeek)
      process.stdout.write(`${JSON.stringify({ bench: 'substitution', case: `${carrier} ${gapHours} h, error against the better of line and last week`, value: ratio, unit: '1', aim: 1.1, holds: ratio <= 1.1, ...errors })}\n`)
    } else process.stdout.write(`${carrier.padEnd(12)} ${String(gapHours).padStart(5)} ${String(gaps).padStart(5)} ${[errors.ours, errors.oursWithTotal, errors.correction, errors.linear, errors.lastWeek].map((value, i) => value.toFixed(1).padStart([7, 11, 11, 7, 10][i]!)).join(' ')}\n`)
  }
}
