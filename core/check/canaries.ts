import { messageOf } from '../data/errors.ts'
import type { Json, Task } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import { pickAction, taskSettings } from './drive.ts'
import { expect, NotApplicable } from './report.ts'

const CANARY = 'zqcanaryqz'

/**
 * Plants a canary in every private string of a task and looks for it in everything an agent can receive:
 * observation, every view, info, admissible actions, public state, the messages of refusals and errors.
 */
export async function expectNoLeak(world: World): Promise<string | undefined> {
  const settings = taskSettings(world, 3)
  if (settings.task.private === null) throw new NotApplicable('its tasks have no private part')
  const planted = [withCanaries(settings.task, suffixed), withCanaries(settings.task, (text) => text)]
  const seen = await Promise.all(planted.map((task) => seenOf(world, { ...settings, task })))
  const leak = seen.flat().find((text) => text.includes(CANARY))
  expect(leak === undefined, () => `a private part of the task reaches the agent: ${excerptAround(leak ?? '')}`)
  return `${seen.flat().length} texts searched`
}

const suffixed = (text: string): string => `${text}${CANARY}`

/** The task with every private string changed, and one private field more. */
function withCanaries(task: Task, change: (text: string) => string): Task {
  const planted = planting(task.private, change)
  const isObject = typeof planted === 'object' && planted !== null && !Array.isArray(planted)
  return { ...task, private: isObject ? { ...planted, [CANARY]: CANARY } : planted }
}

function planting(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => planting(item, change))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, planting(item, change)]))
}

/** What an agent can see of an episode that is driven with good and bad actions; failures count by their message. */
async function seenOf(world: World, settings: Parameters<typeof startEpisode>[1]): Promise<readonly string[]> {
  const seen: string[] = []
  try {
    const episode = await startEpisode(world, settings)
    seen.push(...shownBy(episode))
    for (let step = 0; step < 20 && episode.ending === null; step++) {
      const taken = await episode.step(step % 5 === 4 ? { bad: CANARY.length } : pickAction(episode, 3))
      seen.push(JSON.stringify(taken.info), ...shownBy(episode))
    }
    await episode.close()
  } catch (thrown) {
    seen.push(messageOf(thrown))
  }
  return seen
}

function shownBy(episode: Episode): readonly string[] {
  const { environment } = episode.world
  const views = Object.keys(environment.observe).map((mode) => episode.view(mode))
  return [...views, JSON.stringify(episode.actions()), JSON.stringify(episode.publicState())]
}

const excerptAround = (text: string): string => {
  const at = text.indexOf(CANARY)
  return text.slice(Math.max(0, at - 80), at + 80)
}
