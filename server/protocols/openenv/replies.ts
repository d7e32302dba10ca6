import type { JsonObject, Reward, Step, Trajectory } from '../../../core/data/types.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { resultOfCall, toolsOf } from '../../../core/episode/tools.ts'
import { publicTask } from '../../hosting/request.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import type { Role } from '../../roles.ts'
import { actionsJson, type Literals } from '../../transport/literals.ts'
import type { ToolCall } from './request.ts'

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
  reset(served: ServedEpisode, ignored: readonly string[], unseen: JsonObject | null): string {
    const facts = { ...resetFacts(served, this.#seesRewards), ...(ignored.length > 0 && { ignored }) }
    const beside = JSON.stringify(facts).slice(1, -1)
    const observation = this.#observation(served, null, null)
    const common = commonOf(openActions(served), unseen)
    return dataOf(observation, null, false, `${beside},"truncated":false${common}`)
  }

  /** @param call of a tool by which the step was taken */
  step(served: ServedEpisode, answer: Answer, unseen: JsonObject | null, call: ToolCall | null): string {
    const { step, trajectory } = answer
    const done = served.hasEnded
    const [environment] = step.rewards
    const rewards = this.#seesRewards ? `,"rewards":${rewardsJson(step.rewards)}` : ''
    const info = JSON.stringify(step.info)
    const about = `"step":${step.index},"truncated":${step.truncated},"is_action_valid":${step.isActionValid}`
    const ending = trajectory ? this.#ending(served, trajectory.rewards) : ''
    const beside = `${about}${rewards},"info":${info}${ending}${commonOf(done ? null : answer.actions, unseen)}`
    return dataOf(this.#observation(served, step, call), environment?.value ?? null, done, beside)
  }

  /**
   * To a step that is not taken: the episode has ended since the last observation. An observation that fits into no
   * frame is left out, so that the client learns of the end.
   */
  tooLate(
    served: ServedEpisode,
    { ending, rewards }: Trajectory,
    unseen: JsonObject | null,
    call: ToolCall | null,
  ): string {
    const about = `"step":null,"truncated":${ending === 'truncated'},"info":{}`
    const beside = about + this.#ending(served, rewards) + commonOf(openActions(served), unseen)
    const whole = dataOf(this.#observation(served, null, call), null, true, beside)
    const bytes = Buffer.byteLength(whole) + FRAME_BYTES
    if (bytes <= this.#maxBytes) return whole
    const notice = `(left out: the reply has ${bytes} bytes, and a frame has at most ${this.#maxBytes})`
    const observation = call ? { tool_name: call.name, result: notice, error: null } : { text: notice }
    return dataOf(JSON.stringify(observation), null, true, beside)
  }

  closing(served: ServedEpisode, trajectory: Trajectory | null, unseen: JsonObject | null): string {
    const { ending, endingReason: ending_reason, index: step_count } = served.runner.episode
    const outcome = this.#seesRewards && trajectory ? `,"outcome":${rewardsJson(trajectory.rewards)}` : ''
    const facts = { ...unseen, episode_id: served.id, step_count, ending, ending_reason }
    return `${JSON.stringify(facts).slice(0, -1)}${outcome}}`
  }

  state(served: ServedEpisode | null, unseen: JsonObject | null): string {
    if (!served) return '{"episode_id":null,"step_count":0}'
    const { episode } = served.runner
    return JSON.stringify({ ...episode.publicState(), episode_id: served.id, step_count: episode.index, ...unseen })
  }

  /** To a step that asks for the tools: it takes no step, and shows no observation. */
  tools(tools: readonly ToolDescription[], served: ServedEpisode | null, unseen: JsonObject | null): string {
    const observation = JSON.stringify({ tools: tools.map(listedTool) })
    const beside = JSON.stringify({ step: null, truncated: false, ...unseen }).slice(1, -1)
    return dataOf(observation, null, served?.hasEnded ?? false, beside)
  }

  #observation(served: ServedEpisode, step: Step | null, call: ToolCall | null): string {
    if (!call) return `{"text":${this.#literals.of(served.runner.observation)}}`
    const { episode } = served.runner
    const text = resultOfCall(episode)
    const error = callErrorOf(toolsOf(episode.world, episode), call, step?.info.problem !== undefined, text)
    return JSON.stringify({ tool_name: call.name, result: error === null ? text : null, error })
  }

  #ending(served: ServedEpisode, rewards: readonly Reward[]): string {
    const { ending, endingReason } = served.runner.episode
    const fields = `,"ending":${JSON.stringify(ending)},"ending_reason":${JSON.stringify(endingReason)}`
    return this.#seesRewards ? `${fields},"outcome":${rewardsJson(rewards)}` : fields
  }
}

const openActions = (served: ServedEpisode): Answer['actions'] =>
  served.hasEnded ? null : served.runner.episode.actions()

function commonOf(actions: Answer['actions'], unseen: JsonObject | null): string {
  const more = unseen ? `,${JSON.stringify(unseen).slice(1, -1)}` : ''
  return actions === null ? more : `,"available_actions":${actionsJson(actions)}${more}`
}

/** `{"type":"observation","data":}` */
const FRAME_BYTES = 32

const dataOf = (observation: string, reward: number | null, done: boolean, beside: string): string =>
  `{"observation":${observation},"reward":${reward},"done":${done},${beside},"metadata":{${beside}}}`

/** What the reply to a reset says of the episode. */
export function resetFacts(served: ServedEpisode, seesSeed: boolean) {
  const { task, lineage, settings, world } = served.runner.episode
  const facts = { episode_id: served.id, task: { ...publicTask(task) }, ...(seesSeed && { seed: lineage.seed }) }
  const group = groupOf(served)
  return { ...facts, max_steps: settings.maxSteps ?? world.environment.maxSteps, ...(group && { group }) }
}

const groupOf = ({ group, member }: ServedEpisode) =>
  group && { id: group.id, size: group.size, member, start_tag: group.startTag }

const rewardsJson = (rewards: readonly Reward[]): string => `[${rewards.map(rewardJson).join(',')}]`

/** Names of hooks need no escapes. */
function rewardJson(reward: Reward): string {
  const { name, version, latencyMs, value } = reward
  const fields = `{"name":"${name}","version":${version},"latency_ms":${latencyMs},"value":${value}`
  return value === null ? `${fields},"reason":${JSON.stringify(reward.reason)}}` : `${fields}}`
}

/** A tool in OpenEnv's fields. */
export const listedTool = ({ name, description, inputSchema }: ToolDescription): JsonObject => ({
  name,
  description,
  input_schema: inputSchema,
})

/** What went wrong with a call, in OpenEnv's terms. */
export interface CallError {
  readonly error_type: 'tool_not_found' | 'invalid_args'
  readonly message: string
}

/**
 * Why a call did nothing: there is no such tool, or the action could not be read. What a tool answers of its own
 * failure is its result.
 */
export function callErrorOf(
  tools: readonly ToolDescription[] | null,
  { name }: ToolCall,
  isRefused: boolean,
  text: string,
): CallError | null {
  if (tools && !tools.some((tool) => tool.name === name)) return { error_type: 'tool_not_found', message: text }
  return isRefused ? { error_type: 'invalid_args', message: text } : null
}
