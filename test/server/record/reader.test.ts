import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/errors.ts'
import type { EpisodeStart, RunLog } from '../../../core/log.ts'
import type { Step } from '../../../core/types.ts'
import type { World } from '../../../core/world.ts'
import { readRun } from '../../../server/record/reader.ts'
import { createRun, openRun, type Recorder } from '../../../server/record/recorder.ts'
import { groupOf, logAll, logLate, type Story, story, trajectoryOf } from './arbitrary.ts'
import { linesOf, newFolder, openWalk, segmentOf, setupOf, tear } from './scene.ts'

const stories = fc.tuple(story('a', null), story('b', 'g'), story('c', 'g'))

const codeOf = (run: () => unknown): string | null => {
  try {
    run()
    return null
  } catch (thrown) {
    if (thrown instanceof GymError) return thrown.code
    throw thrown
  }
}

const readAll = (folder: string): unknown => {
  const run = readRun(folder)
  return { trajectories: [...run.trajectories()], groups: [...run.groups()] }
}

function write(
  folder: string,
  world: World,
  [a, b, c]: readonly [Story, Story, Story],
  maxSegmentBytes = 2 ** 26,
): void {
  const log = createRun(folder, setupOf(world), { maxSegmentBytes })
  logAll(log, [a, b, c])
  log.groupClosed(groupOf('g', [b, c], false))
  logLate(log, [a, b, c])
  log.close()
}

const START: EpisodeStart = {
  ...{ environment: 'walk@1', taskId: 'short', seed: 1, member: 0, forkPath: '', trajectoryId: 't', groupId: null },
  ...{ agent: 'a', split: 'train', maxSteps: 6, observation: 'zero', anchors: { text: 'zero' } },
  ...{ resetEffects: [], past: [] },
}
const STEP: Step = {
  ...{ trajectoryId: 't', index: 0, action: 'right', forkPath: '', effects: [], isActionValid: true },
  ...{ observation: 'zero', anchors: { text: 'zero' }, nextObservation: 'one', nextAnchors: { text: 'one' } },
  ...{ rewards: [], terminated: false, truncated: false, info: {} },
}

const TOKENS = JSON.stringify({
  ...{ kind: 'token', policyId: 'p', policyVersion: '1', temperature: 1, topP: 1, promptKept: 7 },
  ...{ promptTokenIds: [], actionTokenIds: [], logProbs: [], finishReason: 'stop' },
})

/** A trajectory under way: three lines. */
function begin(log: RunLog): void {
  log.episodeStarted(START)
  log.stepTaken(STEP)
  log.stepTaken({ ...STEP, index: 1, observation: 'one', nextObservation: 'two' })
}

async function begun(): Promise<readonly [string, Recorder]> {
  const folder = newFolder()
  const log = createRun(folder, setupOf(await openWalk()))
  begin(log)
  return [folder, log]
}

/** Four lines, the last one short. */
async function ended(): Promise<string> {
  const [folder, log] = await begun()
  log.episodeEnded({ ...START, id: 't', steps: [], ending: 'terminated', endingReason: null, rewards: [] })
  log.close()
  return folder
}

const endOf = (lines: readonly string[], index: number): number =>
  Buffer.byteLength(`${lines.slice(0, index + 1).join('\n')}\n`)

function tornBytesOf(folder: string): Buffer {
  const place = join(folder, 'torn')
  return existsSync(place)
    ? Buffer.concat(readdirSync(place).map((name) => readFileSync(join(place, name))))
    : Buffer.of()
}

function changed(bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes)
  for (const [at, byte] of changes) copy[at % copy.length] = byte
  return copy
}

const walkWorld = await openWalk()

describe('the record reader', () => {
  it('gives back exactly what was logged, whatever the texts, numbers and keys', async () => {
    const world = await openWalk()
    fc.assert(
      fc.property(stories, fc.integer({ min: 1, max: 3000 }), (told, maxSegmentBytes) => {
        const folder = join(newFolder(), 'run')
        write(folder, world, told, maxSegmentBytes)
        const run = readRun(folder)
        const read = new Map([...run.trajectories()].map((each) => [each.start.trajectoryId, each]))
        for (const each of told) {
          const recorded = read.get(each.start.trajectoryId)
          expect(recorded?.start).toStrictEqual(each.start)
          expect(recorded?.trajectory).toStrictEqual(trajectoryOf(each, true))
          expect(recorded?.isFinished).toBe(each.end !== null)
        }
        expect(read.size).toBe(3)
        const [, b, c] = told
        expect([...run.groups()].map(({ group }) => group)).toStrictEqual([groupOf('g', [b, c], false)])
        expect(Object.keys({})).toEqual([])
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 80 },
    )
  })

  it('streams a run that is being written, as far as it was when it was opened', async () => {
    const [folder, log] = await begun()
    const run = readRun(folder)
    log.episodeStarted({ ...START, trajectoryId: 'later' })
    expect([...run.trajectories()].map(({ start }) => start.trajectoryId)).toEqual(['t'])
    expect([...readRun(folder).trajectories()]).toHaveLength(2)
    log.close()
  })

  it('says of a trajectory without an end that it is not finished', async () => {
    const [folder, log] = await begun()
    log.close()
    const [only] = [...readRun(folder).trajectories()]
    expect(only).toMatchObject({ isFinished: false, startTag: null })
    expect(only?.trajectory).toMatchObject({ ending: 'aborted', endingReason: 'not finished', rewards: [] })
    expect(only?.trajectory.steps).toHaveLength(2)
  })

  it('yields a trajectory once its last late reward has come, and a group as it closed', async () => {
    const folder = newFolder()
    const [told] = fc.sample(fc.tuple(story('b', 'g'), story('c', 'g')), { numRuns: 1, seed: 5 })
    const [b, c] = told ?? []
    if (!b || !c) throw new Error('a sample has two stories')
    const log = createRun(folder, setupOf(await openWalk()))
    logAll(log, [b, c])
    log.groupClosed(groupOf('g', [b, c], false))
    const late = { trajectoryId: 'b', index: null, reward: { name: 'late', version: 1, latencyMs: 0, value: 1 } }
    log.rewardsArrived([late, late])
    log.close()
    const run = readRun(folder)
    expect([...run.trajectories()].map(({ start }) => start.trajectoryId)).toEqual(['c', 'b'])
    const [group] = [...run.groups()]
    expect(group?.members.flatMap(({ trajectory }) => trajectory.rewards)).not.toContainEqual(late.reward)
    expect([...run.trajectories()].every(({ startTag }) => startTag === 'tag')).toBe(true)
  })

  it('takes __proto__ for a key like any other', async () => {
    const [folder, log] = await begun()
    log.close()
    const [first = '', ...rest] = linesOf(folder)
    const poisoned = first.replace('"anchors":{', '"anchors":{"__proto__":"mine"')
    writeFileSync(segmentOf(folder), `${[poisoned, ...rest].join('\n')}\n`)
    const [only] = [...readRun(folder).trajectories()]
    expect(Object.entries(only?.start.anchors ?? {})).toContainEqual(['__proto__', 'mine'])
    expect(Object.getPrototypeOf(only?.start.anchors)).toBe(Object.prototype)
  })
})

describe('a torn run', () => {
  it('reads as what was written whole, wherever it was cut, and is not changed by reading', async () => {
    const folder = await ended()
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

  it('is repaired when it goes on, without losing a byte, wherever its last line was cut', async () => {
    const whole = await ended()
    const bytes = readFileSync(segmentOf(whole))
    const beforeLast = endOf(linesOf(whole), linesOf(whole).length - 2)
    const folder = join(newFolder(), 'run')
    for (let cut = beforeLast; cut <= bytes.length; cut++) {
      cpSync(whole, folder, { recursive: true })
      truncateSync(segmentOf(folder), cut)
      const log = openRun(folder, setupOf(walkWorld))
      expect(Buffer.concat([readFileSync(segmentOf(folder)), tornBytesOf(folder)])).toEqual(bytes.subarray(0, cut))
      log.episodeStarted({ ...START, trajectoryId: 'next' })
      log.close()
      expect([...readRun(folder).trajectories()]).toHaveLength(2)
      rmSync(folder, { recursive: true })
    }
  })

  it('keeps the torn bytes of every crash apart, even where it tore at the same place', async () => {
    const [folder, log] = await begun()
    log.close()
    for (const tail of ['{"type":"st', '{"type":"end"']) {
      tear(folder, tail)
      openRun(folder, setupOf(await openWalk())).close()
    }
    const torn = readdirSync(join(folder, 'torn')).map((name) => readFileSync(join(folder, 'torn', name), 'utf8'))
    expect(torn.sort()).toEqual(['{"type":"end"', '{"type":"st'])
  })

  it('goes on with a trajectory that the crash interrupted', async () => {
    const [folder, log] = await begun()
    log.close()
    tear(folder, '{"type":"step","trajec')
    const again = openRun(folder, setupOf(await openWalk()))
    again.stepTaken({ ...STEP, index: 2, observation: 'two', nextObservation: 'three' })
    again.close()
    const [only] = [...readRun(folder).trajectories()]
    expect(only?.trajectory.steps.map(({ observation }) => observation)).toEqual(['zero', 'one', 'two'])
  })
})

describe('a damaged run', () => {
  it.each([
    ['no JSON', '{"type":', /line 2: it is no JSON/],
    ['no object', '[]', /line 2: a line should be an object/],
    ['an unknown type', '{"type":"dance"}', /no line of type "dance"/],
    ['a type that every object has', '{"type":"constructor"}', /no line of type "constructor"/],
    [
      'an unknown field',
      '{"type":"step","trajectoryId":"t","index":0,"action":1,"rewards":[],"luck":1}',
      /unknown field "luck"/,
    ],
    [
      'a missing field',
      '{"type":"step","trajectoryId":"t","index":0,"rewards":[]}',
      /action should be there: it is missing/,
    ],
    [
      'a field of another kind',
      '{"type":"step","trajectoryId":"t","index":"0","action":1,"rewards":[]}',
      /index should be a whole/,
    ],
    [
      'a step out of order',
      '{"type":"step","trajectoryId":"t","index":1,"action":1,"rewards":[]}',
      /step 1 .* where step 0 should/,
    ],
    ['a step of nobody', '{"type":"step","trajectoryId":"u","index":0,"action":1,"rewards":[]}', /"u" never began/],
    ['a second beginning', null, /trajectory t has begun before/],
    ['an end of nobody', '{"type":"end","trajectoryId":"u","ending":"terminated"}', /"u" never began/],
    [
      'an unknown ending',
      '{"type":"end","trajectoryId":"t","ending":"done"}',
      /ending should be terminated or truncated or aborted/,
    ],
    [
      'a reward without value',
      '{"type":"rewards","rewards":[{"trajectoryId":"t","reward":{"name":"x"}}]}',
      /value of reward should be a finite/,
    ],
    [
      'a null without reason',
      '{"type":"rewards","rewards":[{"trajectoryId":"t","reward":{"name":"x","value":null}}]}',
      /reason of reward/,
    ],
    [
      'a value with a reason',
      '{"type":"rewards","rewards":[{"trajectoryId":"t","reward":{"name":"x","value":1,"reason":"threw"}}]}',
      /unknown field "reason"/,
    ],
    [
      'a reward for no step',
      '{"type":"rewards","rewards":[{"trajectoryId":"t","index":9,"reward":{"name":"x","value":1}}]}',
      /no such step/,
    ],
    [
      'a group of nobody',
      '{"type":"group","id":"g","taskId":"x","startTag":"y","trajectoryIds":["u"]}',
      /"u" never began/,
    ],
    [
      'a group of others',
      '{"type":"group","id":"g","taskId":"x","startTag":"y","trajectoryIds":["t"]}',
      /t is not of group g/,
    ],
    [
      'a prompt that keeps too much',
      `{"type":"step","trajectoryId":"t","index":0,"action":1,"rewards":[],"evidence":${TOKENS}}`,
      /promptKept is 7/,
    ],
  ])('names segment and line for %s', async (_, line, message) => {
    const [folder, log] = await begun()
    log.close()
    const [first = '', ...rest] = linesOf(folder)
    writeFileSync(segmentOf(folder), `${[first, line ?? first, ...rest].join('\n')}\n`)
    const before = readFileSync(segmentOf(folder))
    for (const open of [() => [...readRun(folder).trajectories()], () => openRun(folder, setupOf(walkWorld))]) {
      expect(open).toThrow(message)
      expect(open).toThrow(/000000\.jsonl line 2: /)
      expect(codeOf(open)).toBe('RECORD_CORRUPT')
    }
    expect(readFileSync(segmentOf(folder))).toEqual(before)
  })

  it('refuses bytes that are no UTF-8', async () => {
    const [folder, log] = await begun()
    log.close()
    appendFileSync(segmentOf(folder), Buffer.from([0x22, 0xff, 0x22, 10]))
    expect(() => [...readRun(folder).entries()]).toThrow(/line 4: it is no UTF-8/)
  })

  it('refuses a run with a segment missing, or torn before its last', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(walkWorld), { maxSegmentBytes: 1 })
    begin(log)
    log.close()
    expect(readdirSync(join(folder, 'segments'))).toHaveLength(3)
    const second = readFileSync(segmentOf(folder, 1))
    writeFileSync(segmentOf(folder, 1), second.subarray(0, 5))
    expect(codeOf(() => readRun(folder))).toBe('RECORD_CORRUPT')
    rmSync(segmentOf(folder, 1))
    expect(() => readRun(folder)).toThrow(/000001\.jsonl is missing/)
    expect(codeOf(() => readRun(folder))).toBe('RECORD_CORRUPT')
  })

  it('never breaks down in another way, wherever bytes were changed', async () => {
    const whole = newFolder()
    const world = await openWalk()
    const [told] = fc.sample(stories, { numRuns: 1, seed: 11 })
    if (!told) throw new Error('a sample has stories')
    write(whole, world, told)
    const bytes = readFileSync(segmentOf(whole))
    const manifest = readFileSync(join(whole, 'manifest.json'))
    const folder = newFolder()
    cpSync(whole, folder, { recursive: true })
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, isOfManifest) => {
        writeFileSync(segmentOf(folder), isOfManifest ? bytes : changed(bytes, changes))
        writeFileSync(join(folder, 'manifest.json'), isOfManifest ? changed(manifest, changes) : manifest)
        expect([null, 'RECORD_CORRUPT', 'RECORD_FOREIGN']).toContain(codeOf(() => readAll(folder)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a folder that is no run', () => {
  it.each([
    ['an empty folder', null, 'RECORD_FOREIGN', /no run folder: it has no manifest/],
    ['a manifest of something else', '{"name":"app","start_url":"/"}', 'RECORD_FOREIGN', /is of something else/],
    ['a list', '[]', 'RECORD_FOREIGN', /is of something else/],
    [
      'a newer format',
      '{"format":"stepgym-run","formatVersion":2}',
      'RECORD_FOREIGN',
      /format 2, .* reads 1: open it with/,
    ],
    ['a manifest cut off', '{"format":"stepgym-run","form', 'RECORD_CORRUPT', /manifest.json is damaged/],
    ['a manifest without fields', '{"format":"stepgym-run","formatVersion":1}', 'RECORD_CORRUPT', /id should be text/],
  ] as const)('is refused: %s', (_, manifest, code, message) => {
    const folder = newFolder()
    if (manifest !== null) writeFileSync(join(folder, 'manifest.json'), manifest)
    expect(() => readRun(folder)).toThrow(message)
    expect(codeOf(() => readRun(folder))).toBe(code)
  })

  it('may hold a run and other files beside its segments', async () => {
    const [folder, log] = await begun()
    log.close()
    writeFileSync(join(folder, 'segments', 'notes.txt'), 'mine')
    mkdirSync(join(folder, 'plots'))
    expect([...readRun(folder).trajectories()]).toHaveLength(1)
  })
})
