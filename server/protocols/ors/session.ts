import { GymError } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { ACT, instructionsOf } from '../../../core/episode/tools.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import type { ByteBudget } from '../../transport/byte-budget.ts'
import { asGymError } from '../../wire-errors.ts'
import type { HeldSession } from '../openenv/held-sessions.ts'
import { actionsShown } from '../openenv/json-rpc.ts'
import { resetFacts } from '../openenv/replies.ts'
import { readCall } from '../openenv/request.ts'
import { type Call, Calls } from './calls.ts'
import type { CallRequest } from './request.ts'
import { refusalOf, refusedCall, resultOf, textBlock, toolList } from './results.ts'

/** One session of the Open Reward Standard: an episode whose steps are calls of tools, made one after the other. */
export class OrsSession {
  readonly held: HeldSession
  /** What the agent has to know before its first call, as blocks; facts about the episode are in the `detail`. */
  readonly prompt: readonly JsonObject[]
  readonly #calls: Calls
  #last: Promise<unknown> = Promise.resolve()
  /** The call whose result shows the episode as it is. */
  #latest: Call | null = null

  /** @param budget of the results that all sessions keep */
  constructor(held: HeldSession, { limits }: EnvironmentHost, budget: ByteBudget) {
    this.held = held
    this.#calls = new Calls(limits, budget)
    const { episode, seesRewards } = held.player
    this.prompt = episode ? promptOf(episode, seesRewards) : []
  }

  async tools(): Promise<Json> {
    return toolList(await this.held.player.tools())
  }

  /**
   * A call, or the one before whose result the client asks for: by its id, or by the same request where the result was
   * lost on its way.
   * @param maxBytes of its result
   * @throws GymError REQUEST_CONFLICT for an id that is not kept, CAPACITY_REACHED
   */
  call(request: CallRequest, maxBytes: number): Call {
    if (request.taskId !== null) return this.#kept(request.taskId)
    const { newest } = this.#calls
    if (newest?.isLost && newest.isFor(request)) return newest
    return this.#calls.add(request, {
      make: (call) => this.#inTurn(() => this.#make(call, request, newest, maxBytes)),
      onArrival: (call) => {
        if (call === this.#latest) this.held.player.delivered()
      },
    })
  }

  /** The session has ended. */
  close(): void {
    this.#calls.close()
  }

  #kept(id: string): Call {
    const call = this.#calls.find(id)
    if (call) return call
    throw new GymError('REQUEST_CONFLICT', `the result of the call ${shown(id, 80)} is not kept: it came too long ago`)
  }

  #inTurn(make: () => Promise<string>): Promise<string> {
    const made = this.#last.then(make)
    this.#last = made.catch(() => {})
    return made
  }

  /** @param before the call before this one @throws GymError as `Player.call`, where the session does not survive it */
  async #make(call: Call, request: CallRequest, before: Call | null, maxBytes: number): Promise<string> {
    const { player } = this.held
    if (before?.isLost) player.dropped()
    try {
      const tool = readCall(request.name, request.input, 'name')
      if (!player.hasTools && tool.name !== ACT) return noTool(tool.name)
      const taken = await player.call(tool)
      this.#latest = call
      return resultOf(taken, player, maxBytes)
    } catch (thrown) {
      return refusalOf(asGymError(thrown))
    }
  }
}

const noTool = (name: string): string =>
  refusedCall(`there is no tool ${shown(name, 80)}: act with ${ACT}`, 'not_found')

function promptOf(served: ServedEpisode, seesSeed: boolean): readonly JsonObject[] {
  const facts: JsonObject = { ...resetFacts(served, seesSeed) }
  const [actions] = actionsShown(served)
  const instructions = textBlock(instructionsOf(served.runner.episode), facts)
  return actions === undefined ? [instructions] : [instructions, textBlock(actions)]
}
