import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { optimalValueFrom } from '../../../evaluation/search/optimal-value.ts'
import type { Cli } from '../../cli.ts'
import type { Chosen, Settings } from '../../config.ts'
import { type ChosenRecipe, chosenAgent, chosenHooks, chosenRecipe, chosenWorld } from '../../find.ts'
import { expectLinked, type LinkedFlags, linkedTasks } from '../../linked.ts'
import { openRecorded } from '../../recorded.ts'
import { type DynamicFlags, dynamicPlan, expectOutcome } from './dynamic.ts'
import {
  type InterventionFlags,
  type InterventionRequest,
  interventionPlan,
  interventionRequest,
  rejudgedPath,
} from './intervention.ts'
import { type RolloutPlan, startsOf, taskIdsOf } from './roll-out.ts'
import { chosenSampling, isSampled } from './sampling.ts'

/** All that a rollout needs, found and opened; nothing is written yet. */
export interface Prepared {
  readonly plan: RolloutPlan
  /** Registered name of the agent: with its options it leads back to the agent. */
  readonly agentName: string
  /** What was chosen over the agent's defaults. */
  readonly agentOptions: JsonObject
  readonly recipe: ChosenRecipe | null
  /** Folder of the run, as it is shown: from the working folder. */
  readonly out: string
  readonly fsync: boolean
}

/** @throws GymError CONFIG_INVALID, TASK_UNKNOWN, and those of anything that cannot be found or opened. */
export async function prepareRollout(
  cli: Cli,
  settings: Settings,
  flags: InterventionFlags & DynamicFlags & LinkedFlags = {},
): Promise<Prepared> {
  const request = interventionRequest(settings, flags)
  if (request) return prepareIntervention(cli, settings, request)
  const { folder } = cli
  const { recipe, groups = 4, groupSize = 4, seed = 0, concurrency = 1, fsync = false } = settings
  const sampling = chosenSampling(settings, { optimal: optimalValueFrom(() => startsOf(plan)) })
  const dynamic = dynamicPlan(flags, groups)
  const chosen = actorOf(settings)
  const world = await chosenWorld(folder, settings)
  const { split = world.tasks.splits[0] ?? '', maxSteps = world.environment.maxSteps } = settings
  const { agent, name: agentName } = await chosenAgent(folder, chosen, world.environment, maxSteps)
  expectTasks(world.tasks.size(split), split)
  const linked = flags.linked === undefined ? null : linkedTasks(folder, flags.linked)
  const plan = { world, agent, groups, groupSize, split, seed, maxSteps, concurrency, sampling, dynamic, linked }
  if (linked) expectLinked(taskIdsOf(plan), linked)
  const hooks = await chosenHooks(folder, settings)
  if (dynamic)
    expectOutcome(
      dynamic,
      [...hooks.outcome, ...hooks.group].map(({ name }) => name),
    )
  return {
    plan: { ...plan, hooks },
    agentName,
    agentOptions: chosen.options,
    recipe: recipe === undefined ? null : await chosenRecipe(folder, recipe),
    out: settings.out ?? freeFolder(folder, world.environment.id),
    fsync,
  }
}

/** In the world of the record, with the seed and the limits of the trajectory. */
async function prepareIntervention(cli: Cli, settings: Settings, request: InterventionRequest): Promise<Prepared> {
  const { folder } = cli
  const { run, world } = await openRecorded(cli, request.from, settings)
  const hooks = await chosenHooks(folder, settings)
  const recorded = await rejudgedPath(world, run, request.trajectory, hooks)
  const { split, seed, maxSteps } = recorded.start
  const chosen = actorOf(settings)
  const { agent, name: agentName } = await chosenAgent(folder, chosen, world.environment, maxSteps)
  const sampling = interventionPlan(request, settings.budget ?? null, recorded)
  return {
    plan: { world, agent, hooks, groups: 1, groupSize: 1, split, seed, maxSteps, concurrency: 1, sampling },
    agentName,
    agentOptions: chosen.options,
    recipe: settings.recipe === undefined ? null : await chosenRecipe(folder, settings.recipe),
    out: settings.out ?? freeFolder(folder, world.environment.id),
    fsync: settings.fsync ?? false,
  }
}

/** @throws GymError CONFIG_INVALID where there is no agent; trees use random actions by default */
export function actorOf(settings: Settings): Chosen {
  if (settings.agent !== undefined) return settings.agent
  if (isSampled(settings)) return { reference: 'random', options: {} }
  throw new GymError('CONFIG_INVALID', NO_AGENT)
}

const NO_AGENT = 'say who acts: --agent expert, --agent random, or agent in a configuration file'

function expectTasks(size: number, split: string): void {
  if (size === 0) throw new GymError('TASK_UNKNOWN', `split ${split} has no tasks: choose another with --split`)
}

/** `runs/<name>-<UTC time>` that is not there yet. */
export function freeFolder(folder: string, name: string, now = new Date()): string {
  const time = now.toISOString().slice(0, 19).replace(/[-:]/g, '')
  const prefix = join('runs', `${name.replace(/@\d+$/, '')}-${time}`)
  for (let number = 1; ; number++) {
    const free = number === 1 ? prefix : `${prefix}-${number}`
    if (!existsSync(resolve(folder, free))) return free
  }
}
