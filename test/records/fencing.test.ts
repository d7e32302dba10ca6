import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun, type Recorder } from '../../records/recorder.ts'
import { newFolder } from '../support/folder.ts'
import { pauseElsewhere } from './elsewhere.ts'
import { setupOf } from './scene.ts'
import { failing, rollOut, world } from './stories.ts'

const SETUP = setupOf(world)
const TAKEN_OVER = expect.objectContaining({
  code: 'RECORD_FAILED',
  message: expect.stringContaining('another process has taken it over'),
})

const idsIn = (folder: string): readonly string[] =>
  [...readRun(folder).trajectories()].map(({ trajectory }) => trajectory.id)

describe.skipIf(process.platform !== 'linux')('a writer whose run was taken over while it was paused', () => {
  it.each([
    ['in a long segment', 2 ** 20],
    ['where each line begins a segment', 1],
  ])('adds nothing to it, and is not answered as if it had, %s', async (_, maxSegmentBytes) => {
    const folder = newFolder()
    const paused = createRun(folder, SETUP, { maxSegmentBytes })
    await rollOut(paused, 'before')
    pauseElsewhere(folder)
    const next = openRun(folder, SETUP, { maxSegmentBytes })
    await rollOut(next, 'meanwhile')
    await expect(rollOut(paused, 'lost')).rejects.toEqual(TAKEN_OVER)
    await rollOut(next, 'after')
    await expect(rollOut(paused, 'lost too')).rejects.toEqual(TAKEN_OVER)
    paused.close()
    await rollOut(next, 'last')
    next.close()
    expect(idsIn(folder)).toEqual(['before', 'meanwhile', 'after', 'last'])
    expect(readdirSync(folder).sort()).toEqual(['epoch', 'manifest.json', 'segments'])
  })

  it('loses nothing that it had recorded, however often the run changes hands', async () => {
    const folder = newFolder()
    const writers: Recorder[] = [createRun(folder, SETUP)]
    for (let turn = 0; turn < 5; turn++) {
      const writer = writers[turn]
      if (writer) await rollOut(writer, `turn ${turn}`)
      pauseElsewhere(folder)
      writers.push(openRun(folder, SETUP))
      for (const earlier of writers.slice(0, -1))
        await expect(rollOut(earlier, `late in turn ${turn}`)).rejects.toEqual(TAKEN_OVER)
    }
    for (const writer of writers) writer.close()
    expect(idsIn(folder)).toEqual([0, 1, 2, 3, 4].map((turn) => `turn ${turn}`))
    expect(writers.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('the epoch of a writer', () => {
  it('is greater than that of every writer before', () => {
    const folder = newFolder()
    const epochs = [createRun, openRun, openRun].map((open) => {
      const log = open(folder, SETUP)
      log.close()
      return log.epoch
    })
    expect(epochs).toEqual([1, 2, 3])
    expect(readFileSync(join(folder, 'epoch'), 'utf8')).toBe('3\n')
  })

  it.each(['', 'three', '-1', '1e9', `${2 ** 60}`, 'x'.repeat(100)])('is not read from a damaged file: %j', (text) => {
    const folder = newFolder()
    createRun(folder, SETUP).close()
    writeFileSync(join(folder, 'epoch'), text)
    expect(failing(() => openRun(folder, SETUP))).toMatchObject({
      code: expect.stringMatching(/^RECORD_(CORRUPT|FAILED)$/),
    })
    expect(readdirSync(folder).sort()).toEqual(['epoch', 'manifest.json', 'segments'])
  })
})
