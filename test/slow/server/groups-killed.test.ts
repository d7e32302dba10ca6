import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, type RemoteGym } from '../../../agents/remote/client.ts'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { GroupClosedEvent } from '../../../core/protocol/index.ts'
import { readRun } from '../../../records/index.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'

const COMMAND = compiledPath('bin/stepgym.ts')
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A server in a process of its own, recording into the folder. */
async function serving(folder: string, port: number): Promise<ChildProcess> {
  const hooks = ['progress', 'success', 'above-others'].flatMap((name) => ['--hook', name])
  const args = ['serve', '--env', 'guess-number', ...hooks, '--record', 'runs', '--port', `${port}`]
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder })
  children.push(child)
  while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    await sleep(50)
  }
  return child
}

const CREDIT = [{ estimator: 'rloo' }, { estimator: 'gigpo' }]
const SIZE = 4

/** Guesses that depend on the seed, the member and the step alone. */
const guessOf = (seed: number, member: number, step: number): string =>
  `${1 + ((seed * 31 + member * 17 + step * 13) % 100)}`

async function playedGroup(gym: RemoteGym, seed: number, pauseMs: number): Promise<GroupClosedEvent> {
  const group = await gym.group({ size: SIZE, seed, credit: CREDIT })
  const playing = group.episodes.map(async (episode, member) => {
    for (let step = 0; episode.ending === null; step++) {
      await episode.step(guessOf(seed, member, step))
      await sleep(pauseMs)
    }
  })
  await Promise.all(playing)
  return group.closed
}

/** Names of episodes and times differ from run to run. */
const bare = ({ members, aborted, credit }: GroupClosedEvent): unknown =>
  JSON.parse(
    JSON.stringify({ members, aborted, credit }, (key, value: unknown) =>
      key === 'latencyMs' || key === 'episode' ? null : value,
    ),
  )

const GROUPS = 36
const PLAYERS = 3
const seeds = Array.from({ length: GROUPS }, (_, seed) => seed)

/** Plays the groups of all seeds, several at once. */
async function playedAll(port: number, pauseMs: number): Promise<ReadonlyMap<number, GroupClosedEvent>> {
  const closed = new Map<number, GroupClosedEvent>()
  const player = async (first: number): Promise<void> => {
    const gym = await connect(`http://127.0.0.1:${port}/guess-number`, { retry: { attempts: 40 } })
    for (let seed = first; seed < GROUPS; seed += PLAYERS) closed.set(seed, await playedGroup(gym, seed, pauseMs))
    await gym.close()
  }
  await Promise.all(Array.from({ length: PLAYERS }, (_, first) => player(first)))
  return closed
}

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

describe('a server that is killed while groups are open', () => {
  it('closes every group once, with the rewards and advantages of a server that was not', async () => {
    const quiet = await freePort()
    await serving(newFolder(), quiet)
    const expected = await playedAll(quiet, 0)

    const [folder, port] = [newFolder(), await freePort()]
    const rng = new Rng(keyOfSeed(12), 0)
    let child = await serving(folder, port)
    let isOver = false
    const playing = playedAll(port, 20).finally(() => {
      isOver = true
    })
    let kills = 0
    while (!isOver && kills < 12) {
      await sleep(rng.int(200, 900))
      if (isOver) break
      await kill(child)
      kills++
      child = await serving(folder, port)
    }
    const closed = await playing
    expect(kills).toBeGreaterThan(3)
    for (const seed of seeds)
      expect([seed, bare(closed.get(seed) ?? fail())]).toEqual([seed, bare(expected.get(seed) ?? fail())])
    await kill(child)
    const groups = [...readRun(join(folder, 'runs', 'guess-number')).groups()].map(({ group }) => group.id)
    expect(new Set(groups).size).toBe(groups.length)
    for (const { group } of closed.values()) expect(groups.filter((id) => id === group)).toHaveLength(1)
  })
})

function fail(): never {
  throw new Error('a group did not close')
}
