import { randomUUID } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import { canonicalJson } from '../../../core/data/hash.ts'
import type { Json } from '../../../core/data/types.ts'
import { toolsOf } from '../../../core/episode/tools.ts'
import type { Host } from '../../hosting/host.ts'
import type { Identity } from '../../roles.ts'
import { ByteBudget } from '../../transport/byte-budget.ts'
import type { HeldSessions } from '../openenv/held-sessions.ts'
import type { Call } from './calls.ts'
import {
  type Creation,
  expectSupported,
  type OrsRequest,
  readCallRequest,
  readCreation,
  sessionIdOf,
} from './request.ts'
import { toolList } from './results.ts'
import { OrsSession } from './session.ts'

/** Answer to a request. */
export type OrsReply =
  | { readonly kind: 'json'; readonly body: string }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'call'; readonly call: Call }

/** A session that has begun, or is about to. */
interface Opened {
  /** What it was created with. */
  readonly creation: string
  readonly session: Promise<OrsSession>
}

/**
 * The Open Reward Standard: sessions over HTTP, each of one episode, whose results come as streams of events and can be
 * asked for again. Its tasks and splits are routes that other clients use too.
 */
export class OrsEndpoint {
  readonly #host: Host
  readonly #sessions: HeldSessions
  readonly #budget: ByteBudget
  readonly #opened = new Map<string, Opened>()

  constructor(host: Host, sessions: HeldSessions) {
    this.#host = host
    this.#sessions = sessions
    this.#budget = new ByteBudget(host.limits.storedBytesInAll)
  }

  /** @throws GymError FRAME_INVALID, SESSION_UNKNOWN, REQUEST_CONFLICT, CAPACITY_REACHED, and as `Player.reset` */
  async handle(request: OrsRequest): Promise<OrsReply> {
    switch (request.route) {
      case 'POST create_session':
        expectSupported(request.body)
        return { kind: 'session', id: randomUUID() }
      case 'POST create':
        return json({ sid: await this.#create(request) })
      case 'POST ping':
        await this.#find(request)
        return json({ status: 'ok' })
      case 'POST delete':
      case 'POST delete_session':
        return json({ sid: await this.#delete(request) })
      case 'GET prompt':
        return json((await this.#find(request)).prompt)
      case 'GET messages':
        return json([{ role: 'user', blocks: (await this.#find(request)).prompt, detail: null }])
      case 'GET tools':
        return json(await this.#tools(request))
      case 'GET task_tools':
        return json(await (await this.#find(request)).tools())
      case 'POST call':
        return { kind: 'call', call: (await this.#find(request)).call(readCallRequest(request.body), request.maxBytes) }
    }
  }

  /** A client that repeats its request, since it missed the answer, finds the session that it has. */
  async #create(request: OrsRequest): Promise<string> {
    const id = sessionIdOf(request)
    const key = keyOf(request.identity, id)
    const { environment, start } = readCreation(request.body)
    const wanted = { environment: environment ?? request.environment(), start }
    const creation = canonicalJson(wanted)
    const opened = this.#opened.get(key) ?? { creation, session: this.#start(request, key, wanted) }
    if (opened.creation !== creation)
      throw new GymError('REQUEST_CONFLICT', 'this session was created for something else: each episode has its own')
    this.#opened.set(key, opened)
    await opened.session.catch((thrown: unknown) => {
      this.#opened.delete(key)
      throw thrown
    })
    return id
  }

  async #start(
    { identity, address, gone }: OrsRequest,
    key: string,
    { environment, start }: Creation & { readonly environment: string },
  ): Promise<OrsSession> {
    const environmentHost = await this.#host.environmentHost(environment)
    const held = await this.#sessions.open({ environmentHost, identity, address }, gone)
    try {
      await held.player.reset(start)
      held.player.delivered()
      const session = new OrsSession(held, environmentHost, this.#budget)
      held.whenEnded(() => {
        this.#opened.delete(key)
        session.close()
      })
      return session
    } catch (thrown) {
      this.#sessions.end(held, 'not created')
      throw thrown
    }
  }

  /** The session of a request, in use from now on. @throws GymError SESSION_UNKNOWN, FRAME_INVALID */
  async #find(request: OrsRequest): Promise<OrsSession> {
    const { identity, named } = request
    const session = await this.#opened.get(keyOf(identity, sessionIdOf(request)))?.session
    if (!session)
      throw new GymError('SESSION_UNKNOWN', 'this token has no session of this id: it has ended, or was not created')
    const { id, environment } = session.held
    this.#sessions.find(id, named === null ? environment : (await this.#host.environmentHost(named)).name, identity)
    return session
  }

  async #delete(request: OrsRequest): Promise<string> {
    const id = sessionIdOf(request)
    const session = await this.#opened.get(keyOf(request.identity, id))?.session
    if (!session) return id
    try {
      await session.held.player.close(undefined, 'deleted by its client')
    } finally {
      this.#sessions.end(session.held, 'deleted by its client')
    }
    return id
  }

  /** Tools that every episode has. @throws GymError EPISODE_NEEDED where only an episode knows */
  async #tools(request: OrsRequest): Promise<Json> {
    const { world } = await this.#host.environmentHost(request.environment())
    const tools = toolsOf(world, null)
    if (tools) return toolList(tools)
    throw new GymError('EPISODE_NEEDED', 'each task has its own tools: create a session, and ask for /task_tools')
  }
}

const keyOf = ({ digest }: Identity, id: string): string => `${digest.toString('base64')} ${id}`

const json = (value: Json): OrsReply => ({ kind: 'json', body: JSON.stringify(value) })
