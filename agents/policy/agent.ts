import { GymError } from '../../core/data/errors.ts'
import type { Json } from '../../core/data/types.ts'
import type { Agent, AgentSetting } from '../../core/rollout/agent.ts'
import { sampledChoice } from '../../core/rollout/sampled-choice.ts'
import { type Dialogue, hasTools } from './dialogue/conversation.ts'
import type { PolicyNetwork } from './network.ts'
import { type ChoiceReader, type Choices, choiceReader } from './reader.ts'

/** Name of the policy in its evidence and in records. */
export const POLICY_NAME = 'policy'

/** Log-probabilities of a state's actions, with the features that they came from. */
export interface Scored extends Choices {
  readonly logProbs: Float64Array
}

/** What scores the actions of states: states that were asked for lately are remembered. */
export interface StateScorer {
  readonly network: PolicyNetwork
  /** Log-probabilities of the actions that an environment lists. */
  score(observation: string, actions: readonly Json[]): Scored
  /** Actions made of what was seen in a conversation, where the environment lists none, with their log-probabilities. */
  scoreMade(observation: string, dialogue: Dialogue): Scored
}

/**
 * Scorer of states by one network.
 * @param reader Reads the features; scorers of networks with as many features may share one, and what it remembers.
 */
export function stateScorer(
  network: PolicyNetwork,
  reader: ChoiceReader = choiceReader(network.sizes.features),
): StateScorer {
  const known = new WeakMap<Choices, Scored>()
  const scored = (choices: Choices): Scored => {
    const before = known.get(choices)
    if (before) return before
    const { actions, rows } = choices
    const now = { actions, rows, logProbs: network.forward(rows).logProbs }
    known.set(choices, now)
    return now
  }
  return {
    network,
    score: (observation, actions) => scored(reader.listed(observation, actions)),
    scoreMade: (observation, dialogue) => scored(reader.made(observation, dialogue)),
  }
}

/**
 * Agent that samples from the network's distribution over the admissible actions, or over candidates of its own in a
 * conversation with tools. Its evidence has all log-probabilities. It fails with AGENT_FAILED where the state lists no
 * actions and the task has no tools.
 */
export const networkAgent = (scorer: StateScorer): Agent => ({
  name: POLICY_NAME,
  act({ observation, actions: listed, history, setting, rng }) {
    const { actions, logProbs } =
      listed === null
        ? scorer.scoreMade(observation, { task: taskWithTools(setting), history })
        : scorer.score(observation, listed)
    if (actions.length === 0) throw new GymError('AGENT_FAILED', 'no action is admissible here')
    const named = { policyId: POLICY_NAME, policyVersion: scorer.network.version }
    return sampledChoice(named, actions, { probabilities: logProbs.map(Math.exp), logProbs }, rng.float())
  },
})

function taskWithTools(setting: AgentSetting | undefined): Json {
  const task = setting?.task ?? null
  if (hasTools(task)) return task
  throw new GymError(
    'AGENT_FAILED',
    'the environment lists no actions, and its task has no tools to make them of: give the policy an environment with either',
  )
}
