import { GymError } from '../../core/data/errors.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { type HookSet, hookSet } from '../../core/reward/hook.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { environments, hooks } from '../../registry/index.ts'
import type { AdvantageFunction } from '../../training/advantages.ts'
import { exactAdvantages } from './exact-advantages.ts'
import type { ComparisonPlan } from './plan.ts'
import { expectTrainable } from './trainable.ts'

/** What the runs of a plan share in one thread: opened once. */
export interface Setting {
  readonly plan: ComparisonPlan
  readonly world: World
  /** The same world with graded rewards, for the common start. */
  readonly gradedWorld: World
  readonly hooks: HookSet
  /** Tasks are solved once, by whichever run meets them first. */
  readonly oracle: AdvantageFunction
  readonly catalogs: CatalogSettings | undefined
}

/** @throws GymError ENV_UNKNOWN, CONFIG_INVALID, and as `expectTrainable` */
export async function openSetting(plan: ComparisonPlan, catalogs?: CatalogSettings): Promise<Setting> {
  const environment = await environments(catalogs).load(plan.environment)
  const open = (options: JsonObject): Promise<World> => openWorld(environment, options)
  const world = await open(plan.options)
  for (const split of [plan.split, plan.heldOutSplit]) world.tasks.size(split)
  const judges = hookSet([await hooks(catalogs).load('success')])
  await expectTrainable(plan.methods, world, judges, catalogs)
  return {
    plan,
    world,
    gradedWorld: await open({ ...plan.options, ...plan.warm.options }),
    hooks: judges,
    oracle: exactAdvantages(world, plan.training.maxSteps),
    catalogs,
  }
}

/** @throws GymError CONFIG_INVALID */
export function methodLabelled({ methods }: ComparisonPlan, label: string) {
  const found = methods.find((method) => method.label === label)
  if (found) return found
  throw new GymError('CONFIG_INVALID', `the comparison has no method ${label}`)
}
