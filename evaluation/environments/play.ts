import type { Group } from '../../core/data/types.ts'
import type { EpisodeSettings } from '../../core/episode/settings.ts'
import type { World } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import { groupSeed } from '../../core/rollout/group-seed.ts'
import success from '../../rewards/hooks/success.ts'

/** Groups that an environment is measured by. */
export interface PlaySettings {
  /** Groups of each agent, one task each. */
  readonly groups: number
  /** Members of a group. */
  readonly groupSize: number
  readonly seed: number
}

/** What an agent played. */
export interface Played {
  readonly groups: readonly Group[]
  /** Mean number of admissible actions where it acted; null where the environment lists none. */
  readonly actions: number | null
  /** Wall time of a step in milliseconds, agent included; null where none was taken. */
  readonly msPerStep: number | null
}

const HOOKS = hookSet([success])

/** Plays groups of the first tasks of the first split, one after the other. @throws GymError as `rolloutGroup` */
export async function playGroups(world: World, agent: Agent, settings: PlaySettings): Promise<Played> {
  const counting = new ActionCount(agent)
  const groups: Group[] = []
  const began = performance.now()
  for (let number = 0; number < settings.groups; number++) {
    const { groupSize: size, seed } = settings
    const group = { groupId: `${number}`, size, agent: counting, hooks: HOOKS, runKey: '' }
    groups.push(await rolloutGroup(world, startOf(world, seed, number), group))
  }
  const steps = groups.flatMap(({ trajectories }) => trajectories).reduce((sum, each) => sum + each.steps.length, 0)
  return {
    groups,
    actions: counting.mean,
    msPerStep: steps === 0 ? null : (performance.now() - began) / steps,
  }
}

function startOf(world: World, seed: number, number: number): EpisodeSettings {
  const [split = ''] = world.tasks.splits
  return { task: world.tasks.at(split, number % world.tasks.size(split)), seed: groupSeed(seed, number) }
}

/** An agent that counts what it could have done. */
class ActionCount implements Agent {
  readonly name: string
  readonly isPrivileged: boolean
  readonly #agent: Agent
  #turns = 0
  #actions = 0
  #areListed = true

  constructor(agent: Agent) {
    this.name = agent.name
    this.isPrivileged = agent.isPrivileged ?? false
    this.#agent = agent
  }

  act(...given: Parameters<Agent['act']>): ReturnType<Agent['act']> {
    const [{ actions }] = given
    this.#turns++
    this.#actions += actions?.length ?? 0
    this.#areListed &&= actions !== null
    return this.#agent.act(...given)
  }

  get mean(): number | null {
    return this.#areListed && this.#turns > 0 ? this.#actions / this.#turns : null
  }
}
