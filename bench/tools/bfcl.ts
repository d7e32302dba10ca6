import { openWorld, type World } from '../../core/episode/world.ts'
import { type Episode, expectSync, startEpisode } from '../../core/index.ts'
import type { BfclEpisode } from '../../envs/tools/bfcl/episode.ts'
import { namedArguments } from '../../envs/tools/bfcl/ground-truth.ts'
import bfcl, { type BfclResources } from '../../envs/tools/bfcl/index.ts'
import { printRates, rates, retainedBytes, rounded } from '../measure.ts'

/*
 * What an episode of BFCL's services costs on generated tasks: a step with the first gold call of its task, a reset, and
 * the bytes of an episode after that call. Once with short answers, once with all of them filled up.
 */
const EPISODES = 10_000
const STEPS_OF_ONE = 20

for (const longContext of [0, 1]) {
  const name = longContext === 0 ? 'bfcl, short answers' : 'bfcl, long_context'
  const world = await openWorld(bfcl, { longContext, missingFunctions: 0, missingDetails: 0 })
  printRates(name, 'times', await rates(entriesOf(world)))
  const bytes = retainedBytes(() => Array.from({ length: EPISODES }, (_, number) => diverged(world, number)))
  console.log(
    `${name}: ${EPISODES.toLocaleString('en-US')} diverged episodes at once, ${rounded(bytes / EPISODES)} bytes each`,
  )
}

function entriesOf(world: World) {
  const action = firstCall(world, started(world, 0))
  return [
    { name: 'step with a call', count: 2000, run: (count: number) => steps(world, action, count) },
    {
      name: 'reset',
      count: 2000,
      run(count: number) {
        for (let number = 0; number < count; number++) started(world, number)
      },
    },
  ]
}

function started(world: World, number: number): Episode {
  const task = world.tasks.at('train', number % world.tasks.size('train'))
  return expectSync(startEpisode(world, { task, seed: number, maxSteps: 1_000_000 }))
}

/** The first call that the episode's task asks for. */
function firstCall(world: World, episode: Episode): object | string {
  const open = (world.resources as BfclResources).open((episode.state as BfclEpisode).task)
  const call = open.gold.flatMap(({ calls }) => calls)[0]
  return call ? { name: call.name, arguments: namedArguments(open.world, call) } : 'Done.'
}

/** A fresh episode now and then, for its record grows and a turn has a limit of steps. */
function steps(world: World, action: object | string, count: number): void {
  let episode = started(world, 0)
  for (let step = 0; step < count; step++) {
    if (episode.index >= STEPS_OF_ONE) episode = started(world, 0)
    expectSync(episode.step(action))
    episode.text()
  }
}

function diverged(world: World, number: number): Episode {
  const episode = started(world, number)
  expectSync(episode.step(firstCall(world, episode)))
  return episode
}
