import type { Group, JsonObject, Trajectory } from 'stepgym'
import {
  type Agreement,
  type Assigned,
  actionColumn,
  advantageAt,
  agreements,
  anchorColumn,
  assignCredit,
  batchOfGroups,
  batchOfTrajectories,
  type CheckResult,
  COMMON,
  type Credit,
  type CreditRequest,
  checkEstimator,
  choice,
  counted,
  creditGroup,
  defineEstimator,
  discountedReturns,
  EPSILON,
  type Estimate,
  type Estimator,
  type Explained,
  type Explanation,
  episodeScores,
  firstRows,
  flag,
  GAMMA,
  type GroupCredit,
  type Grouping,
  groupedByPair,
  groupRelative,
  leaveOneOut,
  type Moments,
  momentsOf,
  type Need,
  NO_GROUP,
  NORM,
  type NoCredit,
  type NormalisedOptions,
  name,
  names,
  normalised,
  number,
  numbers,
  type OptionSpec,
  type OptionsOf,
  type OUTCOME,
  PENALTY,
  type Peer,
  parseBatch,
  parseBatchText,
  passAtK,
  type Scope,
  type Shaping,
  type SignalColumn,
  type Spread,
  type StepBatch,
  type StepSignal,
  scopeOf,
  scoreRows,
  spread,
  spreadOf,
  stepIndexGroups,
  stepSignal,
  type Term,
  type TrajectoryCredit,
  tokenAdvantagesAt,
  tokenRanges,
  whole,
  withReason,
  wordsOf,
} from 'stepgym/credit'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/credit`. The compiler checks this file; it is never run. */

declare const batch: StepBatch
declare const credit: Credit
declare const scope: Scope

// Batches.
expectTypeOf(parseBatch).parameter(0).toEqualTypeOf<unknown>()
expectTypeOf(parseBatch).returns.toEqualTypeOf<StepBatch>()
expectTypeOf(parseBatchText).parameter(0).toEqualTypeOf<string>()
expectTypeOf(batchOfGroups).parameter(0).toEqualTypeOf<readonly Group[]>()
expectTypeOf(batchOfTrajectories).parameter(0).toEqualTypeOf<readonly Trajectory[]>()
expectTypeOf(batch.stepIndex).toEqualTypeOf<Int32Array>()
expectTypeOf(batch.signals).toEqualTypeOf<ReadonlyMap<string, StepSignal>>()
expectTypeOf(batch.outcomes).toEqualTypeOf<ReadonlyMap<string, SignalColumn>>()
expectTypeOf<SignalColumn>().toEqualTypeOf<{ readonly values: Float64Array; readonly known: Uint8Array }>()
expectTypeOf<StepSignal>().toExtend<SignalColumn>()

// Credit of a batch and of a group. Without credit there is a reason, and with credit none.
declare const requests: readonly CreditRequest[]
declare const shaping: Shaping
declare const assigned: Assigned
expectTypeOf(assignCredit).parameter(2).toEqualTypeOf<Shaping | null | undefined>()
expectTypeOf(assignCredit(batch, requests, shaping)).toEqualTypeOf<readonly Assigned[]>()
if (assigned.credit === null) expectTypeOf(assigned.reason).toEqualTypeOf<NoCredit>()
else expectTypeOf(assigned.reason).toEqualTypeOf<null>()
// @ts-expect-error: an estimator may have given none
advantageAt(assigned.credit, 0)
expectTypeOf(advantageAt(credit, 0)).toEqualTypeOf<number | null>()
expectTypeOf(tokenAdvantagesAt(batch, credit, 0)).toEqualTypeOf<readonly number[] | null>()
expectTypeOf<CreditRequest['estimator']>().toEqualTypeOf<Estimator>()
expectTypeOf(withReason).toEqualTypeOf<(assigned: Assigned) => Assigned>()
declare const group: Group
expectTypeOf(creditGroup(group, requests)).toEqualTypeOf<readonly GroupCredit[]>()
expectTypeOf<GroupCredit['trajectories']>().toEqualTypeOf<readonly TrajectoryCredit[] | null>()
expectTypeOf<TrajectoryCredit['advantages']>().toEqualTypeOf<readonly (number | null)[]>()
expectTypeOf(agreements([assigned])).toEqualTypeOf<readonly Agreement[]>()
expectTypeOf<Agreement['sameSign']>().toEqualTypeOf<number | null>()
expectTypeOf(spreadOf(credit)).toEqualTypeOf<Spread>()
expectTypeOf<Spread['mean']>().toEqualTypeOf<number | null>()
expectTypeOf(wordsOf(credit.diagnostics)).toEqualTypeOf<readonly string[]>()
expectTypeOf(counted).toEqualTypeOf<(count: number, one: string, many?: string) => string>()

// An estimator of one's own: the options of `estimate` are those that the specifications allow.
const own = defineEstimator({
  name: 'own',
  summary: 'Centred outcome.',
  consumes: ['success'],
  options: { ...COMMON, scale: choice('group', ['group', 'batch']), steps: whole(1, 1), isHard: flag(false) },
  estimate: (rows, options) => {
    expectTypeOf(rows).toEqualTypeOf<StepBatch>()
    expectTypeOf(options.scale).toEqualTypeOf<'group' | 'batch'>()
    expectTypeOf(options.steps).toEqualTypeOf<number>()
    expectTypeOf(options.isHard).toEqualTypeOf<boolean>()
    // @ts-expect-error: there is no such option
    options.gamma.toFixed()
    return { advantages: new Float64Array(rows.rowCount), scope }
  },
})
expectTypeOf(own).toEqualTypeOf<Estimator>()
expectTypeOf(own.compute(batch)).toEqualTypeOf<Credit>()
expectTypeOf(own.explain?.(batch, 0)).toEqualTypeOf<Explanation | null | undefined>()
// @ts-expect-error: an estimator may have no explanation
own.explain(batch, 0)
expectTypeOf<Explanation>().toExtend<Explained>()
expectTypeOf<Explanation['value']>().toEqualTypeOf<number>()
expectTypeOf<Explanation['terms']>().toEqualTypeOf<readonly Term[]>()
expectTypeOf<Explanation['peers'][number]>().toEqualTypeOf<Peer>()
expectTypeOf<Peer>().toEqualTypeOf<{ readonly row: number; readonly value: number }>()
expectTypeOf<Term['inputs']>().toEqualTypeOf<Readonly<Record<string, number>>>()
expectTypeOf(own.defaults).toEqualTypeOf<JsonObject>()
expectTypeOf<Estimate['scope']>().toEqualTypeOf<Scope>()
expectTypeOf(checkEstimator(own)).toEqualTypeOf<AsyncGenerator<CheckResult>>()
expectTypeOf<CheckResult['rule']>().toEqualTypeOf<string>()

expectTypeOf(choice('a', ['a', 'b'])).toEqualTypeOf<OptionSpec<'a' | 'b'>>()
// @ts-expect-error: the default is one of the choices
choice('c', ['a', 'b'])
expectTypeOf(flag(true)).toEqualTypeOf<OptionSpec<boolean>>()
expectTypeOf(name('success')).toEqualTypeOf<OptionSpec<string>>()
expectTypeOf(names(['success'])).toEqualTypeOf<OptionSpec<readonly string[]>>()
expectTypeOf(number(1, 0, 2)).toEqualTypeOf<OptionSpec<number>>()
expectTypeOf(numbers([1])).toEqualTypeOf<OptionSpec<readonly number[]>>()
expectTypeOf(whole(1, 1)).toEqualTypeOf<OptionSpec<number>>()
// @ts-expect-error: a whole number has a lower bound
whole(1)
expectTypeOf([EPSILON, GAMMA, PENALTY]).toEqualTypeOf<OptionSpec<number>[]>()
expectTypeOf(NORM.default).toEqualTypeOf<'mean_std_norm' | 'mean_norm'>()
expectTypeOf<OptionsOf<typeof COMMON>['onNull']>().toEqualTypeOf<'drop-trajectory' | 'drop-row' | 'error'>()
expectTypeOf<OptionsOf<typeof OUTCOME>['invalidActionPenalty']>().toEqualTypeOf<number>()

// Its parts: scope, scores, columns, groupings, moments.
declare const grouping: Grouping
declare const outcomeOptions: OptionsOf<typeof OUTCOME>
const { values } = stepSignal(batch, 'progress')
expectTypeOf(scopeOf).parameter(1).toEqualTypeOf<readonly Need[]>()
expectTypeOf(scopeOf).returns.toEqualTypeOf<Scope>()
expectTypeOf<Need['column']>().toEqualTypeOf<SignalColumn>()
expectTypeOf(scope.episodes).toEqualTypeOf<Grouping>()
expectTypeOf(scoreRows(batch, outcomeOptions).scope).toEqualTypeOf<Scope>()
expectTypeOf(firstRows(batch, scope.mask)).toEqualTypeOf<Uint8Array>()
expectTypeOf(groupRelative).returns.toEqualTypeOf<Float64Array>()
expectTypeOf(leaveOneOut(batch, scope, values, false)).toEqualTypeOf<Float64Array>()
expectTypeOf(actionColumn(batch)).toEqualTypeOf<Int32Array>()
expectTypeOf(anchorColumn).parameter(1).toEqualTypeOf<string>()
expectTypeOf(stepSignal(batch, 'progress')).toEqualTypeOf<StepSignal>()
expectTypeOf(discountedReturns(batch, { values, known: scope.mask }, 0.9)).toEqualTypeOf<SignalColumn>()
expectTypeOf(episodeScores(batch, 'success')).toEqualTypeOf<SignalColumn>()
expectTypeOf(spread).returns.toEqualTypeOf<SignalColumn>()
expectTypeOf(tokenRanges).parameters.toEqualTypeOf<[batch: StepBatch]>()
expectTypeOf(NO_GROUP).toBeNumber()
expectTypeOf(groupedByPair(batch.groupOf, batch.stepIndex)).toEqualTypeOf<Grouping>()
expectTypeOf(stepIndexGroups(grouping, batch)).toEqualTypeOf<Grouping>()
expectTypeOf(momentsOf(grouping, values)).toEqualTypeOf<Moments>()
expectTypeOf<Moments['means']>().toEqualTypeOf<Float64Array>()
expectTypeOf(normalised).parameter(2).toEqualTypeOf<NormalisedOptions>()
expectTypeOf(normalised).returns.toEqualTypeOf<Float64Array>()

expectTypeOf(passAtK(10, 3, 2)).toBeNumber()
// @ts-expect-error: the number of samples that pass, not which
passAtK(10, [true], 2)
