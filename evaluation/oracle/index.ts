/**
 * What a step was worth: Monte Carlo values by forking episode and agent, other actions in its place, the first fatal
 * step. Every interval keeps its rate.
 * @module
 */

export type { BudgetLimits } from './budget.ts'
export { Budget } from './budget.ts'
export type { Alternative, Counterfactual } from './counterfactual.ts'
export { allCounterfactuals, counterfactual } from './counterfactual.ts'
export type { Estimate } from './estimate.ts'
export type { FatalReason, FatalSettings, FatalStep } from './fatal-step.ts'
export { fatalStep } from './fatal-step.ts'
export type { Interval, IntervalMethod, IntervalSettings, ReturnRange } from './interval.ts'
export { intervalOf } from './interval.ts'
export type { PlayOut, PlayOutSettings } from './play-out.ts'
export { playOut } from './play-out.ts'
export type { Point } from './point.ts'
export { ResultsFile } from './results-file.ts'
export type { RecordedEpisode } from './retrace.ts'
export { pointsOfEpisode, pointsOfRecord } from './retrace.ts'
export type { FatalRow, StepRow } from './rows.ts'
export { readFatalRow, readStepRow } from './rows.ts'
export type { FatalOutcome } from './run-fatal.ts'
export { runFatal } from './run-fatal.ts'
export type { RunEpisode } from './run-values.ts'
export { runValues } from './run-values.ts'
export type { OracleSettings, RandomStreams } from './settings.ts'
export type { StepValues } from './step-values.ts'
export { stepValues } from './step-values.ts'
export type { Judged, Verdict } from './verdict.ts'
