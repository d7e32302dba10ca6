import { type ErrorCode, GymError } from '../../../core/data/errors.ts'
import type { Json, JsonObject, Reward } from '../../../core/data/types.ts'
import { resultOfCall } from '../../../core/episode/tools.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'
import { asGymError } from '../../wire-errors.ts'
import type { Player, Taken } from './player.ts'
import { listedTool } from './replies.ts'
import { readCall } from './request.ts'

/** A request of JSON-RPC 2.0, as OpenEnv sends it over HTTP and in frames of type `mcp`. */
export interface RpcRequest {
  readonly method: string
  readonly params: WireObject
  readonly id: string | number | null
}

/** Reads a request; what it has not is empty. */
export function readRpc(data: WireValue | undefined): RpcRequest {
  const { method, params, id } = isWireObject(data) ? data : {}
  return {
    method: typeof method === 'string' ? method : '',
    params: isWireObject(params) ? params : {},
    id: isRpcId(id) ? id : null,
  }
}

/** Characters of an id, which a reply repeats. */
export const LONGEST_ID = 256

/** Whether a value can be the id of a request: a number, or a text that is short enough to be repeated. */
export const isRpcId = (id: WireValue | undefined): id is string | number =>
  typeof id === 'string' ? id.length <= LONGEST_ID : Number.isFinite(id)

/** A reply of JSON-RPC, as JSON text. */
export const rpcResult = ({ id }: RpcRequest, result: Json): string => JSON.stringify({ jsonrpc: '2.0', id, result })

/** Codes of JSON-RPC: "method not found", "invalid params", "internal error". */
const NO_METHOD = -32601
const BAD_PARAMS = -32602
const INTERNAL = -32603

const OF_PARAMS: readonly ErrorCode[] = [
  'FORBIDDEN',
  'FRAME_INVALID',
  'SEED_INVALID',
  'SESSION_UNKNOWN',
  'TASK_UNKNOWN',
]

/** The code of JSON-RPC for an error. */
export function rpcCodeOf({ code }: GymError): number {
  if (code === 'FRAME_UNKNOWN') return NO_METHOD
  return OF_PARAMS.includes(code) ? BAD_PARAMS : INTERNAL
}

/** An error as a reply of JSON-RPC, as JSON text. @param data undefined for none */
export function rpcError({ id }: RpcRequest, thrown: unknown, data?: JsonObject): string {
  const error = asGymError(thrown)
  const fields = { code: rpcCodeOf(error), message: error.message, data }
  return JSON.stringify({ jsonrpc: '2.0', id, error: fields })
}

/**
 * Lists tools or calls one, in the form of OpenEnv's servers: what a call answers is in `data` too, where its clients
 * look.
 * @throws GymError FRAME_UNKNOWN for another method, or where there are no tools; FRAME_INVALID, and as `Player.call`
 */
export async function answerTools(player: Player, request: RpcRequest): Promise<string> {
  const { method, params } = request
  if (!player.hasTools || !METHODS.includes(method)) throw noMethod(player.hasTools, method)
  if (method === 'tools/list') return rpcResult(request, { tools: (await player.tools()).map(listedTool) })
  const taken = await player.call(readCall(params.name, params.arguments, 'name'))
  const result = callResultOf(taken, player.seesRewards, player.unseen)
  const data = result.content.map(({ text }) => text).join('\n')
  return rpcResult(request, { ...result, data })
}

const METHODS: readonly string[] = ['tools/list', 'tools/call']

function noMethod(hasTools: boolean, method: string): GymError {
  const why = hasTools
    ? `there is no method ${JSON.stringify(method.slice(0, 80))}: ${METHODS.join(', ')}`
    : 'this environment has no MCP tools: act with step'
  return new GymError('FRAME_UNKNOWN', why)
}

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
 * @param unseen what the client does not know yet of earlier steps
 */
export function callResultOf(taken: Taken, seesRewards: boolean, unseen: JsonObject | null): CallResult {
  const { served, answer } = taken
  const texts = [resultOfCall(served.runner.episode), ...actionsShown(served), ...endShown(taken)]
  return {
    content: texts.map((text) => ({ type: 'text', text })),
    isError: answer === null || !answer.step.isActionValid,
    _meta: { [STEP]: { ...factsOf(taken, seesRewards), ...unseen } },
  }
}

/** A result without a step: why there is none. */
export const refusedCall = (message: string, facts: JsonObject): CallResult => ({
  content: [{ type: 'text', text: message }],
  isError: true,
  _meta: { [STEP]: facts },
})

/** If an environment has no tools of its own, the agent needs a list of actions. */
export function actionsShown({ runner, hasEnded }: ServedEpisode): readonly string[] {
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
