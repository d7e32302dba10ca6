import type { ErrorCode, GymError } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { callResultOf, STEP } from '../openenv/json-rpc.ts'
import type { Player, Taken } from '../openenv/player.ts'
import { listedTool } from '../openenv/replies.ts'

/** A block of text, of a prompt or a result. */
export const textBlock = (text: string, detail: JsonObject | null = null): JsonObject => ({
  text,
  detail,
  type: 'text',
})

/** The reply to `/tools` and `/task_tools`. */
export const toolList = (tools: readonly ToolDescription[]): Json => ({
  tools: tools.map(listedTool),
  terminal_tool: null,
  supports_score_group: false,
  message_block_types: ['text'],
})

/**
 * What a call led to, as JSON: `reward` is the environment's own, null if the step was not judged; everything else about
 * the step is in `metadata`.
 * @param maxBytes of the blocks; larger ones are left out, and the step stands
 */
export function resultOf(taken: Taken, player: Player, maxBytes: number): string {
  const { content, _meta } = callResultOf(taken, player.seesRewards, player.unseen)
  const [environment] = taken.answer?.step.rewards ?? []
  const blocks = content.map(({ text }) => textBlock(text))
  const bytes = Buffer.byteLength(JSON.stringify(blocks))
  const output = {
    blocks:
      bytes < maxBytes ? blocks : [textBlock(`(left out: the result has ${bytes} bytes, of at most ${maxBytes})`)],
    metadata: _meta[STEP],
    reward: environment?.value ?? null,
    finished: taken.served.hasEnded,
  }
  return JSON.stringify({ ok: true, output })
}

/** Why a call was not made, in words of the standard. */
type Refusal = 'not_found' | 'input_validation' | 'episode_finished'

const REFUSALS: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  EPISODE_ABORTED: 'episode_finished',
  EPISODE_ENDED: 'episode_finished',
  FRAME_INVALID: 'input_validation',
}

/** The result of a call that was not made, as JSON. */
export const refusedCall = (error: string, reason: Refusal): string => JSON.stringify({ ok: false, error, reason })

/** The same for an error that its session survives. @throws GymError the error itself, where it does not */
export function refusalOf(error: GymError): string {
  const reason = REFUSALS[error.code]
  if (reason === undefined) throw error
  return refusedCall(error.message, reason)
}
