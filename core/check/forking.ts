import { fork, replayMoves, restore, snapshotOf, startGroup } from '../episode/fork.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import { differenceOf, driveOn, pickAction, taskSettings } from './drive.ts'
import { expect, NotApplicable } from './report.ts'

export async function checkReplay(world: World): Promise<string> {
  const settings = taskSettings(world, 2)
  const original = await startEpisode(world, settings)
  const { resetEffects } = original
  const trace = await driveOn(original, (step) => (step < 30 ? pickAction(original, 2) : null))
  const twin = await replayMoves(world, settings, trace.moves, (index) => ({
    kind: 'read',
    recorded: (index < 0 ? resetEffects : trace.moves[index]?.effects) ?? [],
  }))
  const last = trace.hashes.at(-1)
  expect(twin.stateHash() === last, () => `replay ends in another state after ${twin.index} steps`)
  return `${trace.moves.length} steps, ${trace.moves.reduce((sum, { effects }) => sum + effects.length, resetEffects.length)} effects`
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
  const second = await driveOn(twin, (step) => (step < 20 ? pickAction(twin, 2) : null))
  const first = await driveOn(original, (step) => (step < 20 ? pickAction(original, 2) : null))
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
  const common = await Promise.all(
    forks.slice(2).map((twin) => driveOn(twin, (step) => (step < 10 ? pickAction(twin, 5) : null))),
  )
  const [first, second] = common
  expect(
    first !== undefined && second !== undefined && differenceOf(first, second) === null,
    () => 'common futures differ',
  )
  await Promise.all(forks.slice(0, 2).map((twin) => driveOn(twin, (step) => (step < 10 ? pickAction(twin, 6) : null))))
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
    () => 'members share their luck',
  )
  await Promise.all(members.map((member) => member.close()))
}
