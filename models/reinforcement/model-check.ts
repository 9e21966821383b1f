/** What the network model makes of the measured year against what was measured at the feeder heads. */
import type { StudyResult } from './study-result.ts'

/**
 * Over hours in which both are known. The rest of the town is set so that the heads carry what was measured, with an assumed share of
 * losses: what is left is how far the losses of the load flow are from that share.
 * @param measuredKw sum of the heads by hour; @param modelledKw what the sources deliver
 * @returns null where no hour is known; errors in % of what was measured: mean of |difference| over the mean, and the largest of an hour
 */
export function modelCheck(measuredKw: ArrayLike<number>, modelledKw: ArrayLike<number>): StudyResult['modelCheck'] {
  let [hours, difference, sum, largest] = [0, 0, 0, 0]
  for (let hour = 0; hour < measuredKw.length; hour += 1) {
    const apartKw = Math.abs(modelledKw[hour] - measuredKw[hour])
    if (Number.isNaN(apartKw) || !(measuredKw[hour] > 0)) continue
    hours += 1
    difference += apartKw
    sum += measuredKw[hour]
    largest = Math.max(largest, apartKw / measuredKw[hour])
  }
  return hours === 0 ? null : { hours, meanErrorPct: (100 * difference) / sum, largestErrorPct: 100 * largest }
}
