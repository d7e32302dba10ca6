import { GymError, messageOf } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { isJsonObject } from '../../core/data/json.ts'
import { type OptionRanges, TIME_RANGE } from '../../core/data/options.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { problem } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment, type ForkKind } from '../../core/episode/environment.ts'
import { listedTasks } from '../../core/episode/listed-tasks.ts'
import { BUILT_IN } from '../../core/episode/servers.ts'
import { BUILT_IN_SCHEMA, BuiltInSession } from './built-in.ts'
import type { Shown } from './frames.ts'
import { actionSchemaOf } from './schema.ts'
import { type OpenEnvServers, readOpenEnvServers } from './servers.ts'
import { type OpenEnvSession, openSession } from './session.ts'

/** Options of the environment: recorded with every run, so that no address or token stands in them. */
type OpenEnvOptions = {
  /** Name of a server that the operator has configured. @default 'built-in', a small one in this process */
  readonly server: string
  /** Field of the action that holds the text of actions that are texts. @default 'message' */
  readonly field: string
  /** Field of the observation that agents see. @default '', the only text of it, or all of it as JSON */
  readonly text: string
  /** What every reset takes beside the seed. @default {} */
  readonly reset: JsonObject
  /** Objects of `id`, `split` and `reset`, which is added to that of every reset. @default one */
  readonly tasks: readonly Json[]
  /** Steps of an episode: OpenEnv knows no limit. @default 50 */
  readonly steps: number
  readonly startMs: number
  readonly callMs: number
}

const NONE: JsonObject = {}
const DEFAULTS: OpenEnvOptions = {
  server: BUILT_IN,
  field: 'message',
  text: '',
  reset: NONE,
  tasks: [],
  steps: 50,
  startMs: 10_000,
  callMs: 50_000,
}

const RANGES: OptionRanges = { steps: [1, 1_000_000], startMs: TIME_RANGE, callMs: TIME_RANGE }

interface Resources {
  readonly options: OpenEnvOptions
  readonly open: () => Promise<OpenEnvSession>
  readonly fork: Repeatable
  /** JSON Schema of an action, as the server says; null where it does not, or is not there. */
  readonly schema: JsonObject | null
}

/** Whether a fork can be had by driving another session to the same point, and why not. */
interface Repeatable {
  readonly kind: ForkKind
  readonly reason: string | null
}

/** Seeds are drawn below this, which every generator takes. */
const SEEDS = 2 ** 31

/**
 * Any server of OpenEnv's protocol as an environment. Each episode has a session of its own; all that the server shows is an
 * effect, so that replay reads it from the record and needs no server.
 * @param servers what the operator has configured, by name
 */
export const openEnvEnvironment = (servers: OpenEnvServers = new Map()): Environment =>
  defineEnvironment({
    id: 'openenv@1',
    summary: "any environment on a server of OpenEnv's protocol",
    kind: 'async',
    maxSteps: DEFAULTS.steps,
    options: DEFAULTS,
    ranges: RANGES,
    action: {
      parse: (raw: Json) => (typeof raw === 'string' || isJsonObject(raw) ? raw : problem(HOW)),
      jsonSchema: SCHEMA,
    },
    resources: ({ options }): Promise<Resources> => resourcesOf(options, servers),
    limit: ({ resources }) => resources.options.steps,
    forkOf: ({ resources }) => resources.fork.kind,
    software: ({ resources: { options, fork } }) => ({
      openenv: { server: options.server, fork: fork.kind, ...(fork.reason !== null && { reason: fork.reason }) },
    }),
    tasks: ({ resources: { options, schema } }) => listedTasks('openenv', options.tasks, schema && { action: schema }),
    open: ({ resources }) => resources.open(),
    close: (live) => live.close(),
    async reset({ task, rng, effect, live, resources: { options } }) {
      const args = { seed: rng.int(0, SEEDS - 1), ...options.reset, ...task.private.reset }
      const shown = await effect('reset', args, () => live.reset(args))
      return { text: textOf(shown, options) }
    },
    async step(_state, action, { effect, live, resources: { options } }) {
      const fields = typeof action === 'string' ? { [options.field]: action } : action
      const outcome = await effect('step', fields, () => live.step(fields))
      if (outcome.kind === 'refused') return refused(outcome.problem)
      return { state: { text: textOf(outcome, options) }, reward: outcome.reward, terminated: outcome.done }
    },
    invalid: (_, message) => ({ text: message }),
    observe: { text: ({ text }) => text },
    examples: ['1'],
    configured: ({ environmentServers }) => openEnvEnvironment(readOpenEnvServers(environmentServers)),
  })

const HOW = 'an action is an object with the fields that the environment takes, or a text'
const SCHEMA: JsonObject = { description: `${HOW}.`, oneOf: [{ type: 'object' }, { type: 'string' }] }

/** The server has not acted: the agent sees why. */
const refused = (message: string) => ({
  state: { text: message },
  reward: null,
  terminated: false,
  isActionValid: false,
  info: { problem: message },
})

async function resourcesOf(options: OpenEnvOptions, servers: OpenEnvServers): Promise<Resources> {
  const open = (): Promise<OpenEnvSession> => openOn(options, servers)
  const found = servers.get(options.server)
  const schema = found ? await actionSchemaOf(found, options) : BUILT_IN_SCHEMA
  return { options, open, fork: await repeatableOn(options, open), schema }
}

function openOn({ server, ...limits }: OpenEnvOptions, servers: OpenEnvServers): Promise<OpenEnvSession> {
  if (server === BUILT_IN) return Promise.resolve(new BuiltInSession())
  const found = servers.get(server)
  if (found) return openSession(found, limits)
  const known = [BUILT_IN, ...servers.keys()].join(', ')
  throw new GymError('CONFIG_INVALID', `no OpenEnv server ${JSON.stringify(server)} is configured: there are ${known}`)
}

/** Seeds may mean nothing to a server: two resets with one seed must show the same. */
async function repeatableOn({ reset }: OpenEnvOptions, open: () => Promise<OpenEnvSession>): Promise<Repeatable> {
  try {
    const args = { seed: 1, ...reset }
    const [first, second] = [await firstOf(open, args), await firstOf(open, args)]
    if (first === second) return { kind: 'replay', reason: null }
    return { kind: 'none', reason: 'two resets with one seed differ' }
  } catch (thrown) {
    return { kind: 'none', reason: `two resets could not be compared: ${messageOf(thrown)}` }
  }
}

async function firstOf(open: () => Promise<OpenEnvSession>, args: JsonObject): Promise<string> {
  const session = await open()
  try {
    return canonicalJson(await session.reset(args))
  } finally {
    session.close()
  }
}

/** The chosen field, or the only text of an observation, or all of it. */
function textOf({ observation }: Shown, { text: field }: OpenEnvOptions): string {
  const { metadata: _metadata, ...fields } = observation
  const chosen = field === '' ? undefined : fields[field]
  if (typeof chosen === 'string') return chosen
  const values = Object.values(fields)
  const [only] = values
  return values.length === 1 && typeof only === 'string' ? only : canonicalJson(chosen ?? fields)
}
