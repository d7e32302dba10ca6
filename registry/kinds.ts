import { readFileSync, statSync } from 'node:fs'
import type { ConformanceSuite } from '../conformance/handler.ts'
import { parseJson } from '../core/data/json.ts'
import type { JsonObject } from '../core/data/types.ts'
import type { Environment } from '../core/episode/environment.ts'
import { defineRewardHook, type RewardHook } from '../core/reward/hook.ts'
import type { Agent } from '../core/rollout/agent.ts'
import type { AgentFactory } from '../core/rollout/agent-factory.ts'
import type { Estimator } from '../rewards/estimator/estimator.ts'
import type { Kind } from './kind.ts'

/*
 * A user's module may come with its own copy of the package, so that things are recognised by shape, not by class.
 */

export const ENVIRONMENT: Kind<Environment> = {
  noun: 'environment',
  folder: 'envs',
  unknown: 'ENV_UNKNOWN',
  invalid: 'ENV_INVALID',
  flag: '--env',
  expects: 'export default defineEnvironment({ ... })',
  read: (exported) => (isEnvironment(exported) ? exported : null),
  identify({ id }) {
    const [name = '', version] = id.split('@')
    return { name, version: Number(version) }
  },
}

export const HOOK: Kind<RewardHook> = {
  noun: 'reward hook',
  folder: 'rewards/hooks',
  unknown: 'HOOK_UNKNOWN',
  invalid: 'HOOK_INVALID',
  flag: '--hook',
  expects: 'export default defineRewardHook({ ... })',
  read: (exported) => (isHook(exported) ? checkedHook(exported) : null),
  identify: ({ name, version }) => ({ name, version }),
}

export const AGENT: Kind<AgentFactory> = {
  noun: 'agent',
  folder: 'agents',
  unknown: 'AGENT_UNKNOWN',
  invalid: 'AGENT_INVALID',
  flag: '--agent',
  expects: 'export default defineAgent({ ... }), or an agent { name, act }',
  read(exported) {
    if (isAgentFactory(exported)) return exported
    return isAgent(exported) ? { name: exported.name, create: () => exported } : null
  },
  identify: ({ name }) => ({ name, version: null }),
}

export const ESTIMATOR: Kind<Estimator> = {
  noun: 'advantage estimator',
  folder: 'rewards/advantage',
  unknown: 'ESTIMATOR_UNKNOWN',
  invalid: 'ESTIMATOR_INVALID',
  flag: '--estimator',
  expects: 'export default defineEstimator({ ... })',
  read: (exported) => (isEstimator(exported) ? exported : null),
  identify: ({ name }) => ({ name, version: null }),
}

/** Handlers of reference vectors, for `stepgym verify`. */
export const CONFORMANCE: Kind<ConformanceSuite> = {
  noun: 'conformance suite',
  folder: 'conformance/suites',
  unknown: 'CONFIG_INVALID',
  invalid: 'CONFIG_INVALID',
  expects: "export default { name, vectors: 'envs' or 'credit', handlers }",
  read: (exported) => (isConformanceSuite(exported) ? exported : null),
  identify: ({ name }) => ({ name, version: null }),
}

/** As written: what may be said in a recipe is up to `parseRecipe`, in `rewards/shaping`. */
export const RECIPE: Kind<RecipeData> = {
  noun: 'recipe',
  folder: 'rewards/shaping/recipes',
  unknown: 'HOOK_UNKNOWN',
  invalid: 'CONFIG_INVALID',
  flag: '--recipe',
  expects: 'export default { name, version, terms, onNull }',
  read: (exported) => (isRecipeData(exported) ? exported : null),
  identify: ({ name, version }) => ({ name, version }),
  data: { ending: '.json', read: (path): unknown => parseJson(fileText(path)) },
}

/** A pipe or device would be waited for. */
function fileText(path: string): string {
  if (statSync(path).isFile()) return readFileSync(path, 'utf8')
  throw new Error('it is not a regular file')
}

/** Recipe as its module or file has it, before it is parsed. */
export type RecipeData = JsonObject & { readonly name: string; readonly version: number }

type Members<T> = { readonly [K in keyof T]?: unknown }

const membersOf = <T>(value: unknown): Members<T> => (typeof value === 'object' && value !== null ? value : {})

function isEnvironment(value: unknown): value is Environment {
  const { id, maxSteps, parse, reset, step, observe, fork } = membersOf<Environment>(value)
  const { text } = membersOf<Environment['observe']>(observe)
  const isNamed = typeof id === 'string' && typeof maxSteps === 'number' && typeof fork === 'string'
  return isNamed && [parse, reset, step, text].every((member) => typeof member === 'function')
}

function isHook(value: unknown): value is RewardHook {
  const { name, scope, reward, version } = membersOf<RewardHook>(value)
  const isScope = typeof scope === 'string' && ['turn', 'outcome', 'process', 'group'].includes(scope)
  return isScope && typeof name === 'string' && typeof version === 'number' && typeof reward === 'function'
}

/** A hook is plain data with one function, so that its author may have done without `defineRewardHook`. */
function checkedHook(hook: RewardHook): RewardHook {
  if (hook.scope === 'turn') return defineRewardHook(hook)
  if (hook.scope === 'outcome') return defineRewardHook(hook)
  return hook.scope === 'process' ? defineRewardHook(hook) : defineRewardHook(hook)
}

function isAgentFactory(value: unknown): value is AgentFactory {
  const { name, create } = membersOf<AgentFactory>(value)
  return typeof name === 'string' && typeof create === 'function'
}

function isAgent(value: unknown): value is Agent {
  const { name, act } = membersOf<Agent>(value)
  return typeof name === 'string' && typeof act === 'function'
}

function isEstimator(value: unknown): value is Estimator {
  const { name, summary, consumes, defaults, compute } = membersOf<Estimator>(value)
  const isDescribed = typeof name === 'string' && typeof summary === 'string' && Array.isArray(consumes)
  return isDescribed && typeof defaults === 'object' && defaults !== null && typeof compute === 'function'
}

function isConformanceSuite(value: unknown): value is ConformanceSuite {
  const { name, vectors, handlers } = membersOf<ConformanceSuite>(value)
  return typeof name === 'string' && typeof vectors === 'string' && Array.isArray(handlers)
}

function isRecipeData(value: unknown): value is RecipeData {
  const { name, version, terms } = membersOf<RecipeData>(value)
  return typeof name === 'string' && typeof version === 'number' && Array.isArray(terms)
}
