import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../core/data/rng.ts'
import { openWorld } from '../../core/episode/world.ts'
import guessNumber from '../../envs/guess-number.ts'
import { readRun } from '../../records/reader.ts'
import { replayRun } from '../../records/replay.ts'
import { compiledPath } from '../support/compiled.ts'
import { newFolder } from '../support/folder.ts'
import { share } from '../support/long.ts'

const ROUNDS = share(3, 5)
const WRITER = compiledPath('test/records/crash-writer.ts')

/** Starts a writer, lets it acknowledge something, and kills it at a moment of its own; returns what it acknowledged. */
async function writeUntilKilled(folder: string, life: string, delayMs: number): Promise<readonly string[]> {
  const output = join(newFolder(), 'acknowledged')
  const fd = openSync(output, 'w')
  const writer = spawn(process.execPath, [WRITER, folder, life], { stdio: ['ignore', fd, 'inherit'] })
  closeSync(fd)
  const exit = once(writer, 'exit')
  await somethingIn(output, writer)
  await sleep(delayMs)
  writer.kill('SIGKILL')
  const [, signal] = await exit
  expect(signal).toBe('SIGKILL')
  return readFileSync(output, 'utf8').split('\n').slice(0, -1)
}

async function somethingIn(path: string, writer: ChildProcess): Promise<void> {
  while (statSync(path).size === 0) {
    if (writer.exitCode !== null) throw new Error(`the writer ended by itself with ${writer.exitCode}`)
    await sleep(5)
  }
}

function recordedIn(folder: string): ReadonlySet<string> {
  const recorded = new Set<string>()
  for (const { trajectory, isFinished } of readRun(folder).trajectories()) {
    for (const { index } of trajectory.steps) recorded.add(`${trajectory.id} ${index}`)
    if (isFinished) recorded.add(`${trajectory.id} end`)
  }
  return recorded
}

describe('kill -9', () => {
  it.each(share([1], [1, 2]))(
    'loses nothing that was acknowledged, however often one run is struck (seed %i)',
    async (seed) => {
      const folder = join(newFolder(), 'run')
      const rng = new Rng({ word0: seed, word1: 0 }, 0)
      const acknowledged: string[] = []
      for (let round = 0; round < ROUNDS; round++) {
        acknowledged.push(...(await writeUntilKilled(folder, `${round}`, rng.int(0, 120))))
        const recorded = recordedIn(folder)
        expect(acknowledged.filter((entry) => !recorded.has(entry))).toEqual([])
        // Only what was in progress in each life may be recorded without having been acknowledged.
        expect(recorded.size - acknowledged.length).toBeLessThanOrEqual(round + 1)
      }
      expect(acknowledged.length).toBeGreaterThan(ROUNDS)
      for await (const { divergence } of replayRun(await openWorld(guessNumber), readRun(folder)))
        expect(divergence).toBeNull()
    },
  )
})
