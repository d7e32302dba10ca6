import { GymError } from '../../../core/data/errors.ts'
import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { HeldSession, HeldSessions } from '../openenv/held-sessions.ts'
import { answerTools, type RpcRequest, readRpc, rpcError, rpcResult } from '../openenv/json-rpc.ts'
import { type McpReply, type McpRequest, resetFields } from './request.ts'
import type { McpSession } from './session.ts'

/**
 * The address `/{env}/mcp`: the Model Context Protocol over streamable HTTP, and beside it the requests of OpenEnv's
 * `MCPToolClient`, which come without `initialize`.
 */
export class McpEndpoint {
  readonly #sessions: HeldSessions
  readonly #open = new Map<string, McpSession>()

  constructor(sessions: HeldSessions) {
    this.#sessions = sessions
  }

  /** @throws GymError FORBIDDEN, SESSION_UNKNOWN, CAPACITY_REACHED, and as `Player.reset` */
  async handle(request: McpRequest): Promise<McpReply> {
    const { method, headers, body } = request
    if (method !== 'POST' && method !== 'DELETE') return NOT_ALLOWED
    const id = headers['mcp-session-id']
    if (id !== undefined) return this.#find(id, request).handle(request)
    if (method === 'DELETE') throw new GymError('FRAME_INVALID', 'DELETE ends the session that Mcp-Session-Id names')
    return body.method === 'initialize' ? this.#initialize(request) : this.#openEnv(request)
  }

  /** @throws GymError SESSION_UNKNOWN */
  #find(id: unknown, { client }: McpRequest): McpSession {
    const held = this.#sessions.find(id, client.environmentHost.name, client.identity)
    const session = this.#open.get(held.id)
    if (session) return session
    throw new GymError('SESSION_UNKNOWN', 'this session was not opened by initialize')
  }

  /**
   * A session begins with an episode, so that its instructions can say what the episode is about. Why it cannot begin is
   * a reply of the protocol: clients show that, and not the body of another status.
   */
  async #initialize(request: McpRequest): Promise<McpReply> {
    const { McpSession } = await import('./session.ts')
    const held = await this.#sessions.open(request.client, request.gone)
    const end = (reason: string): void => this.#sessions.end(held, reason)
    const session = new McpSession(held, request.client.environmentHost, end)
    held.whenEnded(() => {
      this.#open.delete(held.id)
      session.close()
    })
    try {
      const reply = await session.initialize(request, resetFields(request.query, request.body))
      // A client that has left never learns the id.
      if (session.isInitialized && !request.gone.aborted) this.#open.set(held.id, session)
      else end('not initialized')
      return reply
    } catch (thrown) {
      end('not initialized')
      return json(rpcError(readRpc(request.body), thrown))
    }
  }

  async #openEnv(request: McpRequest): Promise<McpReply> {
    const rpc = readRpc(request.body)
    try {
      return json(await this.#answer(rpc, request))
    } catch (thrown) {
      return json(rpcError(rpc, thrown))
    }
  }

  /** @throws GymError */
  async #answer(rpc: RpcRequest, request: McpRequest): Promise<string> {
    const { client } = request
    if (rpc.method === 'openenv/session/create')
      return rpcResult(rpc, { session_id: (await this.#sessions.open(client, request.gone)).id })
    const held = this.#sessions.find(rpc.params.session_id, client.environmentHost.name, client.identity)
    if (rpc.method === 'openenv/session/close') return this.#close(held, rpc)
    const reply = await answerTools(held.player, rpc)
    if (held.player.hasUnsent && request.gone.aborted) held.player.dropped()
    else if (held.player.hasUnsent) held.player.delivered()
    return reply
  }

  #close(held: HeldSession, rpc: RpcRequest): MaybePromise<string> {
    return chain(held.player.close(undefined, 'closed by its client'), () => {
      this.#sessions.end(held, 'closed by its client')
      return rpcResult(rpc, { session_id: held.id, closed: true })
    })
  }
}

const json = (body: string): McpReply => ({ status: 200, headers: {}, body })

/** There are no messages from the server but replies, so that there is no stream to open. */
const NOT_ALLOWED: McpReply = { status: 405, headers: { allow: 'POST, DELETE' }, body: '' }
