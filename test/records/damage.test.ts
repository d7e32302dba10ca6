import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun } from '../../records/recorder.ts'
import { newFolder } from '../support/folder.ts'
import { forge, writeAsOlder } from '../support/sealed-lines.ts'
import { stories } from './arbitrary.ts'
import { segmentOf, setupOf } from './scene.ts'
import { begin, newRun, world, writeStories } from './stories.ts'

const codeIn = (run: () => unknown): string | null => {
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

const TOKENS = JSON.stringify({
  ...{ kind: 'token', policyId: 'p', policyVersion: '1', temperature: 1, topP: 1, promptKept: 7 },
  ...{ promptTokenIds: [], actionTokenIds: [], logProbs: [], finishReason: 'stop' },
})

function changed(bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes)
  for (const [at, byte] of changes) copy[at % copy.length] = byte
  return copy
}

describe('a damaged run', () => {
  it.each([
    ['no JSON', '{"type":', /line 2: it is not JSON/],
    ['an unknown type', '{"type":"dance"}', /no line of type "dance"/],
    ['a type that every object has', '{"type":"constructor"}', /no line of type "constructor"/],
    [
      'an unknown field',
      '{"type":"step","trajectoryId":"t","index":0,"action":1,"rewards":[],"chance":1}',
      /unknown field "chance"/,
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
    ['a second beginning', null, /trajectory t has started before/],
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
      'a group without members',
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
    const [folder, log] = newRun()
    log.close()
    forge(folder, (text) => {
      const [first = '', ...rest] = text.split('\n')
      return `${[first, line ?? first, ...rest].join('\n')}{"torn`
    })
    const before = readFileSync(segmentOf(folder))
    for (const open of [() => [...readRun(folder).trajectories()], () => openRun(folder, setupOf(world))]) {
      expect(open).toThrow(message)
      expect(open).toThrow(/000000\.jsonl line 2: /)
      expect(codeIn(open)).toBe('RECORD_CORRUPT')
    }
    expect(readFileSync(segmentOf(folder))).toEqual(before)
  })

  it('names segment and line of a value that is not an object, in a run without checksums', () => {
    const [folder, log] = newRun()
    log.close()
    writeAsOlder(folder, 2)
    appendFileSync(segmentOf(folder), '[]\n')
    expect(() => [...readRun(folder).entries()]).toThrow(/000000\.jsonl line 4: a line should be an object/)
  })

  it('refuses bytes that are not UTF-8', async () => {
    const [folder, log] = newRun()
    log.close()
    appendFileSync(segmentOf(folder), Buffer.from([0x22, 0xff, 0x22, 10]))
    expect(() => [...readRun(folder).entries()]).toThrow(/line 4: it is not UTF-8/)
  })

  it('refuses a run with a segment missing, or torn before its last', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world), { maxSegmentBytes: 1 })
    begin(log)
    log.close()
    expect(readdirSync(join(folder, 'segments'))).toHaveLength(3)
    const second = readFileSync(segmentOf(folder, 1))
    writeFileSync(segmentOf(folder, 1), second.subarray(0, 5))
    expect(codeIn(() => readRun(folder))).toBe('RECORD_CORRUPT')
    rmSync(segmentOf(folder, 1))
    expect(() => readRun(folder)).toThrow(/000001\.jsonl is missing/)
    expect(codeIn(() => readRun(folder))).toBe('RECORD_CORRUPT')
  })

  it('never breaks down in another way, with bytes changed anywhere', async () => {
    const whole = newFolder()
    const [sample] = fc.sample(stories, { numRuns: 1, seed: 11 })
    if (!sample) throw new Error('a sample has stories')
    writeStories(whole, sample)
    const bytes = readFileSync(segmentOf(whole))
    const manifest = readFileSync(join(whole, 'manifest.json'))
    const folder = newFolder()
    cpSync(whole, folder, { recursive: true })
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, isOfManifest) => {
        writeFileSync(segmentOf(folder), isOfManifest ? bytes : changed(bytes, changes))
        writeFileSync(join(folder, 'manifest.json'), isOfManifest ? changed(manifest, changes) : manifest)
        expect([null, 'RECORD_CORRUPT', 'RECORD_FOREIGN']).toContain(codeIn(() => readAll(folder)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a folder that is not a run', () => {
  it.each([
    ['an empty folder', null, 'RECORD_FOREIGN', /not a run folder: it has no manifest/],
    ['a manifest of something else', '{"name":"app","start_url":"/"}', 'RECORD_FOREIGN', /is of something else/],
    ['a list', '[]', 'RECORD_FOREIGN', /is of something else/],
    [
      'a newer format',
      '{"format":"stepgym-run","formatVersion":4}',
      'RECORD_FOREIGN',
      /format 4, .* reads 1 to 3: open it with/,
    ],
    ['a manifest cut off', '{"format":"stepgym-run","form', 'RECORD_CORRUPT', /manifest.json is damaged/],
    ['a manifest without fields', '{"format":"stepgym-run","formatVersion":1}', 'RECORD_CORRUPT', /id should be text/],
  ] as const)('is refused: %s', (_, manifest, code, message) => {
    const folder = newFolder()
    if (manifest !== null) writeFileSync(join(folder, 'manifest.json'), manifest)
    expect(() => readRun(folder)).toThrow(message)
    expect(codeIn(() => readRun(folder))).toBe(code)
  })

  it('may hold a run and other files beside its segments', async () => {
    const [folder, log] = newRun()
    log.close()
    writeFileSync(join(folder, 'segments', 'notes.txt'), 'mine')
    mkdirSync(join(folder, 'plots'))
    expect([...readRun(folder).trajectories()]).toHaveLength(1)
  })
})
