import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CallToolResultSchema,
  ErrorCode,
  ListToolsResultSchema,
  McpError,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { messageOf } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { answerOf, type CallAnswer, shortened } from './content.ts'
import { demoTransport } from './demo.ts'
import { type HttpConnection, httpConnection } from './http.ts'
import type { McpServer } from './servers.ts'
import { StdioTransport } from './stdio.ts'

/** Bounds on what a server may take and send. */
export interface ConnectionLimits {
  /** Milliseconds to start, to list the tools, and to end. */
  readonly startMs: number
  /** Milliseconds of one call. */
  readonly callMs: number
  /** Characters of one result that an agent is shown. */
  readonly resultCharacters: number
}

/** Bytes of all that a server sends for one request. */
const MAX_BYTES = 8 * 2 ** 20
const MAX_TOOLS = 500
const MAX_PAGES = 50
const MAX_DESCRIPTION = 10_000
/** Characters of all schemas of one list of tools. */
const MAX_SCHEMAS = 2 ** 20
/** Milliseconds for a server at an address to end a session. */
const END_MS = 1000

/** A tool as the server lists it. A type, so that it is JSON to the compiler. */
export type ListedTool = {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
}

/** What a call led to: the answer, and the tools where their list has changed since the last one. */
export type CallOutcome = CallAnswer & { readonly tools: readonly ListedTool[] | null }

/** One episode's connection to a server. */
export class McpConnection {
  readonly #client: Client
  readonly #transport: Transport
  readonly #limits: ConnectionLimits
  readonly #endSession: () => Promise<void>
  #hasChanged = false
  /** The tools as they were listed last. */
  #known = ''
  #lost: string | null = null

  /** @throws Error where the server cannot be started or reached, or does not speak the protocol */
  static async open(server: McpServer, limits: ConnectionLimits): Promise<McpConnection> {
    const connection = new McpConnection(server, limits)
    await connection.#connect()
    return connection
  }

  private constructor(server: McpServer, limits: ConnectionLimits) {
    const { transport, endSession } = transportTo(server, (error) => this.#lose(error.message))
    this.#transport = transport
    this.#endSession = endSession
    this.#limits = limits
    this.#client = new Client({ name: 'stepgym', version: '1' }, { capabilities: {} })
    this.#client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.#hasChanged = true
    })
    this.#client.onclose = () => {
      this.#lost ??= 'the server has ended'
    }
    this.#client.onerror = (error) => {
      if (/more than \d+ bytes/.test(error.message)) this.#lose(error.message)
    }
  }

  /** Calls that wait for an answer fail. */
  #lose(reason: string): void {
    this.#lost ??= reason
    void this.#client.close()
  }

  /** Process id of a server that is a process. */
  get pid(): number | undefined {
    return this.#transport instanceof StdioTransport ? this.#transport.pid : undefined
  }

  async #connect(): Promise<void> {
    const { startMs } = this.#limits
    try {
      await this.#client.connect(this.#transport, { timeout: startMs, maxTotalTimeout: startMs })
    } catch (thrown) {
      await this.close()
      throw this.#failure(thrown)
    }
  }

  /** @throws Error where the server has ended, or lists more than an agent could be shown */
  async listTools(): Promise<readonly ListedTool[]> {
    const tools: ListedTool[] = []
    let cursor: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const listed = await this.#page(cursor)
      tools.push(...listed.tools)
      cursor = listed.nextCursor
      if (tools.length > MAX_TOOLS || sizeOf(tools) > MAX_SCHEMAS) break
      if (cursor === undefined) return this.#keep(tools)
    }
    throw new Error(`the server lists more than ${MAX_TOOLS} tools, ${MAX_PAGES} pages or ${MAX_SCHEMAS} characters`)
  }

  /**
   * Calls a tool. What the tool or the protocol says is wrong is an answer; so is a tool that takes too long.
   * @throws Error where the server has ended, or sent more than is read
   */
  async call(name: string, args: JsonObject, signal: AbortSignal): Promise<CallOutcome> {
    const answer = await this.#answer(name, args, signal)
    return { ...answer, tools: this.#hasChanged && this.#lost === null ? await this.#changedTools() : null }
  }

  /** Servers also announce what was in the list before they announced it: null where nothing is different. */
  async #changedTools(): Promise<readonly ListedTool[] | null> {
    const before = this.#known
    const tools = await this.listTools()
    return this.#known === before ? null : tools
  }

  /** Ends the session and what was started for it. */
  async close(): Promise<void> {
    await Promise.race([this.#endSession().catch(() => {}), pause(END_MS)])
    await this.#client.close().catch(() => {})
    await this.#transport.close().catch(() => {})
  }

  /** What was announced before the list came is in it. */
  #keep(tools: readonly ListedTool[]): readonly ListedTool[] {
    this.#hasChanged = false
    this.#known = JSON.stringify(tools)
    return tools
  }

  async #page(cursor: string | undefined) {
    const { startMs: timeout } = this.#limits
    const request = { method: 'tools/list', params: cursor === undefined ? {} : { cursor } }
    try {
      const { tools, nextCursor } = await this.#client.request(request, ListToolsResultSchema, { timeout })
      return { tools: tools.map(listed), nextCursor }
    } catch (thrown) {
      throw this.#failure(thrown)
    }
  }

  async #answer(name: string, args: JsonObject, signal: AbortSignal): Promise<CallAnswer> {
    const { callMs: timeout, resultCharacters } = this.#limits
    const request = { method: 'tools/call', params: { name, arguments: args } }
    try {
      const options = { timeout, maxTotalTimeout: timeout, signal }
      return answerOf(await this.#client.request(request, CallToolResultSchema, options), resultCharacters)
    } catch (thrown) {
      const isAnswer = thrown instanceof McpError || isMalformed(thrown)
      if (this.#lost !== null || signal.aborted || !isAnswer) throw this.#failure(thrown)
      const text = `Error: ${shortened(this.#problem(thrown), resultCharacters)}`
      return { text, isError: true }
    }
  }

  /** The reason of a failed call, for the agent. */
  #problem(thrown: unknown): string {
    if (!(thrown instanceof McpError)) return 'the answer of the server is not a tool result'
    if (thrown.code === ErrorCode.RequestTimeout) return `the tool did not answer within ${this.#limits.callMs} ms`
    return thrown.message.replace(/^MCP error -?\d+: /, '')
  }

  #failure(thrown: unknown): Error {
    const notes = this.#transport instanceof StdioTransport ? this.#transport.notes.trim() : ''
    const more = notes === '' ? '' : `; it wrote: ${notes}`
    return new Error(`MCP server: ${this.#lost ?? messageOf(thrown)}${more}`, { cause: thrown })
  }
}

function transportTo(server: McpServer, onBroken: (error: Error) => void): HttpConnection {
  if (server.kind === 'http') return httpConnection(server, MAX_BYTES, onBroken)
  const transport = server.kind === 'stdio' ? new StdioTransport(server, MAX_BYTES) : demoTransport()
  return { transport, endSession: () => Promise.resolve() }
}

/** Whether the SDK's reader refused the form of an answer. */
const isMalformed = (thrown: unknown): boolean => thrown instanceof Error && 'issues' in thrown

interface Shown {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: object
}

const listed = ({ name, description = '', inputSchema }: Shown): ListedTool => ({
  name: shortened(name, 200),
  description: shortened(description, MAX_DESCRIPTION),
  // What came as JSON is JSON: the SDK's reader only types it more loosely.
  inputSchema: inputSchema as { readonly [key: string]: Json },
})

const sizeOf = (tools: readonly ListedTool[]): number => JSON.stringify(tools).length

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
