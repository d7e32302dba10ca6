import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import grid from '../../envs/grid/index.ts'
import rloo from '../../rewards/advantage/rloo.ts'
import success from '../../rewards/hooks/success.ts'
import {
  begunTraining,
  inTrainingFolder,
  type KeptEnd,
  keptTraining,
  openTraining,
  TRAINING_FILES,
  type TrainingSetup,
} from '../../training/index.ts'
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
async function trained(
  folder: string,
  isResumed: boolean,
  most = Number.POSITIVE_INFINITY,
  setup: TrainingSetup = SETUP,
): Promise<KeptEnd | null> {
  const keeping = { folder, identity: IDENTITY, isResumed }
  const training = keptTraining(setup, keeping, openTraining(keeping))
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

  it('that is interrupted or killed in its first iteration is resumed to the same end', async () => {
    const [whole, interrupted, killed] = [newFolder(), newFolder(), newFolder()]
    const end = await trained(whole, false)
    const stopped = await trained(interrupted, false, 1, { ...SETUP, signal: AbortSignal.abort() })
    expect(stopped).toMatchObject({ isInterrupted: true, reports: [], state: { iteration: 0 } })
    await begunTraining(SETUP, { folder: killed, identity: IDENTITY })
    for (const folder of [interrupted, killed]) {
      expect(await trained(folder, true)).toEqual(end)
      expect(bytesOf(folder)).toEqual(bytesOf(whole))
    }
  })

  it('begins again in a folder where it was killed while it wrote its first checkpoint', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, `${TRAINING_FILES.checkpoint}.tmp`), 'torn')
    mkdirSync(join(folder, 'lock'))
    expect(await trained(folder, false, 0)).toBeNull()
    writeFileSync(join(folder, 'other'), '')
    await expect(trained(folder, false)).rejects.toThrow(/is not empty/)
  })

  it('has its folder alone: of several that begin or continue there at once, one does', async () => {
    const folder = join(newFolder(), 'made')
    const begin = (isResumed = false) =>
      inTrainingFolder({ folder, isResumed }, () => trained(folder, isResumed)).catch(({ code }) => code)
    expect((await Promise.all([begin(), begin(), begin(true)])).slice(1)).toEqual(['RECORD_FAILED', 'RECORD_FAILED'])
    expect(readdirSync(folder).sort()).toEqual(Object.values(TRAINING_FILES).sort())
    expect(await begin(true)).toMatchObject({ isInterrupted: false })
  })

  it('gives its folder free where it fails, and makes none for what cannot be resumed', async () => {
    const [folder, missing] = [newFolder(), join(newFolder(), 'missing')]
    const failed = inTrainingFolder({ folder }, () => trained(folder, false, 1, { ...SETUP, split: 'none' }))
    await expect(failed).rejects.toThrow('none')
    expect(readdirSync(folder)).toEqual([])
    await expect(inTrainingFolder({ folder: missing, isResumed: true }, () => trained(missing, true))).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    )
    expect(existsSync(missing)).toBe(false)
  })

  it('writes nothing for settings that cannot be used', async () => {
    const folder = newFolder()
    await expect(trained(folder, false, 1, { ...SETUP, split: 'none' })).rejects.toThrow()
    expect(readdirSync(folder)).toEqual([])
  })

  it('fails with RECORD_FAILED where its folder or its files cannot be written', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    const failed = expect.objectContaining({ code: 'RECORD_FAILED' })
    await expect(trained(join(folder, 'file'), false)).rejects.toThrow(failed)
    await expect(trained(join(folder, 'file', 'within'), false)).rejects.toThrow(failed)
    const training = keptTraining(SETUP, { folder: join(folder, 'gone'), identity: IDENTITY }, null)
    await expect(training.next()).rejects.toThrow(failed)
  })
})
