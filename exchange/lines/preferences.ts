import { canonicalJson } from '../../core/data/hash.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { lexicographicPreference, marginsOf } from '../../rewards/curation/lexicographic.ts'
import { allKnown } from '../../rewards/recorded.ts'
import type { Dialogue, Message } from '../dialogue.ts'
import { scoreOf } from '../score.ts'
import type { Whole } from '../trajectories.ts'
import { dialogueIn, type LineContext, type RowsOf, toolsField } from './context.ts'

/** A trajectory with its conversation and score. */
interface Scored {
  readonly whole: Whole
  readonly dialogue: Dialogue
  /** At least one, the most important first. */
  readonly scores: readonly number[]
}

const scoreIn = ({ scores: [score = Number.NaN] }: Pick<Scored, 'scores'>): number => score

/**
 * Pairs of a better and a worse answer to the same prompt, as trainers of preferences take them. `trajectory`: whole
 * conversations of one group, the best with the worst, the second with the second last, and so on; by several scores in
 * order of importance, every two of which one is preferred. `step`: single messages after the same past, the best action
 * with the worst.
 */
export const preferenceRows: RowsOf = async (family, context) => {
  const rows: JsonObject[] = []
  for (const members of groupsOf(family)) {
    const scored = await scoredOf(members, context)
    rows.push(...(context.pairs === 'step' ? stepPairs(scored, context) : trajectoryPairs(scored, context)))
  }
  return rows
}

function groupsOf(family: readonly Whole[]): readonly (readonly Whole[])[] {
  const groups = new Map<string, Whole[]>()
  for (const whole of family) groups.set(whole.groupId, [...(groups.get(whole.groupId) ?? []), whole])
  return [...groups.values()]
}

/** Those with all scores: a null is not comparable. */
async function scoredOf(members: readonly Whole[], context: LineContext): Promise<readonly Scored[]> {
  const scored: Scored[] = []
  for (const whole of members) {
    const scores = allKnown(context.scores.map((name) => scoreOf(whole, name)))
    if (scores !== null) scored.push({ whole, dialogue: await dialogueIn(whole, context), scores })
  }
  return scored
}

function trajectoryPairs(scored: readonly Scored[], context: LineContext): readonly JsonObject[] {
  const pairs = context.scores.length > 1 ? lexicographicPairs(scored, context.sigmas) : pairsByRank(scored)
  return pairs.flatMap(([chosen, rejected]) => {
    const [prompt, other] = [chosen.dialogue.opening, rejected.dialogue.opening]
    const isComparable = canonicalJson(prompt) === canonicalJson(other)
    return isComparable ? [pairOf({ prompt, chosen, rejected }, context, (each) => restOf(each, context))] : []
  })
}

/** The better of two, then the worse. */
type Ordered = readonly [chosen: Scored, rejected: Scored]

/** The best with the worst, the second with the second last, and so on while they differ. */
function pairsByRank(scored: readonly Scored[]): readonly Ordered[] {
  const sorted = scored.toSorted((one, other) => scoreIn(other) - scoreIn(one))
  const half = sorted.slice(0, Math.floor(sorted.length / 2))
  return half.flatMap((chosen, at) => {
    const rejected = sorted[sorted.length - 1 - at]
    return rejected && scoreIn(chosen) > scoreIn(rejected) ? [[chosen, rejected] as const] : []
  })
}

/** Every two of which one is preferred, by the first score in which it leads by enough (HERON). */
function lexicographicPairs(scored: readonly Scored[], sigmas: readonly number[]): readonly Ordered[] {
  const levels = scored[0]?.scores.map((_, level) => scored.map(({ scores }) => scores[level] ?? 0)) ?? []
  const margins = marginsOf(levels, sigmas)
  return scored.flatMap((one, at) =>
    scored.slice(at + 1).flatMap((other): readonly Ordered[] => {
      const preference = lexicographicPreference(one.scores, other.scores, margins)
      if (preference === 0) return []
      return [preference > 0 ? [one, other] : [other, one]]
    }),
  )
}

/** What follows the prompt; with a mask, messages of the assistant have a weight. */
const restOf = ({ dialogue, whole }: Scored, { hasMask }: LineContext): readonly JsonObject[] =>
  dialogue.exchanges.flatMap(({ said, shown }, at) => [
    hasMask ? { ...said, weight: whole.learnt[at] ? 1 : 0 } : said,
    ...shown,
  ])

interface Pair<T> {
  readonly prompt: readonly Message[]
  readonly chosen: T
  readonly rejected: T
}

type Valued = Scored & { readonly value?: number; readonly at?: number }

const pairOf = <T extends Valued>(
  { prompt, chosen, rejected }: Pair<T>,
  context: LineContext,
  answer: (of: T) => readonly JsonObject[],
): JsonObject => ({
  prompt,
  chosen: answer(chosen),
  rejected: answer(rejected),
  ...toolsField(chosen.dialogue.tools),
  group: chosen.whole.groupId,
  chosen_trajectory: chosen.whole.trajectory.id,
  rejected_trajectory: rejected.whole.trajectory.id,
  ...(chosen.at !== undefined && { step: chosen.at }),
  ...(context.scores.length > 1
    ? { chosen_scores: named(chosen, context), rejected_scores: named(rejected, context) }
    : { chosen_score: chosen.value ?? scoreIn(chosen), rejected_score: rejected.value ?? scoreIn(rejected) }),
})

const named = ({ scores }: Scored, { scores: names }: LineContext): JsonObject =>
  Object.fromEntries(names.map((name, at) => [name, scores[at] ?? null]))

/** One action that was taken after one past: the first trajectory that took it, and what it was worth to each. */
interface Option {
  readonly taken: Scored
  readonly at: number
  readonly values: number[]
}

function stepPairs(scored: readonly Scored[], context: LineContext): readonly JsonObject[] {
  return [...optionsOf(scored, context).values()].flatMap((options) => {
    const valued = [...options.values()].map(({ taken, at, values }) => ({ ...taken, at, value: meanOf(values) }))
    const sorted = valued.toSorted((one, other) => other.value - one.value)
    const [chosen, rejected] = [sorted[0], sorted.at(-1)]
    if (!chosen || !rejected || chosen.value <= rejected.value) return []
    const { opening, exchanges } = chosen.dialogue
    const prompt = [...opening, ...exchanges.slice(0, chosen.at).flatMap(({ said, shown }) => [said, ...shown])]
    return [pairOf({ prompt, chosen, rejected }, context, ({ dialogue, at }) => saidAt(dialogue, at))]
  })
}

const saidAt = ({ exchanges }: Dialogue, at: number): readonly Message[] => {
  const exchange = exchanges[at]
  return exchange ? [exchange.said] : []
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Actions by the past after which they were taken: the same start, actions and observations. */
function optionsOf(scored: readonly Scored[], context: LineContext): ReadonlyMap<number, ReadonlyMap<string, Option>> {
  const pasts = new Map<string, number>()
  const byPast = new Map<number, Map<string, Option>>()
  const numberOf = (key: Json): number => {
    const text = canonicalJson(key)
    const number = pasts.get(text) ?? pasts.size
    pasts.set(text, number)
    return number
  }
  for (const one of scored) {
    let past = numberOf([one.dialogue.opening])
    for (const [at, step] of one.whole.steps.entries()) {
      const value = valueAt(one, at, context)
      const options = byPast.get(past) ?? new Map<string, Option>()
      byPast.set(past, options)
      const action = canonicalJson(step.action)
      const option = options.get(action) ?? { taken: one, at, values: [] }
      if (value !== null) options.set(action, option)
      if (value !== null) option.values.push(value)
      past = numberOf([past, action, step.nextObservation])
    }
  }
  return byPast
}

/**
 * The step's advantage by the first estimator that was asked for, else the score of its trajectory; null for a step
 * that is not learnt from.
 */
function valueAt(scored: Scored, at: number, { credit }: LineContext): number | null {
  const { whole } = scored
  if (!whole.learnt[at]) return null
  const [name] = credit.names
  if (name === undefined) return scoreIn(scored)
  return credit.of(name, whole.trajectory.id, whole.steps.length).steps[at] ?? null
}
