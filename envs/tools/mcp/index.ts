import { GymError } from '../../../core/data/errors.ts'
import { type OptionRanges, TIME_RANGE } from '../../../core/data/options.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { CallEffect } from '../../../core/episode/effects.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { ACTION_SCHEMA } from '../engine/action.ts'
import { type Call, type McpAction, readMcpAction } from './action.ts'
import type { CallOutcome, ConnectionLimits, McpConnection } from './connection.ts'
import { DEMO, type McpServers, ONLY_DEMO, readServers } from './servers.ts'
import { answered, called, gradesOf, type McpState, progressOf, startState, textOf } from './state.ts'
import { type McpTask, readTasks } from './tasks.ts'

export { readServers } from './servers.ts'

/** Options of the environment: recorded with every run, so that no command or address stands in them. */
type McpOptions = {
  /** Name of a server that the operator has configured. @default 'demo', a notebook in this process */
  readonly server: string
  /** As `readTasks` reads them. @default those of the built-in server */
  readonly tasks: readonly Json[]
  /** Steps of an episode. @default 30 */
  readonly steps: number
  readonly startMs: number
  readonly callMs: number
  readonly resultCharacters: number
}

const DEFAULTS: McpOptions = {
  server: DEMO,
  tasks: [],
  steps: 30,
  startMs: 15_000,
  callMs: 20_000,
  resultCharacters: 20_000,
}

const RANGES: OptionRanges = {
  steps: [1, 10_000],
  startMs: TIME_RANGE,
  callMs: TIME_RANGE,
  resultCharacters: [1, 10_000_000],
}

interface McpResources {
  readonly server: string
  readonly servers: McpServers
  /** How to connect to a server. */
  readonly connect: typeof McpConnection.open
  readonly limits: ConnectionLimits
  readonly tasks: readonly McpTask[]
  readonly steps: number
}

/** Tools of a server as its clients and ours are shown them, with the one that gives the final answer. */
const RESPOND: ToolDescription = {
  name: 'respond',
  description: 'Gives the final answer to the user, which ends the task.',
  inputSchema: {
    type: 'object',
    properties: { content: { type: 'string', description: 'The answer.' } },
    required: ['content'],
  },
}

/**
 * An environment whose tools are those of a server of the Model Context Protocol. Each episode has a server process or a
 * session of its own. All that the server says is an effect: replay reads it from the record and needs no server; a
 * fork does the calls again on another and compares.
 * @param servers what the operator has configured, by name
 */
export const mcpEnvironment = (servers: McpServers = ONLY_DEMO): Environment => {
  const environment = defineEnvironment({
    id: 'tools-mcp@1',
    summary: 'use the tools of a server of the Model Context Protocol to do what the user asks',
    kind: 'async',
    maxSteps: DEFAULTS.steps,
    options: DEFAULTS,
    ranges: RANGES,
    action: { parse: readMcpAction, jsonSchema: ACTION_SCHEMA },
    resources: ({ options }): Promise<McpResources> => resourcesOf(options, servers),
    limit: ({ resources }) => resources.steps,
    tasks: ({ resources }) => splitsOf(resources.tasks),
    open: ({ resources }): Promise<McpConnection> => openConnection(resources),
    close: (live) => live.close(),
    async reset({ task, resources, effect, live }): Promise<McpState> {
      const tools = await effect('tools/list', null, async () => [...(await live.listTools())])
      return startState(taskAt(resources, task.private), task.private, tools)
    },
    async step(before, action: McpAction, { resources, effect, live, signal }) {
      const task = taskAt(resources, before.task)
      if (action.kind === 'answer') return answered(before, task, action.text)
      const outcomes = await callAll(action.calls, effect, (call) => live.call(call.name, call.arguments, signal))
      return called(before, task, action.calls, outcomes)
    },
    invalid: (state, message) => ({ ...state, shown: [{ from: 'system', text: message }] }),
    observe: { text: textOf },
    anchors: { progress: progressOf },
    tools: {
      list: (state) => (state ? [...state.tools, RESPOND] : null),
      action: (name, args) => ({ name, arguments: args }),
      result: ({ shown }) => shown.map(({ text }) => text).join('\n'),
      instructions: ({ instruction }) => instruction,
    },
    grades: (state, { resources }) => gradesOf(state, taskAt(resources, state.task)),
    publicState: ({ tools }) => ({ tools }),
    examples: [{ name: 'list_notes', arguments: {} }, { respond: 'Done.' }],
    configured: ({ mcpServers }) => mcpEnvironment(readServers(mcpServers)),
  })
  return environment
}

/** Calls run one after the other, so that a server sees them in the order of the agent. */
async function callAll(
  calls: readonly Call[],
  effect: CallEffect,
  run: (call: Call) => Promise<CallOutcome>,
): Promise<readonly CallOutcome[]> {
  const outcomes: CallOutcome[] = []
  for (const call of calls) outcomes.push(await effect('tools/call', call, () => run(call)))
  return outcomes
}

/**
 * Loads the SDK, which only those who play need, before the first episode: episodes that begin together would else all
 * wait for it, and open their connections in one turn of the event loop.
 */
async function resourcesOf(options: McpOptions, servers: McpServers): Promise<McpResources> {
  const { server, tasks, steps, startMs, callMs, resultCharacters } = options
  for (const [name, value] of Object.entries({ steps, startMs, callMs, resultCharacters }))
    if (!Number.isSafeInteger(value))
      throw new GymError('CONFIG_INVALID', `option ${name} of tools-mcp is a whole number, not ${value}`)
  const limits = { startMs, callMs, resultCharacters }
  const read = readTasks(server, tasks)
  const { McpConnection } = await import('./connection.ts')
  return { server, servers, connect: McpConnection.open, limits, steps, tasks: read }
}

async function openConnection({ server, servers, connect, limits }: McpResources): Promise<McpConnection> {
  const found = servers.get(server)
  if (!found) {
    const known = [...servers.keys()].join(', ')
    throw new GymError('CONFIG_INVALID', `no MCP server ${JSON.stringify(server)} is configured: there are ${known}`)
  }
  return connect(found, limits)
}

function splitsOf(tasks: readonly McpTask[]) {
  const names = [...new Set(tasks.map(({ split }) => split))]
  const drafts = tasks.map(({ id, split, instruction }, position) => ({
    split,
    draft: { id, public: { instruction } satisfies JsonObject, private: position },
  }))
  return Object.fromEntries(
    names.map((name) => [name, drafts.filter(({ split }) => split === name).map(({ draft }) => draft)]),
  )
}

function taskAt({ tasks }: McpResources, number: number): McpTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}

/** Environment `tools-mcp`: the tools of any server of the Model Context Protocol. */
export default mcpEnvironment()
