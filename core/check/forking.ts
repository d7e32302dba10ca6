import { counted } from '../data/shown.ts'
import { fork, replayMoves, restore, snapshotOf, startGroup } from '../episode/fork.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import {
  differenceOf,
  driveOn,
  pathOfDifference,
  pickAction,
  picking,
  retrace,
  taskSettings,
  traceOf,
} from './drive.ts'
import { expect, NotApplicable } from './report.ts'

export async function checkReplay(world: World): Promise<string> {
  const settings = taskSettings(world, 2)
  const { resetEffects, states, moves } = await traceOf(world, settings, 2)
  const twin = await replayMoves(world, settings, moves, (index) => ({
    kind: 'read',
    recorded: (index < 0 ? resetEffects : moves[index]?.effects) ?? [],
  }))
  const difference = pathOfDifference(states.at(-1), twin.state, 'state')
  expect(difference === null, () => `replay of ${counted(twin.index, 'step')} ends in another state: ${difference}`)
  const effects = moves.reduce((sum, move) => sum + move.effects.length, resetEffects.length)
  return `${counted(moves.length, 'step')}, ${counted(effects, 'effect')}`
}

function expectForkable({ environment }: World): void {
  if (environment.fork === 'none') throw new NotApplicable('it declares that it cannot be forked')
}

export async function checkSnapshot(world: World): Promise<undefined> {
  expectForkable(world)
  const original = await startEpisode(world, taskSettings(world, 2))
  if (original.ending === null) await original.step(pickAction(original, 2))
  const saved = snapshotOf(original)
  const twin = await restore(world, saved)
  const first = await driveOn(original, picking(original, 2, 20))
  const second = await retrace(twin, first.moves)
  const difference = differenceOf(first, second)
  expect(difference === null, () => difference ?? '')
}

export async function checkForks(world: World): Promise<undefined> {
  expectForkable(world)
  const original = await startEpisode(world, taskSettings(world, 2))
  await original.step(pickAction(original, 2))
  if (original.ending !== null) throw new NotApplicable('its episodes may end at the first step')
  const before = original.stateHash()
  const forks = [
    await fork(original),
    await fork(original),
    await fork(original, { rng: 'common' }),
    await fork(original, { rng: 'common' }),
  ]
  expect(
    forks.every((twin) => twin.stateHash() === before),
    () => 'a fork starts from another state',
  )
  const paths = forks.map(({ lineage }) => lineage.forkPath)
  expect(new Set(paths).size === 3 && paths[2] === paths[3], () => `forks draw from ${paths.join(', ')}`)
  const [, , one = original, other = original] = forks
  const first = await driveOn(one, picking(one, 5, 10))
  const difference = differenceOf(first, await retrace(other, first.moves))
  expect(difference === null, () => `common futures differ: ${difference}`)
  await Promise.all(forks.slice(0, 2).map((twin) => driveOn(twin, picking(twin, 6, 10))))
  expect(original.stateHash() === before && original.index === 1, () => 'a fork touched the original')
  await original.close()
}

export async function checkGroups(world: World): Promise<undefined> {
  const { members, startHash } = await startGroup(world, taskSettings(world, 4), 3)
  expect(
    members.every((member) => member.stateHash() === startHash),
    () => 'members start from different states',
  )
  expect(
    new Set(members.map(({ lineage }) => JSON.stringify(lineage.key))).size === 3,
    () => 'members share a random stream',
  )
  await Promise.all(members.map((member) => member.close()))
}
