import type { JsonObject, Reward } from '../../../core/data/types.ts'
import { resultOfCall } from '../../../core/episode/tools.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import type { Taken } from './player.ts'

/** Result of a call in the form of the Model Context Protocol. A type, so that it is JSON to the compiler. */
export type CallResult = {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[]
  readonly isError: boolean
  readonly _meta: { readonly [STEP]: JsonObject }
}

/** Key of the facts about a step, beside what the agent reads. */
export const STEP = 'stepgym/step'

/** Longest list of admissible actions that an agent is shown with a result, in characters. */
const MOST_ACTIONS = 8192

/**
 * What a call led to: the answer, and a sentence where the episode has ended. Rewards are for trainers.
 * @param untold what the client does not know yet of earlier steps
 */
export function callResultOf(taken: Taken, seesRewards: boolean, untold: JsonObject | null): CallResult {
  const { served, answer } = taken
  const texts = [resultOfCall(served.runner.episode), ...actionsShown(served), ...endShown(taken)]
  return {
    content: texts.map((text) => ({ type: 'text', text })),
    isError: answer === null || !answer.step.isActionValid,
    _meta: { [STEP]: { ...factsOf(taken, seesRewards), ...untold } },
  }
}

/** A result without a step: why there is none. */
export const refusedCall = (message: string, facts: JsonObject): CallResult => ({
  content: [{ type: 'text', text: message }],
  isError: true,
  _meta: { [STEP]: facts },
})

/** If an environment has no tools of its own, the agent needs a list of actions. */
function actionsShown({ runner, hasEnded }: ServedEpisode): readonly string[] {
  const { episode } = runner
  if (hasEnded || episode.world.environment.tools) return []
  const actions = JSON.stringify(episode.actions())
  return actions === 'null' || actions.length > MOST_ACTIONS ? [] : [`Admissible actions: ${actions}`]
}

function endShown({ served, answer }: Taken): readonly string[] {
  if (!served.hasEnded) return []
  const { ending, endingReason } = served.runner.episode
  const end = `The episode has ended: ${ending}${endingReason === null ? '' : ` (${endingReason})`}.`
  return [answer === null ? `${end} This call was not made.` : end]
}

function factsOf({ served, answer, trajectory }: Taken, seesRewards: boolean): JsonObject {
  const { ending, endingReason: ending_reason } = served.runner.episode
  const { step } = answer ?? { step: null }
  return {
    episode_id: served.id,
    step: step?.index ?? null,
    is_action_valid: step?.isActionValid ?? null,
    info: step?.info ?? {},
    done: served.hasEnded,
    truncated: ending === 'truncated',
    ...(served.hasEnded && { ending, ending_reason }),
    ...(seesRewards && step && { rewards: step.rewards.map(rewardFields) }),
    ...(seesRewards && trajectory && { outcome: trajectory.rewards.map(rewardFields) }),
  }
}

function rewardFields(reward: Reward): JsonObject {
  const { name, version, value, latencyMs: latency_ms } = reward
  return { name, version, latency_ms, value, ...(value === null && { reason: reward.reason }) }
}
