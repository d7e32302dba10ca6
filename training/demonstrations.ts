import type { FeatureRows, StateScorer } from '../agents/policy.ts'
import { GymError } from '../core/data/errors.ts'
import { Rng, type Seed } from '../core/data/rng.ts'
import type { Json } from '../core/data/types.ts'
import type { Episode } from '../core/episode/episode.ts'
import { agentKeyOf } from '../core/episode/lineage.ts'
import { startEpisode } from '../core/episode/start.ts'
import type { World } from '../core/episode/world.ts'
import type { Turn } from '../core/rollout/agent.ts'
import { groupSeed } from '../core/rollout/group-seed.ts'
import { choicesIn, standsFor } from './solver-choices.ts'

/** Choice of a solver, as a policy could have made it. */
export interface Demonstrated {
  readonly rows: FeatureRows
  /** Positions of the actions that do what the solver did. */
  readonly indices: readonly number[]
}

/** Episodes of the environment's own solver. */
export interface DemonstrationPlan {
  readonly world: World
  readonly split: string
  /** Tasks, the first of the split. */
  readonly tasks: number
  /** Episodes, one task after the other. */
  readonly episodes: number
  readonly seed: Seed
  readonly maxSteps?: number
  readonly signal: AbortSignal
}

/** Share of steps at which the solver errs, so that a policy also sees what follows. */
const NOISE = 0.1
/** Groups of demonstrations have numbers, and so seeds, that neither training nor evaluation reaches. */
const DEMONSTRATION_GROUPS = 1_700_000_000

/**
 * Choices of the environment's solver in the episodes that returned more than 0. The solver sees hidden answers, the
 * policy does not: where it calls what the policy could not know yet, the look-up that shows it comes first, and steps
 * that no action of the policy matches are left out (`standsFor`).
 * @throws GymError CONFIG_INVALID for an environment without a solver.
 */
export async function demonstrationsOf(plan: DemonstrationPlan, scorer: StateScorer): Promise<readonly Demonstrated[]> {
  const demonstrated: Demonstrated[] = []
  for (let number = 0; number < plan.episodes && !plan.signal.aborted; number++)
    demonstrated.push(...(await episodeOf(plan, scorer, number)))
  return demonstrated
}

async function episodeOf(plan: DemonstrationPlan, scorer: StateScorer, number: number) {
  const { world, split, tasks, seed, maxSteps } = plan
  const episode = await startEpisode(world, {
    task: world.tasks.at(split, number % tasks),
    seed: groupSeed(seed, DEMONSTRATION_GROUPS + number),
    ...(maxSteps !== undefined && { maxSteps }),
  })
  const [history, chosen]: [Turn[], Demonstrated[]] = [[], []]
  let [turn, earned] = [0, 0]
  while (episode.ending === null && !plan.signal.aborted) {
    const { taken, choice, isSame } = await stepOf(episode, scorer, history, turn)
    earned += taken.reward ?? 0
    if (choice.indices.length > 0) chosen.push(choice)
    if (isSame) turn += 1
  }
  await episode.close()
  return earned > 0 ? chosen : []
}

/** Takes the solver's action for a turn or, where the policy cannot have it yet, the step that leads to it. */
async function stepOf(episode: Episode, scorer: StateScorer, history: Turn[], turn: number) {
  const observation = episode.text()
  const { actions, rows } = choicesIn(episode, history, scorer)
  const solved = solvedBy(episode, turn)
  const { indices, isSame } = await standsFor(solved, episode, history, scorer)
  const leads = !isSame && indices.length > 0
  const action = leads ? (actions[indices[0] ?? 0] ?? solved) : solved
  const taken = await episode.step(action)
  history.push({ observation, action, isActionValid: taken.isActionValid })
  return { taken, choice: { rows, indices }, isSame: !leads }
}

function solvedBy(episode: Episode, turn: number): Json {
  const rng = new Rng(agentKeyOf(episode.lineage), turn)
  const action = episode.expert({ rng, turn, noise: NOISE })
  if (action !== undefined) return action
  throw new GymError(
    'CONFIG_INVALID',
    `${episode.world.environment.id} has no solver to imitate: train without demonstrations`,
  )
}
