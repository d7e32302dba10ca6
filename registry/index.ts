/**
 * Finds environments, reward hooks, agents, advantage estimators and recipes in the package's folders and in the
 * user's. A file dropped into the right folder is found by its name; nothing is imported before it is asked for.
 * @module
 */

import type { ConformanceSuite } from '../conformance/handler.ts'
import type { Environment } from '../core/episode/environment.ts'
import type { RewardHook } from '../core/reward/hook.ts'
import type { AgentFactory } from '../core/rollout/agent-factory.ts'
import type { Estimator } from '../rewards/estimator/estimator.ts'
import { type Catalog, type CatalogSettings, catalogOf } from './catalog.ts'
import { AGENT, CONFORMANCE, ENVIRONMENT, ESTIMATOR, HOOK, RECIPE, type RecipeData } from './kinds.ts'

export type { Catalog, CatalogSettings } from './catalog.ts'
export type { RecipeData } from './kinds.ts'

/** Environments of `envs/`. Errors: ENV_UNKNOWN, ENV_INVALID. */
export const environments = (settings?: CatalogSettings): Catalog<Environment> => catalogOf(ENVIRONMENT, settings)

/** Reward hooks of `rewards/hooks/`. Errors: HOOK_UNKNOWN, HOOK_INVALID. */
export const hooks = (settings?: CatalogSettings): Catalog<RewardHook> => catalogOf(HOOK, settings)

/** Agents of `agents/`, to be made with `createAgent`. Errors: AGENT_UNKNOWN, AGENT_INVALID. */
export const agents = (settings?: CatalogSettings): Catalog<AgentFactory> => catalogOf(AGENT, settings)

/**
 * Recipes of `rewards/shaping/recipes/`, as modules or JSON files: data to be read with `parseRecipe`.
 * Errors: HOOK_UNKNOWN, CONFIG_INVALID.
 */
export const recipes = (settings?: CatalogSettings): Catalog<RecipeData> => catalogOf(RECIPE, settings)

/** Advantage estimators of `rewards/advantage/`. Errors: ESTIMATOR_UNKNOWN, ESTIMATOR_INVALID. */
export const estimators = (settings?: CatalogSettings): Catalog<Estimator> => catalogOf(ESTIMATOR, settings)

/** Suites of `conformance/suites/`: handlers of reference vectors. Error: CONFIG_INVALID. */
export const conformanceSuites = (settings?: CatalogSettings): Catalog<ConformanceSuite> =>
  catalogOf(CONFORMANCE, settings)
