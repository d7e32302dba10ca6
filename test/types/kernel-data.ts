import {
  type Anchors,
  type CategoricalEvidence,
  canonicalJson,
  type Effect,
  type Ending,
  ERROR_CODES,
  type ErrorCode,
  type Evidence,
  type ForkPoint,
  fingerprintOf,
  fullMessageOf,
  type Group,
  GymError,
  hashOf,
  type Json,
  type Key,
  type ModelScores,
  type Move,
  messageOf,
  type NullReason,
  type Origin,
  onFailure,
  parseSeed,
  type Refusal,
  type Reward,
  Rng,
  type SamplingNote,
  type Seed,
  type Step,
  type TokenEvidence,
  type Trajectory,
  tagOf,
  type UserCodeError,
} from 'stepgym'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym` for those who read trajectories and errors. The compiler checks this file; it is never run. */

// A reward is a number, or null with a reason: who reads the reason has looked at the value first.
declare const reward: Reward
expectTypeOf(reward.value).toEqualTypeOf<number | null>()
if (reward.value === null) expectTypeOf(reward.reason).toEqualTypeOf<NullReason>()
// @ts-expect-error: a reward with a value has no reason
else reward.reason.length
// @ts-expect-error: null without a reason
expectTypeOf<{ name: string; version: number; value: null }>().toExtend<Reward>()
expectTypeOf<NullReason>().toEqualTypeOf<'threw' | 'lapsed' | 'not-finite' | 'declined' | 'not-judged' | 'aborted'>()

declare const step: Step
expectTypeOf<Step>().toExtend<Move>()
expectTypeOf(step.rewards).toEqualTypeOf<readonly Reward[]>()
expectTypeOf(step.anchors).toEqualTypeOf<Anchors>()
expectTypeOf(step.evidence).toEqualTypeOf<Evidence | undefined>()
// @ts-expect-error: a step is never changed
step.index = 1
expectTypeOf<Anchors[string]>().toEqualTypeOf<string>()
expectTypeOf<Move['action']>().toEqualTypeOf<Json>()
expectTypeOf<Move['effects']>().toEqualTypeOf<readonly Effect[]>()
expectTypeOf<Move['refused']>().toEqualTypeOf<Refusal | undefined>()
expectTypeOf<Refusal['code']>().toExtend<ErrorCode>()
expectTypeOf<Extract<Effect, { error: string }>['error']>().toEqualTypeOf<string>()

declare const evidence: Evidence
if (evidence.kind === 'token') expectTypeOf(evidence).toEqualTypeOf<TokenEvidence>()
else expectTypeOf(evidence).toEqualTypeOf<CategoricalEvidence>()
expectTypeOf<TokenEvidence['logProbs']>().toEqualTypeOf<readonly number[]>()
expectTypeOf<CategoricalEvidence['logProb']>().toEqualTypeOf<number>()

expectTypeOf<Ending>().toEqualTypeOf<'terminated' | 'truncated' | 'aborted'>()
expectTypeOf<Trajectory>().toExtend<Origin>()
expectTypeOf<Trajectory['steps']>().toEqualTypeOf<readonly Step[]>()
expectTypeOf<Trajectory['forkedFrom']>().toEqualTypeOf<ForkPoint | undefined>()
expectTypeOf<ForkPoint['index']>().toEqualTypeOf<number>()
expectTypeOf<Origin['seed']>().toEqualTypeOf<Seed>()
expectTypeOf<Group['trajectories']>().toEqualTypeOf<readonly Trajectory[]>()
expectTypeOf<Group['aborted']>().toEqualTypeOf<readonly Trajectory[]>()
expectTypeOf<Group['sampling']>().toEqualTypeOf<SamplingNote | undefined>()
expectTypeOf<SamplingNote['budget']>().toEqualTypeOf<number | null>()

expectTypeOf<Seed>().toEqualTypeOf<number | string>()
expectTypeOf(parseSeed).toEqualTypeOf<(input: unknown) => Seed>()
expectTypeOf(Rng).constructorParameters.toEqualTypeOf<[key: Key, step: number]>()
expectTypeOf<Key['word0']>().toEqualTypeOf<number>()

expectTypeOf(new GymError('ENV_INVALID', 'no step').code).toEqualTypeOf<ErrorCode>()
// @ts-expect-error: the codes are a closed set
new GymError('ENV_BROKEN', 'no such code')
expectTypeOf<keyof typeof ERROR_CODES>().toEqualTypeOf<ErrorCode>()
expectTypeOf(ERROR_CODES.ENV_INVALID).toBeString()
expectTypeOf<UserCodeError>().toExtend<Error>()
expectTypeOf<UserCodeError['reference']>().toEqualTypeOf<string>()
expectTypeOf(onFailure).toEqualTypeOf<(listener: (error: UserCodeError) => void) => () => void>()
expectTypeOf(messageOf).toEqualTypeOf<(thrown: unknown) => string>()
expectTypeOf(fullMessageOf).toEqualTypeOf<(thrown: unknown) => string>()

expectTypeOf(canonicalJson).toEqualTypeOf<(value: unknown) => string>()
expectTypeOf(hashOf).toEqualTypeOf<(value: unknown) => string>()
expectTypeOf(fingerprintOf).toEqualTypeOf<(value: object) => string>()
// @ts-expect-error: a state is an object
fingerprintOf('text')
expectTypeOf(tagOf).toEqualTypeOf<(runKey: string, state: object) => string>()

expectTypeOf<NonNullable<Reward['model']>>().toEqualTypeOf<ModelScores>()
