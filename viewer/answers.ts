/**
 * Shapes of what the viewer's server answers, which its pages read. Types only: nothing here runs.
 * @module
 */

export type { Reading } from '../rewards/monitors/reading.ts'
export type { ColumnsAnswer, Strip } from './answers/columns.ts'
export type { CreditAnswer, EstimatorLine, PairsAnswer, Reason, WhyAnswer } from './answers/credit.ts'
export type {
  Estimated,
  EvidenceLine,
  StepLine,
  StepValue,
  TrajectoryAnswer,
  WaitingReward,
} from './answers/episode.ts'
export type { AnchorLine, GroupAnswer, LensLine, MemberLine } from './answers/group.ts'
export type {
  Finding,
  FindingKind,
  MeanOfGroups,
  ReadingAnswer,
  RunAnswer,
  RunLine,
  RunState,
  RunsAnswer,
  ShownEnding,
  SignalLine,
  SitesAnswer,
  StepAddress,
  ValuesNote,
} from './answers/run.ts'
export type { CurveLine, CurvePoint, CurvesAnswer } from './data/curve-lines.ts'
export type { EventReward, LineEvent, RunEvent } from './events/lines.ts'
export type { ExportedRuns } from './export/held.ts'
export type { LiveEpisode, LiveLine, LiveMonitors, LiveStep } from './live/lines.ts'
export type { FindAnswer, FoundRow } from './search/rows.ts'
