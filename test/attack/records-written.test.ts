import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reward, Step, Trajectory } from '../../core/data/types.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun, type Recorder } from '../../records/recorder.ts'
import { setupOf } from '../records/scene.ts'
import { failing, START, STEP, world } from '../records/stories.ts'
import { newFolder } from '../support/folder.ts'

/** A type says what a hook should return; what it does return is anything. */
const pretend = <T>(value: unknown): T => value as T

const holed: unknown[] = [1, 2, 3]
delete holed[1]
const own = Object.create({ inherited: 1 })
own.self = own
const whatever = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withSparseArray: true }),
  fc.constantFrom<unknown>(
    Number.NaN,
    Infinity,
    -0,
    1e308,
    undefined,
    Symbol('s'),
    () => 1,
    10n,
    holed,
    own,
    new Date(0),
  ),
  fc.constantFrom<unknown>({ toJSON: () => ({ name: 'x' }) }, { toJSON: () => undefined }, new Proxy([], {})),
  fc.constantFrom<unknown>({
    get value() {
      throw new Error('no value')
    },
  }),
)

/** A reward of which some fields are whatever. */
const reward = fc
  .record({ name: fc.string(), version: fc.nat(), latencyMs: fc.nat(), value: fc.double() })
  .chain((good) =>
    fc
      .dictionary(
        fc.constantFrom('name', 'version', 'latencyMs', 'value', 'reason', 'detail', 'perToken', 'x'),
        whatever,
        { maxKeys: 2 },
      )
      .map((odd) => ({ ...good, ...odd })),
  )

type Write = (log: Recorder, index: number) => void

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.array(reward, { maxLength: 2 }).map<Write>((rewards) => (log, index) => {
    log.stepTaken({ ...STEP, index, rewards: pretend<Reward[]>(rewards) })
  }),
  fc
    .tuple(
      fc.constantFrom<keyof Step>(
        'info',
        'action',
        'effects',
        'evidence',
        'nextAnchors',
        'forkPath',
        'refused',
        'nextObservation',
        'isActionValid',
      ),
      whatever,
    )
    .map<Write>(
      ([field, value]) =>
        (log, index) =>
          log.stepTaken(pretend<Step>({ ...STEP, index, [field]: value })),
    ),
  fc.tuple(fc.constantFrom(0, null, 1, -1, 0.5), reward).map<Write>(([index, odd]) => (log) => {
    log.rewardsArrived([{ trajectoryId: 't', index, reward: pretend<Reward>(odd) }])
  }),
  whatever.map<Write>((value) => (log) => log.episodeStarted({ ...START, trajectoryId: 'u', serving: pretend(value) })),
  fc
    .tuple(fc.constantFrom<keyof Trajectory>('ending', 'endingReason', 'rewards'), whatever)
    .map<Write>(([field, value]) => (log) => {
      const end = { ...START, id: 't', steps: [], ending: 'terminated', endingReason: null, rewards: [] }
      log.episodeEnded(pretend<Trajectory>({ ...end, [field]: value }))
    }),
)

describe('any input of the recorder', () => {
  it('is refused, or reads back: no entry that was taken makes the run unreadable', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        const folder = newFolder()
        const log = createRun(folder, setupOf(world))
        log.episodeStarted(START)
        let taken = 1
        let index = 0
        for (const each of writes) {
          try {
            each(log, index)
            taken++
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'RECORD_FAILED' })
          }
          index = [...readRun(folder).entries()].filter(({ type }) => type === 'step').length
        }
        log.close()
        const entries = [...readRun(folder).entries()]
        expect(entries.length).toBeLessThanOrEqual(taken)
        const again = openRun(folder, setupOf(world))
        again.episodeStarted({ ...START, trajectoryId: 'after' })
        again.close()
        expect([...readRun(folder).entries()]).toHaveLength(entries.length + 1)
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 150 },
    )
  })

  it('is refused if no reader would take it, and the run continues without it', () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    log.episodeStarted(START)
    const good: Reward = { name: 'x', version: 1, latencyMs: 0, value: 1 }
    const odd: readonly unknown[] = [
      { ...good, value: Number.NaN },
      { ...good, value: '1' },
      { ...good, value: null },
      { ...good, value: null, reason: 'bored' },
      { ...good, version: -1 },
      { ...good, version: 1.5 },
      { ...good, latencyMs: Infinity },
      { ...good, name: 7 },
      { ...good, perToken: holed },
      { ...good, perToken: Float64Array.of(1) },
      null,
      'x',
    ]
    for (const each of odd) {
      const taking = (): void => log.stepTaken({ ...STEP, rewards: [good, pretend<Reward>(each)] })
      expect(failing(taking).code).toBe('RECORD_FAILED')
    }
    log.stepTaken({ ...STEP, rewards: [good] })
    log.close()
    expect([...readRun(folder).entries()]).toHaveLength(2)
  })

  it('is refused if it is nested more deeply than a reader reads', () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    log.episodeStarted(START)
    const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`)
    expect(failing(() => log.stepTaken({ ...STEP, action: deep })).message).toMatch(/nested more than 256 deep/)
    log.stepTaken(STEP)
    log.close()
    expect([...readRun(folder).entries()]).toHaveLength(2)
  })
})
