import type { JsonObject } from '../../core/data/types.ts'
import type { Message } from '../dialogue.ts'
import { rewardNamed } from '../parquet/steps.ts'
import type { Whole } from '../trajectories.ts'
import { type LineContext, linePerTrajectory } from './context.ts'

/**
 * Steps with labels, for the training of a process reward model: the advantage by the first estimator that was asked
 * for, else the step's signal; with a threshold, whether it is at least that. Null where there is none, and for steps
 * that are not learnt from.
 */
export const prmRows = linePerTrajectory((whole, { opening, exchanges }, context): JsonObject => {
  const { trajectory, groupId, steps } = whole
  return {
    prompt: opening.map(({ content }) => content).join('\n\n'),
    completions: exchanges.map(({ said }) => textOf(said)),
    observations: steps.map(({ nextObservation }) => nextObservation),
    labels: labelsOf(whole, context),
    trajectory: trajectory.id,
    group: groupId,
  }
})

const textOf = ({ content, tool_calls: calls }: Message): string =>
  calls === undefined ? `${content}` : JSON.stringify(calls)

function labelsOf(whole: Whole, context: LineContext): readonly (number | boolean | null)[] {
  const { threshold } = context
  return valuesOf(whole, context).map((value, at) => {
    if (value === null || !whole.learnt[at]) return null
    return threshold === null ? value : value >= threshold
  })
}

function valuesOf({ trajectory, steps }: Whole, { credit, scores }: LineContext): readonly (number | null)[] {
  const [name] = credit.names
  if (name !== undefined) return credit.of(name, trajectory.id, steps.length).steps
  return steps.map(({ rewards }) => rewardNamed(rewards, scores[0] ?? ''))
}
