import { GymError } from '../../core/data/errors.ts'
import { type OptionRanges, TIME_RANGE } from '../../core/data/options.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { type Problem, problem } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'
import { listedTasks } from '../../core/episode/listed-tasks.ts'
import { BUILT_IN } from '../../core/episode/servers.ts'
import { Bridge } from './bridge.ts'
import { BUILT_IN_SPACES, BuiltInSession } from './built-in.ts'
import { type GymnasiumEntries, readGymnasiumEntries } from './entries.ts'
import { BridgePool, type StartBridge } from './pool.ts'
import { type Findings, findingsOf } from './repeatable.ts'
import { BridgeSession, type GymnasiumSession, type ShownParts } from './session.ts'
import { actionsOf, fieldsOf, type GymnasiumState, measuresOf, namesIn, textOf, VIEWS, valueNamed } from './state.ts'

/** Options of the environment: recorded with every run, so that no module, command or argument stands in them. */
type GymnasiumOptions = {
  /** Name of an environment that the operator has configured. @default 'built-in', a small one in this process */
  readonly environment: string
  /** `observation`, `rendering` (the text of render mode `ansi`) or `both`. @default 'observation' */
  readonly view: string
  /** Field of an observation that is a dict: agents see it. @default '', all of it */
  readonly text: string
  /** Names of the actions of a discrete space, in their order. @default none: they are integers */
  readonly actions: readonly Json[]
  /** Names of fields of `info` that agents see. @default none */
  readonly info: readonly Json[]
  /** Names of fields of `info` that reward hooks get as measures. @default none */
  readonly grades: readonly Json[]
  /** Objects of `id`, `split` and `reset`, the `options` of its resets. @default one */
  readonly tasks: readonly Json[]
  /** Whether a step draws from the random stream of that step, so that forks and members draw differently. @default true */
  readonly stepSeeds: boolean
  /** Steps of an episode, beside the limit of the environment's own. @default 1000 */
  readonly steps: number
  /** Characters of an observation or rendering. @default 20000 */
  readonly characters: number
  readonly startMs: number
  readonly callMs: number
}

const DEFAULTS: GymnasiumOptions = {
  environment: BUILT_IN,
  view: 'observation',
  text: '',
  actions: [],
  info: [],
  grades: [],
  tasks: [],
  stepSeeds: true,
  steps: 1000,
  characters: 20_000,
  startMs: 30_000,
  callMs: 50_000,
}

const RANGES: OptionRanges = {
  steps: [1, 1_000_000],
  characters: [1, 1_000_000],
  startMs: TIME_RANGE,
  callMs: TIME_RANGE,
}

interface Resources {
  readonly options: GymnasiumOptions
  readonly info: readonly string[]
  readonly grades: readonly string[]
  readonly open: () => Promise<GymnasiumSession>
  readonly findings: Findings
}

/** Seeds are drawn below this, which every generator takes. */
const SEEDS = 2 ** 31

const HOW = 'an action is a value of the action space as JSON, or the name of one'

/**
 * Any environment of Gymnasium. Each episode has an environment of its own in a process of its own; all that it shows is an effect,
 * so that replay reads it from the record and needs no Python.
 * @param entries what the operator has configured, by name
 * @param start starts the process of an entry
 */
export const gymnasiumEnvironment = (
  entries: GymnasiumEntries = new Map(),
  start: StartBridge = Bridge.start,
): Environment =>
  defineEnvironment({
    id: 'gymnasium@1',
    summary: 'any environment of Gymnasium, in a Python process',
    kind: 'async',
    maxSteps: DEFAULTS.steps,
    options: DEFAULTS,
    ranges: RANGES,
    action: { parse: readAction, jsonSchema: { description: `${HOW}.` } },
    resources: ({ options }): Promise<Resources> => resourcesOf(options, entries, start),
    limit: ({ resources }) => resources.options.steps,
    forkOf: ({ resources }) => resources.findings.fork,
    software: ({ resources: { options, findings } }) => ({ gymnasium: softwareOf(options, findings, entries) }),
    tasks: ({ resources: { options, findings } }) => listedTasks('gymnasium', options.tasks, findings.spaces),
    open: ({ resources }) => resources.open(),
    close: (live) => live.close(),
    async reset({ task, rng, effect, live, signal }): Promise<GymnasiumState> {
      const request = { seed: rng.int(0, SEEDS - 1), options: task.private.reset }
      return { ...(await effect('reset', request, () => live.reset(request, signal))), problem: null }
    },
    async step(before, action, { rng, effect, live, signal, resources: { options, info } }) {
      const seed = options.stepSeeds ? rng.int(0, SEEDS - 1) : null
      const request = { action: valueNamed(action, before, options), seed }
      const outcome = await effect('step', request, () => live.step(request, signal))
      if ('refused' in outcome) return refused(before, outcome.refused)
      const { reward, terminated, truncated, ...shown } = outcome
      return {
        state: { ...shown, problem: null },
        reward,
        terminated,
        truncated: truncated && !terminated,
        info: fieldsOf(shown, info),
      }
    },
    invalid: (state, message) => ({ ...state, problem: message }),
    observe: { text: (state, { resources }) => textOf(state, resources.options) },
    actions: (state, { resources }) => actionsOf(state, resources.options),
    grades: (state, { resources }) => measuresOf(state, resources.grades),
    examples: [1],
    configured: ({ environmentServers }) => gymnasiumEnvironment(readGymnasiumEntries(environmentServers), start),
  })

/** The deepest action that is passed on. */
const MOST_LEVELS = 100

function readAction(raw: Json): Json | Problem {
  return canBeSent(raw) ? raw : problem(`${HOW}, with finite numbers and at most ${MOST_LEVELS} levels`)
}

/** A number such as 1e999 is read as infinite, which JSON cannot say again. */
function canBeSent(value: Json, level = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return level < MOST_LEVELS && Object.values(value).every((item: Json) => canBeSent(item, level + 1))
}

/** The environment has not seen the action: the agent sees why. */
const refused = (before: GymnasiumState, message: string) => ({
  state: { ...before, problem: message },
  reward: null,
  terminated: false,
  isActionValid: false,
  info: { problem: message },
})

async function resourcesOf(
  options: GymnasiumOptions,
  entries: GymnasiumEntries,
  start: StartBridge,
): Promise<Resources> {
  expectView(options.view)
  const [info, grades] = [namesIn('info', options.info), namesIn('grades', options.grades)]
  namesIn('actions', options.actions)
  const shared = { options, info, grades }
  if (options.environment === BUILT_IN)
    return { ...shared, open: () => Promise.resolve(new BuiltInSession()), findings: OF_BUILT_IN }
  const entry = entries.get(options.environment)
  if (!entry) return { ...shared, open: () => Promise.reject(unknown(options, entries)), findings: OF_UNKNOWN }
  const pool = new BridgePool(entry, options, start)
  const parts: ShownParts = {
    characters: options.characters,
    isRendered: options.view !== 'observation',
    info: [...new Set([...info, ...grades])],
  }
  return {
    ...shared,
    open: () => BridgeSession.open(pool, options, parts),
    findings: await findingsOf(pool, options, parts, options.stepSeeds),
  }
}

const OF_BUILT_IN: Findings = { fork: 'replay', reason: null, versions: null, spaces: BUILT_IN_SPACES }
const OF_UNKNOWN: Findings = { fork: 'none', reason: 'it is not configured', versions: null, spaces: null }

function unknown({ environment }: GymnasiumOptions, entries: GymnasiumEntries): GymError {
  const known = [BUILT_IN, ...entries.keys()].join(', ')
  const message = `no Gymnasium environment ${JSON.stringify(environment)} is configured: there are ${known}`
  return new GymError('CONFIG_INVALID', `${message}; environmentServers names others`)
}

function softwareOf({ environment }: GymnasiumOptions, findings: Findings, entries: GymnasiumEntries): JsonObject {
  const { fork, reason, versions } = findings
  const id = entries.get(environment)?.id
  return {
    environment,
    ...(id !== undefined && { id }),
    ...(versions !== null && { version: versions.gymnasium, python: versions.python }),
    fork,
    ...(reason !== null && { reason }),
  }
}

/** @throws GymError CONFIG_INVALID */
function expectView(view: string): void {
  if (VIEWS.includes(view)) return
  throw new GymError('CONFIG_INVALID', `option view of gymnasium is ${VIEWS.join(', ')}, not ${JSON.stringify(view)}`)
}
