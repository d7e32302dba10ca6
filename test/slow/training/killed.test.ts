import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { spawned } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const TRAIN = [
  ...['train', '--env', 'grid', '--set', 'world=corridor', '--set', 'size=2', '--set', 'reward=graded'],
  ...['--iterations', '25', '--groups', '3', '--group-size', '3', '--seed', '2', '--out', 'out'],
  ...['--training', 'features=128', '--training', 'hidden=4', '--training', 'evalEvery=0'],
]
const FILES = ['checkpoint.safetensors', 'policy.safetensors', 'curves.json', 'curves.svg']

/** The bytes of a checkpoint, empty as long as there is none. */
const checkpointOf = (folder: string): string => {
  const path = join(folder, 'out/checkpoint.safetensors')
  return existsSync(path) ? readFileSync(path, 'latin1') : ''
}

/** Trains, and is killed once the checkpoint has changed `changes` times; resumes where there is one. */
async function killedAfter(folder: string, changes: number): Promise<number | null> {
  let seen = checkpointOf(folder)
  const more = seen === '' ? [] : ['--resume']
  const { code } = await spawned([...TRAIN, ...more], folder, (kill) => {
    void (async () => {
      for (let left = changes; left > 0; left--) {
        while (checkpointOf(folder) === seen) await setTimeout(5)
        seen = checkpointOf(folder)
      }
      kill('SIGKILL')
    })()
  })
  return code
}

describe('a training that is killed', { timeout: 1_800_000 }, () => {
  it('ends, once resumed, with the same bits as one that was not', async () => {
    const [whole, killed] = [newFolder(), newFolder()]
    expect((await spawned(TRAIN, whole)).code).toBe(0)
    for (const changes of [1, 3, 2, 4]) expect(await killedAfter(killed, changes)).toBeNull()
    expect((await spawned([...TRAIN, '--resume'], killed)).code).toBe(0)
    for (const name of FILES)
      expect(readFileSync(join(killed, 'out', name), 'hex'), name).toBe(readFileSync(join(whole, 'out', name), 'hex'))
  })
})
