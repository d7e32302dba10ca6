import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CollectedTrajectories } from '../../records/collected.ts'
import { ReadingPlace } from '../../records/entries.ts'
import { type Run, readRun } from '../../records/reader.ts'
import { createRun } from '../../records/recorder.ts'
import { newFolder } from '../support/folder.ts'
import { forge } from '../support/sealed-lines.ts'
import { groupOf, logAll, stories, story, trajectoryOf } from './arbitrary.ts'
import { segmentOf, setupOf, tear } from './scene.ts'
import { newRun, START, STEP, world, writeStories } from './stories.ts'

/** All trajectories of a run, from one pass. */
function collected(run: Run) {
  const trajectories = new CollectedTrajectories()
  for (const entry of run.entries()) trajectories.take(entry)
  return trajectories.all()
}

/** A run that grows to be another one, so many bytes at a time; those of the last repeat. */
function* grown(whole: string, to: string, parts: readonly number[]): Generator<Run> {
  mkdirSync(join(to, 'segments'), { recursive: true })
  copyFileSync(join(whole, 'manifest.json'), join(to, 'manifest.json'))
  let turn = 0
  const names = readdirSync(join(whole, 'segments')).sort()
  for (const [number, name] of names.entries()) {
    // A writer makes the next segment before it says that there is one.
    for (const made of names.slice(number, number + 2)) appendFileSync(join(to, 'segments', made), '')
    const bytes = readFileSync(join(whole, 'segments', name))
    for (let at = 0; at < bytes.length; ) {
      const end = at + (parts[turn++ % parts.length] ?? 1)
      appendFileSync(join(to, 'segments', name), bytes.subarray(at, end))
      at = end
      yield readRun(to)
    }
  }
}

describe('the record reader', () => {
  it('gives back exactly what was logged, with any texts, numbers and keys', async () => {
    fc.assert(
      fc.property(stories, fc.integer({ min: 1, max: 3000 }), (sample, maxSegmentBytes) => {
        const folder = join(newFolder(), 'run')
        writeStories(folder, sample, maxSegmentBytes)
        const run = readRun(folder)
        const read = new Map([...run.trajectories()].map((each) => [each.start.trajectoryId, each]))
        for (const each of sample) {
          const recorded = read.get(each.start.trajectoryId)
          expect(recorded?.start).toStrictEqual(each.start)
          expect(recorded?.trajectory).toStrictEqual(trajectoryOf(each, true))
          expect(recorded?.isFinished).toBe(each.end !== null)
        }
        expect(read.size).toBe(3)
        expect(collected(run)).toStrictEqual([...run.trajectories()])
        const [, b, c] = sample
        expect([...run.groups()].map(({ group }) => group)).toStrictEqual([groupOf('g', [b, c], false)])
        expect(Object.keys({})).toEqual([])
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 80 },
    )
  })

  it('reads in parts what it reads at once, wherever a run stood when a part was read', () => {
    const cuts = fc.array(fc.integer({ min: 150, max: 4000 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(stories, fc.integer({ min: 300, max: 3000 }), cuts, (sample, maxSegmentBytes, parts) => {
        const [whole, growing] = [join(newFolder(), 'run'), join(newFolder(), 'run')]
        writeStories(whole, sample, maxSegmentBytes)
        const place = new ReadingPlace()
        const trajectories = new CollectedTrajectories()
        let entries = 0
        for (const step of grown(whole, growing, parts)) {
          for (const entry of step.entriesFrom(place)) {
            trajectories.take(entry)
            entries++
          }
          trajectories.all()
        }
        expect(entries).toBe([...readRun(whole).entries()].length)
        expect(trajectories.all()).toStrictEqual([...readRun(whole).trajectories()])
      }),
      { numRuns: 12 },
    )
  })

  it('streams a run that is being written, as far as it was when it was opened', async () => {
    const [folder, log] = newRun()
    const run = readRun(folder)
    log.episodeStarted({ ...START, trajectoryId: 'later' })
    expect([...run.trajectories()].map(({ start }) => start.trajectoryId)).toEqual(['t'])
    expect([...readRun(folder).trajectories()]).toHaveLength(2)
    log.close()
  })

  it('says of a trajectory without an end that it is not finished', async () => {
    const [folder, log] = newRun()
    log.close()
    const [only] = [...readRun(folder).trajectories()]
    expect(only).toMatchObject({ isFinished: false, startTag: null })
    expect(only?.trajectory).toMatchObject({ ending: 'aborted', endingReason: 'not finished', rewards: [] })
    expect(only?.trajectory.steps).toHaveLength(2)
  })

  it('yields a trajectory once its last late reward has come, and a group as it closed', async () => {
    const folder = newFolder()
    const [sample] = fc.sample(fc.tuple(story('b', 'g'), story('c', 'g')), { numRuns: 1, seed: 5 })
    const [b, c] = sample ?? []
    if (!b || !c) throw new Error('a sample has two stories')
    const log = createRun(folder, setupOf(world))
    logAll(log, [b, c])
    log.groupClosed(groupOf('g', [b, c], false))
    const late = { trajectoryId: 'b', index: null, reward: { name: 'late', version: 1, latencyMs: 0, value: 1 } }
    log.rewardsArrived([late, late])
    log.close()
    const run = readRun(folder)
    expect([...run.trajectories()].map(({ start }) => start.trajectoryId)).toEqual(['c', 'b'])
    expect(collected(run)).toStrictEqual([...run.trajectories()])
    const [group] = [...run.groups()]
    expect(group?.members.flatMap(({ trajectory }) => trajectory.rewards)).not.toContainEqual(late.reward)
    expect([...run.trajectories()].every(({ startTag }) => startTag === 'tag')).toBe(true)
  })

  it('reads lines longer than what it reads at once, and finds the end of one that was torn', async () => {
    const long = 'früh '.repeat(700_000)
    const [folder, log] = newRun()
    log.stepTaken({ ...STEP, index: 2, observation: 'two', nextObservation: long })
    log.stepTaken({ ...STEP, index: 3, observation: long })
    log.close()
    const [only] = [...readRun(folder).trajectories()]
    expect(only?.trajectory.steps[2]?.nextObservation === long).toBe(true)
    const size = readFileSync(segmentOf(folder)).length
    tear(folder, `{"type":"step","action":"${long}`)
    expect(readRun(folder).tornBytes).toBe(readFileSync(segmentOf(folder)).length - size)
    expect([...readRun(folder).entries()]).toHaveLength(5)
  })

  it('takes __proto__ for a key like any other', async () => {
    const [folder, log] = newRun()
    log.close()
    forge(folder, (text) => text.replace('"anchors":{', '"anchors":{"__proto__":"mine"'))
    const [only] = [...readRun(folder).trajectories()]
    expect(Object.entries(only?.start.anchors ?? {})).toContainEqual(['__proto__', 'mine'])
    expect(Object.getPrototypeOf(only?.start.anchors)).toBe(Object.prototype)
  })
})
