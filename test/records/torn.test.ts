import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../records/reader.ts'
import { openRun } from '../../records/recorder.ts'
import { newFolder } from '../support/folder.ts'
import { linesOf, segmentOf, setupOf, tear } from './scene.ts'
import { ended, newRun, START, STEP, world } from './stories.ts'

const endOf = (lines: readonly string[], index: number): number =>
  Buffer.byteLength(`${lines.slice(0, index + 1).join('\n')}\n`)

function tornBytesOf(folder: string): Buffer {
  const place = join(folder, 'torn')
  return existsSync(place)
    ? Buffer.concat(readdirSync(place).map((name) => readFileSync(join(place, name))))
    : Buffer.of()
}

describe('a torn run', () => {
  it('reads as what was written whole, cut at any byte, and is not changed by reading', async () => {
    const folder = ended()
    const bytes = readFileSync(segmentOf(folder))
    const lines = linesOf(folder)
    for (let cut = bytes.length; cut >= 0; cut--) {
      truncateSync(segmentOf(folder), cut)
      const run = readRun(folder)
      expect([...run.entries()]).toHaveLength(lines.filter((_, i) => endOf(lines, i) <= cut).length)
      expect(run.tornBytes).toBe(cut - (bytes.subarray(0, cut).lastIndexOf(10) + 1))
      expect(readFileSync(segmentOf(folder))).toHaveLength(cut)
    }
  })

  it('is repaired when it is continued, without losing a byte, with its last line cut at any byte', async () => {
    const whole = ended()
    const bytes = readFileSync(segmentOf(whole))
    const beforeLast = endOf(linesOf(whole), linesOf(whole).length - 2)
    const folder = join(newFolder(), 'run')
    for (let cut = beforeLast; cut <= bytes.length; cut++) {
      cpSync(whole, folder, { recursive: true })
      truncateSync(segmentOf(folder), cut)
      const log = openRun(folder, setupOf(world))
      expect(Buffer.concat([readFileSync(segmentOf(folder)), tornBytesOf(folder)])).toEqual(bytes.subarray(0, cut))
      log.episodeStarted({ ...START, trajectoryId: 'next' })
      log.close()
      expect([...readRun(folder).trajectories()]).toHaveLength(2)
      rmSync(folder, { recursive: true })
    }
  })

  it('keeps the torn bytes of every crash apart, even if it tore at the same place', async () => {
    const [folder, log] = newRun()
    log.close()
    for (const tail of ['{"type":"st', '{"type":"end"']) {
      tear(folder, tail)
      openRun(folder, setupOf(world)).close()
    }
    const torn = readdirSync(join(folder, 'torn')).map((name) => readFileSync(join(folder, 'torn', name), 'utf8'))
    expect(torn.sort()).toEqual(['{"type":"end"', '{"type":"st'])
  })

  it('continues with a trajectory that the crash interrupted', async () => {
    const [folder, log] = newRun()
    log.close()
    tear(folder, '{"type":"step","trajec')
    const again = openRun(folder, setupOf(world))
    again.stepTaken({ ...STEP, index: 2, observation: 'two', nextObservation: 'three' })
    again.close()
    const [only] = [...readRun(folder).trajectories()]
    expect(only?.trajectory.steps.map(({ observation }) => observation)).toEqual(['zero', 'one', 'two'])
  })
})
