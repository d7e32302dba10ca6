import type { Environment } from './environment.ts'
import { GymError } from './errors.ts'
import { hashOf } from './hash.ts'
import { ONLY_TASK, TaskSet } from './tasks.ts'
import type { JsonObject } from './types.ts'
import { ViewCache } from './views.ts'

/** An environment opened with its options: resources, tasks and caches that all its episodes share. */
export interface World<State extends object = object> {
  readonly environment: Environment<State>
  readonly options: JsonObject
  readonly resources: unknown
  readonly tasks: TaskSet
  readonly views: ViewCache<State>
  /** Tells worlds apart whose episodes would differ: id, options and what the resources were made from. */
  readonly digest: string
}

/**
 * Opens an environment once; any number of episodes run in it.
 * @throws GymError CONFIG_INVALID for an option the environment does not have.
 */
export async function openWorld<State extends object>(
  environment: Environment<State>,
  chosen: JsonObject = {},
): Promise<World<State>> {
  const options = mergedOptions(environment, chosen)
  const resources = await environment.resources?.({ options })
  const { id } = environment
  return {
    environment,
    options,
    resources,
    tasks: new TaskSet(environment.tasks?.({ resources }) ?? ONLY_TASK),
    views: new ViewCache(environment, resources),
    digest: hashOf({ id, options, resources: environment.digest?.(resources) ?? '' }),
  }
}

function mergedOptions({ id, options }: Environment, chosen: JsonObject): JsonObject {
  const known = Object.keys(options)
  for (const name of Object.keys(chosen)) {
    if (known.includes(name)) continue
    throw new GymError(
      'CONFIG_INVALID',
      `${id} has no option ${name}: ${known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'}`,
    )
  }
  return { ...options, ...chosen }
}
