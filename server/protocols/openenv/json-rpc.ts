import { type ErrorCode, GymError } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'
import { asGymError } from '../../wire-errors.ts'
import type { Player } from './player.ts'
import { callResultOf } from './tool-results.ts'
import { listedTool, readCall } from './tool-steps.ts'

/** A request of JSON-RPC 2.0, as OpenEnv sends it over HTTP and in frames of type `mcp`. */
export interface RpcRequest {
  readonly method: string
  readonly params: WireObject
  readonly id: string | number | null
}

/** Reads a request; what it has not is empty. */
export function readRpc(data: WireValue | undefined): RpcRequest {
  const { method, params, id } = isWireObject(data) ? data : {}
  const isId = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id))
  return {
    method: typeof method === 'string' ? method : '',
    params: isWireObject(params) ? params : {},
    id: isId ? id : null,
  }
}

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
  const result = callResultOf(taken, player.seesRewards, player.untold)
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
