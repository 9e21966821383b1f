/** How long switching and repair take where the document does not say. */
import type { SwitchingDevice } from './switching.ts'
import type { OutageKind } from './outages.ts'

export interface OperationTimes {
  /** From the fault until the first order: the alarm is read and the fault passage indicators are believed. */
  readonly diagnosisS: number
  /** One order by remote control until the answer is back. */
  readonly remoteS: number
  /** The way of the crew to one switch and the work there. */
  readonly manualS: number
  /** From the fault until the element is back in service. */
  readonly repairS: Readonly<Record<OutageKind, number>>
  readonly source: string
}

/**
 * Assumptions of this project, in round figures and not from any operator's statistics: they are shown with every plan and
 * meant to be replaced (`operatingTimeS` of a switch in the document; the other ones as an option of the study).
 */
export const ASSUMED_TIMES: OperationTimes = {
  diagnosisS: 180, remoteS: 60, manualS: 1800,
  repairS: { section: 24 * 3600, transformer: 12 * 3600, busbar: 24 * 3600 },
  source: 'assumed by Penfeld: 3 min until the first order, 1 min an order, 30 min a manual operation, repair of a buried section or busbar 24 h, exchange of a transformer 12 h',
}

export const operatingTimeS = (device: SwitchingDevice, times: OperationTimes): number => device.operatingTimeS ?? (device.remote ? times.remoteS : times.manualS)
