import { type Form, formOf } from '../agents/chat/form.ts'
import { systemPrompt } from '../agents/chat/prompt.ts'
import { toolsOf } from '../core/episode/tools.ts'
import type { World } from '../core/episode/world.ts'
import type { Survey } from './survey.ts'

/** What the conversations of one task begin with. */
export interface TaskSetting {
  readonly form: Form
  /** Null where the environment of the run is not here. */
  readonly system: string | null
}

/** Settings that are kept: environments may have any number of tasks. */
const MOST_KEPT = 256

/**
 * The settings of a run's tasks. The environment has the policy, the tools and the public part of each task; without it,
 * actions alone say whether they are calls of tools.
 */
export class TaskSettings {
  readonly #world: World | null
  readonly #bare: TaskSetting
  readonly #kept = new Map<string, TaskSetting>()

  /** @param world That of the run; null where it is not here. */
  constructor(world: World | null, { hasTextActions }: Pick<Survey, 'hasTextActions'>) {
    this.#world = world
    this.#bare = { form: hasTextActions ? { kind: 'text' } : { kind: 'tools', tools: [] }, system: null }
  }

  /** @throws GymError TASK_UNKNOWN, ENV_FAILED, ENV_INVALID */
  async of(taskId: string): Promise<TaskSetting> {
    if (this.#world === null) return this.#bare
    const known = this.#kept.get(taskId)
    if (known) return known
    const setting = await settingIn(this.#world, taskId)
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(taskId, setting)
    return setting
  }
}

async function settingIn(world: World, taskId: string): Promise<TaskSetting> {
  const { environment, tasks } = world
  const task = tasks.byRecordedId(taskId).public
  const setting = { environment: environment.id, task, actionSchema: environment.actionSchema }
  const form = await formOf({ setting, listTools: () => (environment.tools ? toolsOf(world, null) : null) })
  return { form, system: systemPrompt(form, '', setting) }
}
