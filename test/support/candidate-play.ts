import { choiceReader, initialPolicyWeights, policyNetwork, stateScorer } from '../../agents/policy.ts'
import { Rng } from '../../core/data/rng.ts'
import type { Json, Task } from '../../core/data/types.ts'
import { agentKeyOf } from '../../core/episode/lineage.ts'
import { startEpisode } from '../../core/episode/start.ts'
import type { World } from '../../core/episode/world.ts'
import type { Turn } from '../../core/rollout/agent.ts'
import { choicesIn, standsFor } from '../../training/solver-choices.ts'

/** What became of a task that was played with a policy's own candidates alone. */
export interface CandidatePlay {
  readonly reward: number
  /** Actions of the solver, and how many of them the candidates matched at once or after a look-up. */
  readonly actions: number
  readonly matched: number
  /** Candidates of each step. */
  readonly sizes: readonly number[]
}

const SCORER = stateScorer(policyNetwork(initialPolicyWeights({ features: 64, hidden: 1 }, 0)), choiceReader(64))

/** Plays a task as the environment's solver does, but only with candidates: what they cannot do is left out. */
export async function playWithCandidates(world: World, task: Task): Promise<CandidatePlay> {
  const episode = await startEpisode(world, { task, seed: 0 })
  const [history, sizes, open]: [Turn[], number[], Set<number>] = [[], [], new Set()]
  let [turn, reward, last] = [0, 0, '']
  while (episode.ending === null) {
    const rng = new Rng(agentKeyOf(episode.lineage), turn)
    const solved: Json = episode.expert({ rng, turn, noise: 0 }) ?? null
    const { actions } = choicesIn(episode, history, SCORER)
    sizes.push(actions.length)
    const { indices, isSame } = await standsFor(solved, episode, history, SCORER)
    if (indices.length === 0) open.add(turn)
    if (indices.length === 0 && JSON.stringify(solved) === last) break
    last = indices.length === 0 ? JSON.stringify(solved) : ''
    const action = actions[indices[0] ?? -1]
    if (action !== undefined) {
      const observation = episode.text()
      const taken = await episode.step(action)
      reward += taken.reward ?? 0
      history.push({ observation, action, isActionValid: taken.isActionValid })
    }
    if (isSame || indices.length === 0) turn += 1
  }
  await episode.close()
  return { reward, actions: turn, matched: turn - open.size, sizes }
}
