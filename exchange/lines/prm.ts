import type { JsonObject } from '../../core/data/types.ts'
import type { Message } from '../dialogue.ts'
import { rewardNamed } from '../parquet/steps.ts'
import type { Whole } from '../trajectories.ts'
import { type LineContext, linePerTrajectory } from './context.ts'

/**
 * Steps with labels, for the training of a process reward model: the advantage by the first estimator that was asked
 * for, else the step's signal; null where there is none.
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

function labelsOf({ trajectory, steps }: Whole, { credit, score }: LineContext): readonly (number | null)[] {
  const [name] = credit.names
  if (name !== undefined) return credit.of(name, trajectory.id, steps.length).steps
  return steps.map(({ rewards }) => rewardNamed(rewards, score))
}
