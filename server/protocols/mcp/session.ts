import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport as Transport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type ListToolsResult,
  type RequestId,
  type Tool as ShownTool,
} from '@modelcontextprotocol/sdk/types.js'
import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { instructionsOf } from '../../../core/episode/tools.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'
import { asGymError } from '../../wire-errors.ts'
import type { HeldSession } from '../openenv/held-sessions.ts'
import { type CallResult, callResultOf, isRpcId, LONGEST_ID, refusedCall, rpcCodeOf } from '../openenv/json-rpc.ts'
import type { Player } from '../openenv/player.ts'
import { resetFacts } from '../openenv/replies.ts'
import { readCall } from '../openenv/request.ts'
import { type McpReply, type McpRequest, resetOf } from './request.ts'

/** Key of the facts about an episode that begins. */
export const EPISODE = 'stepgym/episode'

/** Error that a client of JSON-RPC is sent. */
class RpcFailure extends Error {
  readonly code: number
  readonly data: JsonObject

  constructor(error: GymError) {
    super(error.message, { cause: error })
    this.code = rpcCodeOf(error)
    this.data = { code: error.code }
  }
}

/** Codes of an episode that is over or broken: the agent reads them as the result of its call. */
const OF_EPISODE = /^(EPISODE|ENV|EFFECT)_/

/** A request in progress: what it says, as it came, for the SDK's reader drops names such as `__proto__`. */
interface Pending {
  readonly params: WireValue | undefined
  readonly maxBytes: number
  readonly gone: AbortSignal
}

/**
 * One session of the Model Context Protocol: an episode whose steps are calls of tools, on the official SDK. Requests
 * are served one after the other, in the order in which they came.
 */
export class McpSession {
  readonly #held: HeldSession
  readonly #host: EnvironmentHost
  readonly #end: (reason: string) => void
  readonly #transport: Transport
  readonly #pending = new Map<RequestId, Pending>()
  readonly #ended: Promise<never>
  #giveUp: (error: GymError) => void = () => {}
  #last: Promise<unknown> = Promise.resolve()
  #start: WireObject = {}
  #failure: unknown = null
  #isInitialized = false

  /** @param end takes the session out of those that are held */
  constructor(held: HeldSession, host: EnvironmentHost, end: (reason: string) => void) {
    this.#held = held
    this.#host = host
    this.#end = end
    this.#ended = new Promise((_, reject) => {
      this.#giveUp = reject
    })
    this.#ended.catch(() => {})
    this.#transport = new Transport({
      sessionIdGenerator: () => held.id,
      enableJsonResponse: true,
      onsessioninitialized: () => this.#begin(),
      onsessionclosed: () => this.#closed(),
    })
  }

  get isInitialized(): boolean {
    return this.#isInitialized
  }

  /**
   * Serves the request `initialize`: the session's first episode starts.
   * @param start fields of its reset
   * @throws GymError as `Player.reset`
   */
  async initialize(request: McpRequest, start: WireObject): Promise<McpReply> {
    this.#start = start
    const reply = await this.handle(request)
    if (this.#failure !== null) throw this.#failure
    return reply
  }

  /** @throws GymError REQUEST_CONFLICT, CAPACITY_REACHED; SESSION_UNKNOWN where the session ends meanwhile */
  async handle(request: McpRequest): Promise<McpReply> {
    const { method, body, maxBytes, gone } = request
    // A step is taken or not: it cannot be cancelled, and its request is answered.
    if (body.method === 'notifications/cancelled') return { status: 202, headers: {}, body: '' }
    if (method === 'DELETE') return replyOf(await this.#transport.handleRequest(webRequest(request)))
    const { id, params } = body
    if (typeof id === 'string' && id.length > LONGEST_ID)
      throw new GymError('FRAME_INVALID', `an id has at most ${LONGEST_ID} characters`)
    if (!isRpcId(id)) return this.#passed(request)
    this.#expectRoom(id)
    this.#pending.set(id, { params, maxBytes, gone })
    return this.#passed(request).finally(() => this.#pending.delete(id))
  }

  /** The session has ended: clients that wait for a reply receive an error. */
  close(): void {
    this.#giveUp(new GymError('SESSION_UNKNOWN', 'the session has ended'))
    void this.#transport.close()
  }

  async #passed(request: McpRequest): Promise<McpReply> {
    const passed = this.#transport.handleRequest(webRequest(request), { parsedBody: request.body })
    return replyOf(await Promise.race([passed, this.#ended]))
  }

  #expectRoom(id: RequestId): void {
    const { maxInFlight } = this.#host.limits
    if (this.#pending.has(id)) throw new GymError('REQUEST_CONFLICT', 'a request with this id is in progress')
    if (this.#pending.size >= maxInFlight)
      throw new GymError('CAPACITY_REACHED', `${maxInFlight} requests of this session are in progress (maxInFlight)`)
  }

  /** Called by the transport before it hands `initialize` on. */
  async #begin(): Promise<void> {
    try {
      await this.#held.player.reset(this.#start)
      this.#held.player.delivered()
      await this.#serverOf(this.#held.player.episode).connect(this.#transport)
      this.#isInitialized = true
    } catch (thrown) {
      this.#failure = thrown
      throw thrown
    }
  }

  #serverOf(served: ServedEpisode | null): Server {
    const [name = '', version = '0'] = this.#host.environment.split('@')
    const instructions = served ? instructionsOf(served.runner.episode) : ''
    const server = new Server({ name, version }, { capabilities: { tools: {} }, instructions })
    server.setRequestHandler(ListToolsRequestSchema, (_, { requestId }) => this.#inTurn(() => this.#list(requestId)))
    server.setRequestHandler(CallToolRequestSchema, (_, { requestId }) => this.#inTurn(() => this.#call(requestId)))
    return server
  }

  async #closed(): Promise<void> {
    try {
      await this.#held.player.close(undefined, 'closed by its client')
    } finally {
      this.#end('closed by its client')
    }
  }

  #inTurn<T>(serve: () => Promise<T>): Promise<T> {
    const served = this.#last.then(serve)
    this.#last = served.catch(() => {})
    return served
  }

  /** Tools, and the episode that they are of: another where the request says how it is to begin. */
  async #list(id: RequestId): Promise<ListToolsResult> {
    const { player } = this.#held
    try {
      const start = resetOf(this.#pending.get(id)?.params)
      if (start) await player.reset(start)
      const tools = (await player.tools()).map(shownTool)
      player.delivered()
      return { tools, _meta: { [EPISODE]: episodeFacts(player) } }
    } catch (thrown) {
      throw new RpcFailure(asGymError(thrown))
    }
  }

  async #call(id: RequestId): Promise<CallToolResult> {
    const pending = this.#pending.get(id)
    try {
      return shownResult(await this.#resultOf(pending), pending?.maxBytes ?? 0)
    } catch (thrown) {
      const error = asGymError(thrown)
      if (!OF_EPISODE.test(error.code)) throw new RpcFailure(error)
      return shownResult(refusedCall(error.message, { code: error.code, ...this.#held.player.unseen }), 0)
    }
  }

  /** @throws GymError as `Player.call` */
  async #resultOf(pending: Pending | undefined): Promise<CallResult> {
    const { player } = this.#held
    const { name, arguments: args } = isWireObject(pending?.params) ? pending.params : NOTHING
    const taken = await player.call(readCall(name, args, 'name'))
    const result = callResultOf(taken, player.seesRewards, player.unseen)
    if (pending?.gone.aborted === true) player.dropped()
    else player.delivered()
    return result
  }
}

const NOTHING: WireObject = {}

function episodeFacts({ episode, seesRewards }: Player): JsonObject {
  if (!episode) return {}
  const { episode: played, observation } = episode.runner
  return { ...resetFacts(episode, seesRewards), observation, instructions: instructionsOf(played) }
}

const shownTool = ({ inputSchema, annotations, ...tool }: ToolDescription): ShownTool => ({
  ...tool,
  inputSchema: { ...inputSchema, type: 'object' },
  ...(annotations && { annotations }),
})

/** A result that is too large is left out; its step stands. @param maxBytes 0 for no limit */
function shownResult({ content, isError, _meta }: CallResult, maxBytes: number): CallToolResult {
  const bytes = Buffer.byteLength(JSON.stringify(content))
  if (maxBytes === 0 || bytes < maxBytes) return { content: [...content], isError, _meta }
  const text = `(left out: the result has ${bytes} bytes, and a reply at most ${maxBytes})`
  return { content: [{ type: 'text', text }], isError: true, _meta }
}

const HEADERS = ['accept', 'content-type', 'mcp-session-id', 'mcp-protocol-version'] as const

function webRequest({ method, headers }: McpRequest): Request {
  const given = HEADERS.flatMap((name): [string, string][] => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
  return new Request('http://localhost/mcp', { method, headers: given })
}

async function replyOf(response: Response): Promise<McpReply> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'content-length'))
  return { status: response.status, headers, body: await response.text() }
}
