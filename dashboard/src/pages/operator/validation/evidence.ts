import type { FindingView } from '#contract/validation.ts'
import type { Format, Messages } from '../../../i18n/index.ts'

/** The numbers of a finding as one short sentence. */
export function tell({ kind, evidence, unit, other }: Pick<FindingView, 'kind' | 'evidence' | 'unit' | 'other'>, words: Messages['operator']['validation']['findings'], f: Format): string {
  const { tells, filling } = words
  // Powers are checked as the energy of their steps.
  const energy = unit === 'kW' ? 'kWh' : (unit ?? '')
  const amount = (name: string) => f.unit(evidence[name], energy, 2)
  const count = (name: string) => f.count(evidence[name])
  switch (kind) {
    case 'above-limit': return tells['above-limit'](count('steps'), amount('most'), amount('limit'))
    case 'negative': return tells.negative(count('steps'), amount('least'))
    case 'spike': return tells.spike(amount('value'), amount('thirdHighest'))
    case 'flatline': return tells.flatline(count('steps'), amount('value'))
    case 'stopped': return tells.stopped(count('steps'), count('longestPauseBefore'))
    case 'missing': {
      const how = !evidence['filled'] ? filling.none : evidence['keepsTotal'] ? filling.total : evidence['linear'] ? filling.line : filling.alike
      return tells.missing(f.unit(evidence['hours'], 'h', 1), how)
    }
    case 'after-outage': return tells.afterOutage(count('gapSteps'), amount('excess'))
    case 'sum-check': return tells.sumCheck(f.unit(evidence['register'], 'kWh', 1), f.unit(evidence['sumOfSteps'], 'kWh', 1), f.signed(evidence['difference'], 'kWh', 1))
    case 'clock-drift': return tells.clockDrift(f.signed(evidence['secondsPerDay'], 's', 1), count('days'))
    case 'shifted': return tells.shifted(f.signed(evidence['shiftMinutes'], 'min'), count('days'))
    case 'swapped': return tells.swapped(other ?? '', count('days'))
    default: return tells.register(amount('before'), amount('after'))
  }
}
