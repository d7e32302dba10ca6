import type { Agent, Ending, Episode, Json, JsonObject, MaybePromise, Move, Step, World } from 'stepgym'
import {
  type Alternative,
  allCounterfactuals,
  Budget,
  type BudgetLimits,
  type Counterfactual,
  counterfactual,
  type Estimate,
  type FatalOutcome,
  type FatalReason,
  type FatalRow,
  type FatalSettings,
  type FatalStep,
  fatalStep,
  type Interval,
  type IntervalMethod,
  type IntervalSettings,
  intervalOf,
  type Judged,
  type OracleSettings,
  type PlayOut,
  type PlayOutSettings,
  type Point,
  playOut,
  pointsOfEpisode,
  pointsOfRecord,
  type RandomStreams,
  type RecordedEpisode,
  ResultsFile,
  type ReturnRange,
  type RunEpisode,
  readFatalRow,
  readStepRow,
  runFatal,
  runValues,
  type StepRow,
  type StepValues,
  stepValues,
  type Verdict,
} from 'stepgym/oracle'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/oracle`. The compiler checks this file; it is never run. */

declare const agent: Agent
declare const episode: Episode
declare const point: Point
declare const world: World
const settings: OracleSettings = { agent, forks: 16, confidence: 0.9, budget: new Budget({ steps: 1000 }) }

// Points: where forks are played out from.
expectTypeOf(pointsOfEpisode(episode)).toEqualTypeOf<Promise<readonly Point[]>>()
expectTypeOf(pointsOfRecord).parameter(1).toEqualTypeOf<RecordedEpisode>()
expectTypeOf<RecordedEpisode['steps']>().toEqualTypeOf<readonly Step[]>()
expectTypeOf(point.move).toEqualTypeOf<Move | null>()
expectTypeOf(playOut).parameter(1).toEqualTypeOf<PlayOutSettings>()
expectTypeOf(playOut).returns.toEqualTypeOf<MaybePromise<PlayOut>>()
expectTypeOf<PlayOut['ending']>().toEqualTypeOf<Ending>()
expectTypeOf<PlayOut['total']>().toEqualTypeOf<number | null>()

// Values: each an estimate, with an interval and, where there is none, a reason.
expectTypeOf(stepValues).parameter(1).toEqualTypeOf<OracleSettings>()
expectTypeOf(stepValues(point, settings)).toEqualTypeOf<Promise<StepValues>>()
expectTypeOf<StepValues['advantage']>().toEqualTypeOf<Estimate>()
expectTypeOf<Estimate['value']>().toEqualTypeOf<number | null>()
expectTypeOf<Estimate>().toExtend<Interval>()
// @ts-expect-error: an oracle plays an agent
void stepValues(point, { forks: 16 })
expectTypeOf(settings.streams).toEqualTypeOf<RandomStreams | undefined>()
expectTypeOf<RandomStreams>().toEqualTypeOf<'common' | 'independent'>()
expectTypeOf(new Budget().limits).toEqualTypeOf<BudgetLimits>()
expectTypeOf<Budget['spent']>().toExtend<Required<BudgetLimits>>()
expectTypeOf(counterfactual(point, ['go'], settings)).toEqualTypeOf<Promise<Counterfactual>>()
expectTypeOf(allCounterfactuals(point, settings)).toEqualTypeOf<Promise<Counterfactual>>()
expectTypeOf<Counterfactual['alternatives']>().toEqualTypeOf<readonly Alternative[]>()
expectTypeOf<Alternative['action']>().toEqualTypeOf<Json>()
expectTypeOf(fatalStep).parameter(1).toEqualTypeOf<FatalSettings>()
expectTypeOf(fatalStep([point], settings)).toEqualTypeOf<Promise<FatalStep>>()
expectTypeOf<FatalStep['reason']>().toEqualTypeOf<FatalReason>()
expectTypeOf<FatalReason>().toEqualTypeOf<'found' | 'lost-from-the-start' | 'undecided' | 'budget' | 'interrupted'>()
expectTypeOf<FatalStep['judged']>().toEqualTypeOf<readonly Judged[]>()
expectTypeOf<Judged['verdict']>().toEqualTypeOf<Verdict>()
expectTypeOf<Verdict>().toEqualTypeOf<'alive' | 'lost' | 'undecided'>()

expectTypeOf(intervalOf).toEqualTypeOf<(values: readonly (number | null)[], settings: IntervalSettings) => Interval>()
expectTypeOf<IntervalSettings['range']>().toEqualTypeOf<ReturnRange>()
expectTypeOf<IntervalMethod>().toEqualTypeOf<'betting' | 'clopper-pearson'>()

// Runs, with their results on disk.
declare const episodes: readonly RunEpisode[]
declare const steps: ResultsFile<StepRow>
declare const fatal: ResultsFile<FatalRow>
expectTypeOf(ResultsFile.open('rows', {}, readStepRow)).toEqualTypeOf<ResultsFile<StepRow>>()
expectTypeOf(readStepRow).toEqualTypeOf<(line: JsonObject) => StepRow | null>()
expectTypeOf(readFatalRow).toEqualTypeOf<(line: JsonObject) => FatalRow | null>()
expectTypeOf(runValues).parameter(1).toEqualTypeOf<Iterable<RunEpisode>>()
expectTypeOf(runValues(world, episodes, settings, steps)).toEqualTypeOf<AsyncGenerator<StepRow, void>>()
expectTypeOf(runFatal(world, episodes, settings, fatal)).toEqualTypeOf<AsyncGenerator<FatalOutcome, void>>()
// @ts-expect-error: rows of fatal steps are no rows of values
void runValues(world, episodes, settings, fatal)
declare const outcome: FatalOutcome
if (outcome.row === null) expectTypeOf(outcome.reason).toEqualTypeOf<string>()
