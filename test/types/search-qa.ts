import type { Environment } from 'stepgym'
import searchQa from 'stepgym/envs/search-qa'
import {
  answerOverlap,
  bestOverlap,
  exactMatch,
  exactReward,
  type Fact,
  type FactOverlap,
  type FormatShares,
  type FormatVerdict,
  factOverlap,
  formatReward,
  hasRetrieved,
  jointOverlap,
  judgeFormat,
  lastAnswer,
  normalizeAnswer,
  type Overlap,
  subMatch,
  subMatchReward,
} from 'stepgym/envs/search-qa/scores'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/envs/search-qa`. The compiler checks this file; it is never run. */

type Judge = (text: string, golds: readonly string[]) => number
type Match = (prediction: string, golds: readonly string[]) => boolean

expectTypeOf(searchQa).toExtend<Environment>()
expectTypeOf(answerOverlap).toEqualTypeOf<(prediction: string, gold: string) => Overlap>()
expectTypeOf(bestOverlap).toEqualTypeOf<Judge>()
expectTypeOf(exactMatch).toEqualTypeOf<Match>()
expectTypeOf(subMatch).toEqualTypeOf<Match>()
expectTypeOf(exactReward).toEqualTypeOf<Judge>()
expectTypeOf(subMatchReward).toEqualTypeOf<Judge>()
expectTypeOf(hasRetrieved).toEqualTypeOf<Match>()
expectTypeOf(normalizeAnswer).toEqualTypeOf<(text: string) => string>()
expectTypeOf(lastAnswer).toEqualTypeOf<(text: string, least?: number) => string | null>()
expectTypeOf(judgeFormat).toEqualTypeOf<(text: string) => FormatVerdict>()
expectTypeOf(formatReward).toEqualTypeOf<(text: string, golds: readonly string[], shares?: FormatShares) => number>()
expectTypeOf(factOverlap).toEqualTypeOf<(predicted: readonly Fact[], gold: readonly Fact[]) => FactOverlap>()
expectTypeOf(jointOverlap).toEqualTypeOf<(answer: Overlap, facts: Overlap) => Overlap>()
// @ts-expect-error: a fact is a title with the position of a sentence
factOverlap(['Town'], [])
