import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const TRAIN = [
  ...['train', '--env', 'grid', '--set', 'world=corridor', '--set', 'size=2', '--set', 'reward=graded'],
  ...['--iterations', '6', '--groups', '3', '--group-size', '6', '--max-steps', '12', '--seed', '2', '--out', 'out'],
]
const FILES = ['checkpoint.safetensors', 'policy.safetensors', 'curves.json', 'curves.svg']
const contentOf = (folder: string): readonly string[] =>
  FILES.map((name) => readFileSync(join(folder, 'out', name), 'hex'))

describe('a training with a reward model', { timeout: 1_800_000 }, () => {
  it.each(['oprl', 'prime'])('by %s is resumed to the same bits', async (estimator) => {
    const [whole, parted] = [newFolder(), newFolder()]
    const train = async (folder: string, ...more: readonly string[]) =>
      runJson([...TRAIN, '--estimator', estimator, ...more], { folder })
    const { json } = await train(whole)
    const versions = new Set<string>()
    for (const { rewardModel } of json.reports) versions.add(rewardModel.version)
    expect(versions.size).toBeGreaterThan(2)
    await train(parted, '--iterations', '3')
    await train(parted, '--resume')
    expect(contentOf(parted)).toEqual(contentOf(whole))
  })
})
