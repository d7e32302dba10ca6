import { canonicalJson } from '../../core/data/hash.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Dialogue, Message } from '../dialogue.ts'
import { scoreOf } from '../score.ts'
import type { Whole } from '../trajectories.ts'
import { dialogueIn, type LineContext, type RowsOf, toolsField } from './context.ts'

/** A trajectory with its conversation and score. */
interface Scored {
  readonly whole: Whole
  readonly dialogue: Dialogue
  readonly score: number
}

/**
 * Pairs of a better and a worse answer to the same prompt, as trainers of preferences take them. `trajectory`: whole
 * conversations of one group, the best with the worst, the second with the second last, and so on. `step`: single
 * messages after the same past, the best action with the worst.
 */
export const preferenceRows: RowsOf = async (family, context) => {
  const rows: JsonObject[] = []
  for (const members of groupsOf(family)) {
    const scored = await scoredOf(members, context)
    rows.push(...(context.pairs === 'step' ? stepPairs(scored, context) : trajectoryPairs(scored)))
  }
  return rows
}

function groupsOf(family: readonly Whole[]): readonly (readonly Whole[])[] {
  const groups = new Map<string, Whole[]>()
  for (const whole of family) groups.set(whole.groupId, [...(groups.get(whole.groupId) ?? []), whole])
  return [...groups.values()]
}

/** Those with a score: a null is not comparable. */
async function scoredOf(members: readonly Whole[], context: LineContext): Promise<readonly Scored[]> {
  const scored: Scored[] = []
  for (const whole of members) {
    const score = scoreOf(whole, context.score)
    if (score !== null) scored.push({ whole, dialogue: await dialogueIn(whole, context), score })
  }
  return scored
}

function trajectoryPairs(scored: readonly Scored[]): readonly JsonObject[] {
  const sorted = scored.toSorted((one, other) => other.score - one.score)
  const pairs: JsonObject[] = []
  for (const [at, chosen] of sorted.entries()) {
    const rejected = sorted[sorted.length - 1 - at]
    if (!rejected || chosen.score <= rejected.score) break
    const [prompt, other] = [chosen.dialogue.opening, rejected.dialogue.opening]
    if (canonicalJson(prompt) === canonicalJson(other)) pairs.push(pairOf({ prompt, chosen, rejected }, restOf))
  }
  return pairs
}

const restOf = ({ dialogue }: Scored): readonly Message[] =>
  dialogue.exchanges.flatMap(({ said, shown }) => [said, ...shown])

interface Pair<T> {
  readonly prompt: readonly Message[]
  readonly chosen: T
  readonly rejected: T
}

type Valued = Scored & { readonly value?: number; readonly at?: number }

const pairOf = <T extends Valued>(
  { prompt, chosen, rejected }: Pair<T>,
  answer: (of: T) => readonly Message[],
): JsonObject => ({
  prompt,
  chosen: answer(chosen),
  rejected: answer(rejected),
  ...toolsField(chosen.dialogue.tools),
  group: chosen.whole.groupId,
  chosen_trajectory: chosen.whole.trajectory.id,
  rejected_trajectory: rejected.whole.trajectory.id,
  ...(chosen.at !== undefined && { step: chosen.at }),
  chosen_score: chosen.value ?? chosen.score,
  rejected_score: rejected.value ?? rejected.score,
})

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
    return [pairOf({ prompt, chosen, rejected }, ({ dialogue, at }) => saidAt(dialogue, at))]
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

/** The step's advantage by the first estimator that was asked for, else the score of its trajectory. */
function valueAt({ whole, score }: Scored, at: number, { credit }: LineContext): number | null {
  const [name] = credit.names
  if (name === undefined) return score
  return credit.of(name, whole.trajectory.id, whole.steps.length).steps[at] ?? null
}
