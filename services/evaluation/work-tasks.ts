import type { FitRecord } from '#models/forecast/day-ahead.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { EnergyResult, EnergyTask } from '#services/publication/energy-releases.ts'
import type { StoreSettings } from '#services/store/open.ts'
import type { CongestionIssue } from './congestion-forecast.ts'
import type { ReliabilityReport } from './congestion-reliability.ts'
import type { BalanceReport, FirmImport } from './findings.ts'
import type { DaysOutcome } from './forecast-days.ts'
import type { SkillTask, SkillWeek } from './forecast-skill.ts'
import type { PointFindings } from './meter-findings.ts'
import type { NamedColumns } from './named-columns.ts'
import type { DayAheadForecast, IssuedForecast, NetworkState, RunHead } from './port.ts'
import type { ValidationResult } from './validate.ts'
import type { WinterPeakReport } from './winter-peaks.ts'

/** What every thread of work is given when it starts; it opens its own readers. */
export interface WorkThreadSetup {
  readonly loaded: LoadedDistrict
  readonly stores: StoreSettings
  /** Gives way to every other thread of the machine: for work of minutes that nobody waits for. */
  readonly givesWay?: boolean
}

export interface RunResult {
  readonly head: Omit<RunHead, 'runId'>
  readonly states: readonly NetworkState[]
}

/** The heavy work that threads do; results are plain columns that the one writer keeps. */
export type WorkTasks = {
  evaluate: { input: { from: number; to: number; issuedAt: number; inputSeq: number }; result: RunResult & { virtual: NamedColumns } }
  'evaluate-ahead': { input: { forecasts: readonly IssuedForecast[]; issuedAt: number; inputSeq: number }; result: RunResult }
  forecast: { input: { issuedAt: number; dayAhead: readonly DayAheadForecast[] }; result: IssuedForecast[] }
  /** Of the forecasts issued at that time, which the thread reads itself; undefined: nothing is forecast. */
  congest: { input: { issuedAt: number }; result: CongestionIssue | undefined }
  'congestion-reliability': { input: { at: number }; result: ReliabilityReport[] }
  'forecast-days': { input: { series: string; issuedAt: number; record: FitRecord }; result: DaysOutcome }
  'forecast-skill': { input: SkillTask; result: SkillWeek[] }
  /** `pointId` undefined: all points. */
  validate: { input: { pointIds: readonly string[] | undefined; from: number; to: number }; result: ValidationResult }
  'check-meters': { input: { to: number; clockSpeed: number }; result: PointFindings[] }
  balance: { input: { from: number; to: number; issuedAt: number }; result: BalanceReport }
  'winter-peaks': { input: { issuedAt: number }; result: WinterPeakReport[] }
  'publish-energies': { input: EnergyTask; result: EnergyResult }
  'firm-import': { input: { at: number; issuedAt: number }; result: FirmImport[] }
}
