import type { Json, JsonObject, Reward, Trajectory } from '../../../core/data/types.ts'
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
  readonly #maxBytes: number

  /** @param maxBytes of a frame */
  constructor(literals: Literals, role: Role, maxBytes: number) {
    this.#literals = literals
    this.#maxBytes = maxBytes
    this.#seesRewards = role === 'trainer'
  }

  /**
   * An agent sees no seed: what its episode hides may follow from it.
   * @param ignored names of fields of the request
   */
  reset(served: ServedEpisode, ignored: readonly string[], untold: JsonObject | null): string {
    const facts = { ...resetFacts(served, this.#seesRewards), ...(ignored.length > 0 && { ignored }) }
    const beside = JSON.stringify(facts).slice(1, -1)
    return this.#data(served, null, false, `${beside},"truncated":false${this.#common(served, untold)}`)
  }

  step(served: ServedEpisode, { step, trajectory }: Answer, untold: JsonObject | null): string {
    const [environment] = step.rewards
    const rewards = this.#seesRewards ? `,"rewards":${rewardsJson(step.rewards)}` : ''
    const info = JSON.stringify(step.info)
    const about = `"step":${step.index},"truncated":${step.truncated},"is_action_valid":${step.isActionValid}`
    const ending = trajectory ? this.#ending(served, trajectory.rewards) : ''
    const beside = `${about}${rewards},"info":${info}${ending}${this.#common(served, untold)}`
    return this.#data(served, environment?.value ?? null, served.hasEnded, beside)
  }

  /**
   * To a step that is not taken: the episode has ended since the last observation. An observation that fits into no
   * frame is left out, so that the client learns of the end.
   */
  tooLate(served: ServedEpisode, { ending, rewards }: Trajectory, untold: JsonObject | null): string {
    const about = `"step":null,"truncated":${ending === 'truncated'},"info":{}`
    const beside = about + this.#ending(served, rewards) + this.#common(served, untold)
    const whole = this.#data(served, null, true, beside)
    const bytes = Buffer.byteLength(whole) + FRAME_BYTES
    if (bytes <= this.#maxBytes) return whole
    const notice = `(left out: the reply has ${bytes} bytes, and a frame has at most ${this.#maxBytes})`
    return dataOf(JSON.stringify(notice), null, true, beside)
  }

  closing(served: ServedEpisode, trajectory: Trajectory | null, untold: JsonObject | null): string {
    const { ending, endingReason: ending_reason, index: step_count } = served.runner.episode
    const outcome = this.#seesRewards && trajectory ? `,"outcome":${rewardsJson(trajectory.rewards)}` : ''
    const facts = { ...untold, episode_id: served.id, step_count, ending, ending_reason }
    return `${JSON.stringify(facts).slice(0, -1)}${outcome}}`
  }

  state(served: ServedEpisode | null, untold: JsonObject | null): string {
    if (!served) return '{"episode_id":null,"step_count":0}'
    const { episode } = served.runner
    return JSON.stringify({ ...episode.publicState(), episode_id: served.id, step_count: episode.index, ...untold })
  }

  #data(served: ServedEpisode, reward: number | null, done: boolean, beside: string): string {
    return dataOf(this.#literals.of(served.runner.observation), reward, done, beside)
  }

  #ending(served: ServedEpisode, rewards: readonly Reward[]): string {
    const { ending, endingReason } = served.runner.episode
    const told = `,"ending":${JSON.stringify(ending)},"ending_reason":${JSON.stringify(endingReason)}`
    return this.#seesRewards ? `${told},"outcome":${rewardsJson(rewards)}` : told
  }

  #common(served: ServedEpisode, untold: JsonObject | null): string {
    const actions = served.hasEnded ? null : served.runner.episode.actions()
    const more = untold ? `,${JSON.stringify(untold).slice(1, -1)}` : ''
    return actions === null ? more : `,"available_actions":${actionsJson(actions)}${more}`
  }
}

/** `{"type":"observation","data":}` */
const FRAME_BYTES = 32

const dataOf = (text: string, reward: number | null, done: boolean, beside: string): string =>
  `{"observation":{"text":${text}},"reward":${reward},"done":${done},${beside},"metadata":{${beside}}}`

/** What the reply to a reset says of the episode. */
export function resetFacts(served: ServedEpisode, seesSeed: boolean) {
  const { task, lineage, settings, world } = served.runner.episode
  const { id, split, public: open } = task
  const facts = { episode_id: served.id, task: { id, split, public: open }, ...(seesSeed && { seed: lineage.seed }) }
  const group = groupOf(served)
  return { ...facts, max_steps: settings.maxSteps ?? world.environment.maxSteps, ...(group && { group }) }
}

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
