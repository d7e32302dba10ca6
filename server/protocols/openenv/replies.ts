import type { Json, Reward, Trajectory } from '../../../core/data/types.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import type { Role } from '../../roles.ts'
import type { Literals } from '../../transport/literals.ts'

/*
 * OpenEnv's clients read `observation`, `reward` and `done`; newer ones also hand `metadata` to the user. So what
 * OpenEnv has no field for stands beside the observation, and once more in `metadata`, where plain clients can see it.
 */

/** Writes the data of replies as JSON text: what was encoded before is put together, not encoded again. */
export class Replies {
  readonly #literals: Literals
  readonly #seesRewards: boolean

  constructor(literals: Literals, role: Role) {
    this.#literals = literals
    this.#seesRewards = role === 'trainer'
  }

  reset(served: ServedEpisode): string {
    const { task, lineage, settings, world } = served.runner.episode
    const { id, split, public: open } = task
    const facts = { episode_id: served.id, task: { id, split, public: open }, seed: lineage.seed }
    const limits = { max_steps: settings.maxSteps ?? world.environment.maxSteps }
    const group = served.group && groupOf(served)
    const beside = JSON.stringify({ ...facts, ...limits, ...(group && { group }) }).slice(1, -1)
    return this.#data(served, null, false, `${beside},"truncated":false${this.#common(served, NOTHING)}`)
  }

  step(served: ServedEpisode, { step, trajectory }: Answer, superseded: readonly number[]): string {
    const [environment] = step.rewards
    const rewards = this.#seesRewards ? `,"rewards":${rewardsJson(step.rewards)}` : ''
    const info = JSON.stringify(step.info)
    const about = `"step":${step.index},"truncated":${step.truncated},"is_action_valid":${step.isActionValid}`
    const ending = trajectory ? this.#ending(served, trajectory.rewards) : ''
    const beside = `${about}${rewards},"info":${info}${ending}${this.#common(served, superseded)}`
    return this.#data(served, environment?.value ?? null, served.hasEnded, beside)
  }

  /** To a step that is not taken: the episode has ended since the last reply. */
  tooLate(served: ServedEpisode, { ending, rewards }: Trajectory, superseded: readonly number[]): string {
    const about = `"step":null,"truncated":${ending === 'truncated'},"info":{}`
    return this.#data(served, null, true, about + this.#ending(served, rewards) + this.#common(served, superseded))
  }

  state(served: ServedEpisode | null): string {
    if (!served) return '{"episode_id":null,"step_count":0}'
    const { episode } = served.runner
    return JSON.stringify({ ...episode.publicState(), episode_id: served.id, step_count: episode.index })
  }

  #data(served: ServedEpisode, reward: number | null, done: boolean, beside: string): string {
    const observation = this.#literals.of(served.runner.observation)
    return `{"observation":{"text":${observation}},"reward":${reward},"done":${done},${beside},"metadata":{${beside}}}`
  }

  #ending(served: ServedEpisode, rewards: readonly Reward[]): string {
    const { ending, endingReason } = served.runner.episode
    const told = `,"ending":${JSON.stringify(ending)},"ending_reason":${JSON.stringify(endingReason)}`
    return this.#seesRewards ? `${told},"outcome":${rewardsJson(rewards)}` : told
  }

  #common(served: ServedEpisode, superseded: readonly number[]): string {
    const actions = served.hasEnded ? null : served.runner.episode.actions()
    const dropped = superseded.length > 0 ? `,"superseded":${JSON.stringify(superseded)}` : ''
    return actions === null ? dropped : `,"available_actions":${actionsJson(actions)}${dropped}`
  }
}

const NOTHING: readonly number[] = []

const groupOf = ({ group, member }: ServedEpisode) =>
  group && { id: group.id, size: group.size, member, start_tag: group.startTag }

/** Environments that list the same actions again mostly give the same list. */
const knownActions = new WeakMap<readonly Json[], string>()

function actionsJson(actions: readonly Json[]): string {
  const known = knownActions.get(actions)
  if (known !== undefined) return known
  const text = JSON.stringify(actions)
  if (Object.isFrozen(actions)) knownActions.set(actions, text)
  return text
}

const rewardsJson = (rewards: readonly Reward[]): string => `[${rewards.map(rewardJson).join(',')}]`

/** Names of hooks need no escapes. */
function rewardJson(reward: Reward): string {
  const { name, version, latencyMs, value } = reward
  const told = `{"name":"${name}","version":${version},"latency_ms":${latencyMs},"value":${value}`
  return value === null ? `${told},"reason":${JSON.stringify(reward.reason)}}` : `${told}}`
}
