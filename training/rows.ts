import type { Choices, StateScorer } from '../agents/policy.ts'
import type { CategoricalEvidence, Group, Step } from '../core/data/types.ts'
import type { World } from '../core/episode/world.ts'
import type { Credited } from './advantages.ts'
import type { TrainingRow } from './update.ts'

/** A step that was acted, in its trajectory. */
interface Acted {
  readonly taskId: string
  readonly steps: readonly Step[]
  readonly at: number
}

/** Choices that a policy had at a step, with their features. */
export type ChoicesOf = (acted: Acted, evidence: CategoricalEvidence) => Choices

/** Choices as the scorer read them for the agent: those that the environment listed, or those made of the conversation. */
export const choicesOf =
  (
    { world, listsActions }: { readonly world: World; readonly listsActions: boolean },
    scorer: StateScorer,
  ): ChoicesOf =>
  ({ taskId, steps, at }, { actions }) => {
    const observation = steps[at]?.observation ?? ''
    if (listsActions) return scorer.score(observation, actions)
    return scorer.scoreMade(observation, { task: world.tasks.byId(taskId).public, history: steps.slice(0, at) })
  }

/**
 * Rows with an advantage and evidence, in the order of the batch; a row without an advantage is left out, which an
 * advantage of 0 would not be.
 */
export function trainingRows(
  groups: readonly Group[],
  credited: Credited,
  choicesOf: ChoicesOf,
): readonly TrainingRow[] {
  if (credited.reason !== null) return []
  const { advantages, mask } = credited
  return groups.flatMap(actedIn).flatMap((acted, row): readonly TrainingRow[] => {
    const evidence = acted.steps[acted.at]?.evidence
    if (mask[row] === 0 || evidence?.kind !== 'categorical') return []
    const { rows } = choicesOf(acted, evidence)
    return [{ rows, index: evidence.index, oldLogProb: evidence.logProb, advantage: advantages[row] ?? 0 }]
  })
}

const actedIn = ({ taskId, trajectories }: Group): readonly Acted[] =>
  trajectories.flatMap(({ steps }) => steps.map((_, at) => ({ taskId, steps, at })))
