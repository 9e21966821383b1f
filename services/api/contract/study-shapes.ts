/** Shapes of a reinforcement study for the dashboard, which knows the service by its contract only. Types alone: nothing is loaded. */
export type { Range, Study, StudyScenario } from '#models/district/schema-study.ts'
export type { ElementOutlook, ElementYear, FutureLoads, Portfolio, PortfolioMeasure, Spread, StudyResult, Tornado } from '#models/reinforcement/study-result.ts'
export type { MeasureKind } from '#models/reinforcement/measure.ts'
