import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Step, Trajectory } from '../../core/data/types.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun, type Recorder } from '../../records/recorder.ts'
import type { WriteBytes } from '../../records/segments.ts'
import { newFolder } from '../support/folder.ts'
import { linesOf, segmentOf, setupOf } from './scene.ts'
import { failing, rollOut, START, world } from './stories.ts'

const ENV = { name: 'env', version: 1, latencyMs: 0 }
const silent: RunLog = {
  episodeStarted() {},
  stepTaken() {},
  episodeEnded() {},
  rewardsArrived() {},
  groupClosed() {},
}

describe('what must not be recorded', () => {
  const newRun = async (): Promise<readonly [string, Recorder, Trajectory]> => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    return [folder, log, await rollOut(log, 't')]
  }

  it('is refused without harm to the run: what no reader could place', async () => {
    const [folder, log, trajectory] = await newRun()
    const [step] = trajectory.steps
    if (!step) throw new Error('a rollout has steps')
    const before = readFileSync(segmentOf(folder))
    const reward = { name: 'x', version: 1, latencyMs: 0, value: 1 }
    const group = { id: 'g', environment: 'walk@1', taskId: 'short', startTag: '', trajectories: [], aborted: [] }
    const { start } = [...readRun(folder).trajectories()][0] ?? {}
    if (!start) throw new Error('a run has its trajectory')
    const refused: readonly (() => void)[] = [
      () => log.episodeStarted(start),
      () => log.episodeStarted({ ...start, trajectoryId: 'u', environment: 'swim@1' }),
      () => log.stepTaken(step),
      () => log.stepTaken({ ...step, trajectoryId: 'u' }),
      () => log.episodeEnded(trajectory),
      () => log.rewardsArrived([{ trajectoryId: 'u', index: null, reward }]),
      () => log.rewardsArrived([{ trajectoryId: 't', index: 99, reward }]),
      () => log.groupClosed({ ...group, trajectories: [trajectory] }),
    ]
    for (const refuse of refused) expect(failing(refuse).code).toBe('RECORD_FAILED')
    expect(readFileSync(segmentOf(folder))).toEqual(before)
    log.rewardsArrived([])
    log.rewardsArrived([{ trajectoryId: 't', index: 0, reward }])
    log.close()
    expect([...readRun(folder).trajectories()][0]?.trajectory.steps[0]?.rewards).toContainEqual(reward)
  })

  it('is refused: what JSON cannot carry, and steps out of order', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const { steps } = await rollOut({ ...silent, episodeStarted: (start) => log.episodeStarted(start) }, 't')
    const [first, second] = steps
    if (!first || !second) throw new Error('a rollout has steps')
    const info: Record<string, Step['info']> = {}
    info.loop = info
    expect(failing(() => log.stepTaken({ ...first, info })).message).toMatch(/circular/)
    expect(failing(() => log.stepTaken(second)).message).toMatch(/step 1 of trajectory t comes where step 0 should/)
    expect(failing(() => log.stepTaken({ ...first, rewards: [{ ...ENV, value: Number.NaN }] })).message).toMatch(/NaN/)
    log.stepTaken(first)
    log.stepTaken(second)
    log.close()
    expect([...readRun(folder).trajectories()][0]?.trajectory.steps).toStrictEqual([first, second])
  })
})

describe('a disk that cannot be written', () => {
  /** Takes so many bytes, then says what a full disk says; the last entry is there in part. */
  const fullAfter = (room: number): WriteBytes => {
    let left = room
    return (fd, bytes, offset, length) => {
      const count = Math.min(length, left)
      if (count === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      left -= count
      return writeSync(fd, bytes, offset, count)
    }
  }

  it('fails the entry that did not fit and all after it, and the run continues from the last whole one', async () => {
    for (const room of [0, 1, 700, 1500]) {
      const folder = newFolder()
      const log = createRun(folder, setupOf(world), { write: fullAfter(room) })
      const acknowledged: string[] = []
      const counting: RunLog = {
        ...silent,
        episodeStarted: (start) => {
          log.episodeStarted(start)
          acknowledged.push(start.trajectoryId)
        },
        stepTaken: (step) => {
          log.stepTaken(step)
          acknowledged.push(`${step.trajectoryId} ${step.index}`)
        },
      }
      const rolling = Promise.all([rollOut(counting, 'a'), rollOut(counting, 'b')])
      await expect(rolling).rejects.toMatchObject({ code: 'RECORD_FAILED', message: expect.stringMatching(/ENOSPC/) })
      expect(failing(() => log.episodeStarted({ ...START, trajectoryId: 'c' })).message).toMatch(/ENOSPC.*: make room/)
      log.close()
      openRun(folder, setupOf(world)).close()
      expect(linesOf(folder)).toHaveLength(acknowledged.length)
    }
  })

  it('does not fail if it writes an entry in pieces', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world), {
      write: (fd, bytes, offset, length) => writeSync(fd, bytes, offset, Math.min(length, 7)),
    })
    const trajectory = await rollOut(log, 't')
    log.close()
    expect([...readRun(folder).trajectories()][0]?.trajectory).toStrictEqual(trajectory)
  })

  it('fails rather than waits if it takes nothing and says nothing', async () => {
    const log = createRun(newFolder(), setupOf(world), { write: () => 0 })
    await expect(rollOut(log, 't')).rejects.toMatchObject({ code: 'RECORD_FAILED' })
    log.close()
  })

  it('says so once it is closed', async () => {
    const log = createRun(newFolder(), setupOf(world))
    log.close()
    await expect(rollOut(log, 't')).rejects.toThrow(/it was closed/)
  })

  it('is refused if a file has its name, or if it cannot be created', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(failing(() => createRun(join(folder, 'file', 'run'), setupOf(world))).code).toBe('RECORD_FAILED')
    expect(failing(() => createRun(join(folder, 'file'), setupOf(world))).code).toBe('RECORD_FOREIGN')
  })
})
