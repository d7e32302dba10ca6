// Plays the same actions on several tasks of an environment, and prints how often each block of the program ran for each
// action: what is equal took the same way through the program, whatever the task hides.
import { Session } from 'node:inspector/promises'
import type { JsonObject } from '../../core/data/types.ts'
import type { Environment } from '../../core/episode/environment.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld, type World } from '../../core/episode/world.ts'

export interface Played {
  /** Module of the environment, as its default export. */
  readonly module: string
  readonly options: JsonObject
  readonly split: string
  /** The tasks whose private parts are compared; the public part is that of the first. */
  readonly tasks: readonly number[]
  readonly actions: readonly JsonObject[] | readonly string[]
}

const session = new Session()

async function blocks(): Promise<string> {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const own = result.filter(({ url }) => url.includes('/dist/') && !url.endsWith('/executed-blocks.js'))
  const ran = own.flatMap(({ url, functions }) =>
    functions.flatMap(({ functionName, ranges }) =>
      ranges
        .filter(({ count }) => count > 0)
        .map(({ startOffset, count }) => `${url.split('/dist/')[1]}:${functionName}:${startOffset} ${count}`),
    ),
  )
  return ran.sort().join('\n')
}

async function play(world: World, { split, tasks, actions }: Played, number: number): Promise<readonly string[]> {
  const open = world.tasks.at(split, tasks[0] ?? 0).public
  const task = { ...world.tasks.at(split, number), public: open }
  const episode = await startEpisode(world, { task, seed: 1 })
  const counts: string[] = []
  for (const action of actions) {
    await blocks()
    await episode.step(action)
    episode.text()
    counts.push(await blocks())
  }
  await episode.close()
  return counts
}

const played = JSON.parse(process.argv[2] ?? '') as Played
const { default: environment } = (await import(played.module)) as { default: Environment }
const world = await openWorld(environment, played.options)
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
// What is made once and kept is made before anything is compared.
for (const number of played.tasks) await play(world, played, number)
const counts: (readonly string[])[] = []
for (const number of played.tasks) counts.push(await play(world, played, number))
console.log(JSON.stringify(counts))
