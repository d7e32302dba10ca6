import { GymError } from '../data/errors.ts'
import { hashOf } from '../data/hash.ts'
import { chosenOptions } from '../data/options.ts'
import type { JsonObject } from '../data/types.ts'
import { askedByOperator, attributed } from '../data/user-code.ts'
import type { Environment } from './environment.ts'
import { expectWhole } from './settings.ts'
import { ONLY_TASK, TaskSet } from './tasks.ts'
import { textOf, ViewCache } from './views.ts'

/** An environment opened with its options: resources, tasks and caches that all its episodes share. */
export interface World<State extends object = object> {
  readonly environment: Environment<State>
  readonly options: JsonObject
  readonly resources: unknown
  readonly tasks: TaskSet
  readonly views: ViewCache<State>
  /** Distinguishes worlds whose episodes would differ: id, options and what the resources were made from. */
  readonly digest: string
  /** Programs that run beside stepgym for it; absent until a run asks for them. */
  readonly software?: JsonObject
}

/** The world with the programs that run beside stepgym for it. */
export async function withSoftware<State extends object>(world: World<State>): Promise<World<State>> {
  const { environment, resources } = world
  const software = await askedByOperator('software', () => environment.software?.({ resources }))
  return software === undefined ? world : { ...world, software }
}

/**
 * Opens an environment once; any number of episodes run in it.
 * @throws GymError CONFIG_INVALID for an option the environment does not have, of another kind than its default, or out of its range;
 *   ENV_FAILED, ENV_INVALID where it cannot be opened.
 */
export async function openWorld<State extends object>(
  environment: Environment<State>,
  chosen: JsonObject = {},
): Promise<World<State>> {
  const { id } = environment
  const options = chosenOptions(id, environment.options, chosen, environment.ranges)
  const resources = await openResources(environment, options)
  return {
    environment: withOptions(environment, resources),
    options,
    resources,
    tasks: new TaskSet(askedByOperator('tasks', () => environment.tasks?.({ resources })) ?? ONLY_TASK),
    views: new ViewCache(environment, resources),
    digest: digestOf(environment, options, resources),
  }
}

function digestOf<State extends object>(
  environment: Environment<State>,
  options: JsonObject,
  resources: unknown,
): string {
  const { id } = environment
  const digest = askedByOperator('digest', () => environment.digest?.(resources)) ?? ''
  return hashOf({ id, options, resources: textOf('digest', digest) })
}

/** The environment with the limit, the kind and the way to fork that its options led to. */
function withOptions<State extends object>(environment: Environment<State>, resources: unknown): Environment<State> {
  const limit = askedByOperator('limit', () => environment.limit?.({ resources }))
  expectWhole('limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const kind = askedByOperator('kindOf', () => environment.kindOf?.({ resources }))
  const fork = askedByOperator('forkOf', () => environment.forkOf?.({ resources }))
  if ((limit ?? kind ?? fork) === undefined) return environment
  const { maxSteps, kind: ownKind, fork: ownFork } = environment
  return { ...environment, maxSteps: limit ?? maxSteps, kind: kind ?? ownKind, fork: fork ?? ownFork }
}

async function openResources<State extends object>(
  environment: Environment<State>,
  options: JsonObject,
): Promise<unknown> {
  try {
    return await environment.resources?.({ options })
  } catch (thrown) {
    throw thrown instanceof GymError ? thrown : attributed(thrown, 'resources')
  }
}
