import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import grid from '../../envs/grid/index.ts'
import rloo from '../../rewards/advantage/rloo.ts'
import success from '../../rewards/hooks/success.ts'
import { type KeptEnd, keptTraining, openTraining, TRAINING_FILES } from '../../training/index.ts'
import { newFolder } from '../support/folder.ts'

const world = await openWorld(grid, { world: 'corridor', size: 2, reward: 'graded' })
const SETUP = {
  ...{ world, hooks: hookSet([success]), advantages: { estimator: rloo }, seed: 8 },
  options: {
    ...{ iterations: 4, groups: 3, groupSize: 3, tasks: 3, maxSteps: 8, features: 64, hidden: 3 },
    ...{ evalEvery: 2, evalTasks: 2, evalEpisodes: 1 },
  },
}
const IDENTITY = { seed: 8 }

/** Trains until `most` iterations are done in this process, which then ends without a word. */
async function trained(folder: string, isResumed: boolean, most = Number.POSITIVE_INFINITY): Promise<KeptEnd | null> {
  const keeping = { folder, identity: IDENTITY, isResumed }
  const training = keptTraining(SETUP, keeping, openTraining(keeping))
  for (let done = 0; done < most; done++) {
    const next = await training.next()
    if (next.done) return next.value
  }
  return null
}

const bytesOf = (folder: string): readonly string[] =>
  Object.values(TRAINING_FILES).map((name) => readFileSync(join(folder, name), 'hex'))

describe('a training that is kept', () => {
  it('ends with the same weights and reports wherever it was cut off, also in the middle of a write', async () => {
    const whole = newFolder()
    const end = await trained(whole, false)
    for (const cut of [1, 3]) {
      const parted = newFolder()
      await trained(parted, false, cut)
      writeFileSync(join(parted, `${TRAINING_FILES.checkpoint}.tmp`), 'torn')
      expect(await trained(parted, true)).toEqual(end)
      expect(bytesOf(parted)).toEqual(bytesOf(whole))
    }
  })

  it('that has ended is resumed to the same end', async () => {
    const folder = newFolder()
    const end = await trained(folder, false)
    expect(await trained(folder, true)).toEqual(end)
  })

  it('can be cut off at every iteration', async () => {
    const [folder, whole] = [newFolder(), newFolder()]
    for (let part = 0; part < 4; part++) await trained(folder, part > 0, 1)
    expect(await trained(folder, true)).toEqual(await trained(whole, false))
  })
})
