import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { CongestionIssue } from '#services/evaluation/congestion-forecast.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'

/** A working day in June; the day before at ten everything is proposed. */
export const DAY = Date.parse('2026-06-17T00:00:00+02:00')
export const PROPOSED_AT = DAY - 14 * 3_600_000
export const hour = (hours: number): number => DAY + hours * 3_600_000

/** Of the point that hangs on the first transformer. */
export const sampleContract = (more: Partial<FlexibilityContract> = {}): FlexibilityContract => ({
  id: 'office', name: { fr: 'Bureaux', en: 'Offices' }, buyer: 'Network', seller: 'Offices Ltd', node: smallDistrict().district.deliveryPoints[0]!.node!, deliveryPoints: ['dp0'],
  kw: 30, availabilityEurPerKwYear: 20, activationEurPerMwh: 200, hoursAYear: 40, noticeH: 2, mostHoursAnActivation: 4, baseline: '10-of-10', penalty: { toleratedShare: 0.9, eurPerMwh: 300 },
  heartbeatS: 1800, safeState: 'limit', notices: {}, validFrom: '2026-01-01T00:00:00Z', ...more,
})

export function flexibleDistrict(...contracts: readonly FlexibilityContract[]): LoadedDistrict {
  const small = smallDistrict()
  return { ...small, district: { ...small.district, flexibilityContracts: [...contracts] } }
}

/** 20 kW above the limit of the first transformer from 18:00 to 20:00, in half of the scenarios. */
export function eveningCongestion(probability = 0.5): CongestionIssue {
  const [steps, elements] = [80, ['H1.S1', 'P01.T1']]
  const from = PROPOSED_AT - 3_600_000
  const evening = (value: number) => Float32Array.from({ length: elements.length * steps }, (_, cell) => {
    const at = from + (cell % steps) * 1_800_000
    return cell >= steps && at >= hour(18) && at < hour(20) ? value : 0
  })
  const none = evening(0)
  return {
    issuedAt: from, districtVersion: 'small-1', from, stepS: 1800, steps, scenarios: 200, pastIssues: 28, measuredSeries: 1, assumedSeries: 0, unsettledShare: 0, thresholdsPct: [80, 100], elements,
    basis: new Uint8Array(elements.length), probability: [evening(1), evening(probability)], energyAboveKwh: [evening(20), evening(10 * probability)], unknownShare: none, loadingPct: [none, none, none], heads: [], districtKw: [], durationMs: 1,
  }
}
