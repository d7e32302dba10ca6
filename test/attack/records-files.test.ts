import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { batchOfTrajectories } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun } from '../../records/recorder.ts'
import { pauseElsewhere } from '../records/elsewhere.ts'
import { segmentOf, setupOf, tear } from '../records/scene.ts'
import { begin, ended, START, STEP, world } from '../records/stories.ts'
import { newFolder } from '../support/folder.ts'
import { forge, forgeManifest } from '../support/sealed-lines.ts'

/** Results of reading, then continuing, the run: a sentence with its code each time. */
function refusals(folder: string): readonly string[] {
  const attempts = [() => [...readRun(folder).entries()], () => openRun(folder, setupOf(world)).close()]
  return attempts.map((attempt) => {
    try {
      attempt()
      return 'nothing'
    } catch (thrown) {
      if (thrown instanceof GymError) return `${thrown.code}: ${thrown.message}`
      throw thrown
    }
  })
}

const moved = (folder: string, name: string): string => {
  const elsewhere = join(newFolder(), 'elsewhere')
  renameSync(join(folder, name), elsewhere)
  return elsewhere
}

const FILES = ['manifest.json', 'segments/000000.jsonl']

describe.skipIf(process.platform === 'win32')('a run folder with something else where its files should be', () => {
  it.each(FILES)('is refused, without blocking: a pipe in the place of %s', (name) => {
    const folder = ended()
    rmSync(join(folder, name))
    expect(spawnSync('mkfifo', [join(folder, name)]).status).toBe(0)
    for (const refusal of refusals(folder)) expect(refusal).toMatch(/^RECORD_CORRUPT: .*it is not a regular file/)
  })

  it.each([...FILES, 'segments'])('is refused: a link that leads out of the run in the place of %s', (name) => {
    const folder = ended()
    symlinkSync(moved(folder, name), join(folder, name))
    for (const refusal of refusals(folder)) expect(refusal).toMatch(/^RECORD_CORRUPT: .*is a symbolic link/)
  })

  it.each(FILES)('is refused: a device in the place of %s', (name) => {
    const folder = ended()
    rmSync(join(folder, name))
    symlinkSync('/dev/zero', join(folder, name))
    for (const refusal of refusals(folder)) expect(refusal).toMatch(/^RECORD_CORRUPT: .*is a symbolic link/)
  })

  it.each(FILES)('is refused: a folder in the place of %s', (name) => {
    const folder = ended()
    rmSync(join(folder, name))
    mkdirSync(join(folder, name))
    for (const refusal of refusals(folder)) expect(refusal).toMatch(/^RECORD_CORRUPT: .*(not a regular file|EISDIR)/)
  })

  it.each(FILES)('is refused: a hole of a terabyte in %s', (name) => {
    const folder = ended()
    truncateSync(join(folder, name), 2 ** 40)
    for (const refusal of refusals(folder))
      expect(refusal).toMatch(/^RECORD_CORRUPT: .*(at most 16777216 are read|have no end of a line)/)
  })

  it('writes through no link that lies in wait', () => {
    const target = join(newFolder(), 'mine')
    writeFileSync(target, 'mine')
    const fresh = newFolder()
    symlinkSync(target, join(fresh, 'manifest.json.tmp'))
    createRun(fresh, setupOf(world)).close()
    const torn = ended()
    tear(torn, '{"type":"st')
    symlinkSync(newFolder(), join(torn, 'torn'))
    expect(refusals(torn)[1]).toMatch(/^RECORD_FAILED: .*torn is a symbolic link/)
    const full = newFolder()
    const log = createRun(full, setupOf(world), { maxSegmentBytes: 500 })
    symlinkSync(target, segmentOf(full, 1))
    expect(() => begin(log)).toThrow(/RECORD_FAILED|is a symbolic link/)
    log.close()
    expect(readFileSync(target, 'utf8')).toBe('mine')
  })
})

describe.skipIf(process.platform === 'win32')('a run that is taken over from a paused process', () => {
  it.each<[string, (path: string, target: string) => unknown]>([
    ['a link', (path, target) => symlinkSync(target, path)],
    ['a pipe', (path) => spawnSync('mkfifo', [path])],
    ['a file', (path) => writeFileSync(path, 'left')],
  ])('is copied past %s in the place of the copy', (_, make) => {
    const target = join(newFolder(), 'mine')
    writeFileSync(target, 'mine')
    const folder = newFolder()
    const paused = createRun(folder, setupOf(world))
    begin(paused)
    pauseElsewhere(folder)
    const before = readFileSync(segmentOf(folder, 0), 'utf8')
    make(`${segmentOf(folder, 0)}.tmp`, target)
    openRun(folder, setupOf(world)).close()
    expect(readFileSync(target, 'utf8')).toBe('mine')
    expect(readFileSync(segmentOf(folder, 0), 'utf8').startsWith(before)).toBe(true)
    expect(readdirSync(join(folder, 'segments'))).toEqual(['000000.jsonl'])
    paused.close()
  })

  it('is refused where its segment is a pipe', () => {
    const folder = newFolder()
    const paused = createRun(folder, setupOf(world))
    pauseElsewhere(folder)
    rmSync(segmentOf(folder, 0))
    spawnSync('mkfifo', [segmentOf(folder, 0)])
    const refused = { code: 'RECORD_FAILED', message: expect.stringContaining('it is not a regular file') }
    expect(() => openRun(folder, setupOf(world))).toThrow(expect.objectContaining(refused))
    paused.close()
  })
})

describe('a run whose lines are made up', () => {
  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
    ['objects whose keys have an escape', '{"\\u0061":', '}'],
  ])('is refused: 50,000 %s within each other', (_, open, close) => {
    const deep = `${open.repeat(50_000)}0${close.repeat(50_000)}`
    const folder = ended()
    forge(folder, (text) => text.replace('"action":"right"', `"action":${deep}`))
    for (const refusal of refusals(folder))
      expect(refusal).toMatch(/^RECORD_CORRUPT: .*line 2: it is not JSON \(nested more than 256 deep/)
    const other = ended()
    writeFileSync(join(other, 'manifest.json'), `{"format":"stepgym-run","limits":${deep}}`)
    for (const refusal of refusals(other)) expect(refusal).toMatch(/^RECORD_CORRUPT: .*nested more than 256 deep/)
  })

  it('is read as it is where names are those that every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']) {
      const folder = newFolder()
      const log = createRun(folder, setupOf(world))
      const anchors = Object.fromEntries([
        ['text', 'zero'],
        [name, 'mine'],
      ])
      const reward = { name, version: 1, latencyMs: 0, value: 1 }
      const info = Object.fromEntries([[name, { polluted: true }]])
      const start = { ...START, trajectoryId: name, groupId: name, anchors }
      log.episodeStarted(start)
      log.stepTaken({ ...STEP, trajectoryId: name, anchors, nextAnchors: anchors, rewards: [reward], info })
      const trajectory = {
        ...start,
        id: name,
        steps: [],
        ending: 'terminated',
        endingReason: null,
        rewards: [reward],
      } as const
      log.episodeEnded(trajectory)
      const group = { id: name, environment: 'walk@1', taskId: 'short', startTag: '', aborted: [] }
      log.groupClosed({ ...group, trajectories: [trajectory] })
      log.close()
      const [read] = [...readRun(folder).groups()]
      expect(read?.group.id).toBe(name)
      const [only] = read?.group.trajectories ?? []
      expect(Object.entries(only?.steps[0]?.anchors ?? {})).toContainEqual([name, 'mine'])
      expect(only && batchOfTrajectories([only]).groups).toEqual([name])
      openRun(folder, setupOf(world)).close()
    }
    expect('polluted' in {}).toBe(false)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('is refused if its manifest says what no manifest says', () => {
    for (const [field, value] of [
      ['checkedFrom', -1],
      ['checkedFrom', null],
      ['hooks', {}],
      ['luck', 1],
    ] as const) {
      const folder = ended()
      forgeManifest<Record<string, unknown>>(folder, (manifest) => {
        manifest[field] = value
      })
      for (const refusal of refusals(folder)) expect(refusal).toMatch(/^RECORD_CORRUPT: .*manifest.json is damaged/)
    }
  })

  it('keeps nothing of it for others: reading leaves no file behind', () => {
    const folder = ended()
    const before = readdirSync(folder)
    expect(refusals(folder)).toEqual(['nothing', 'nothing'])
    expect(readdirSync(folder).filter((name) => name !== 'epoch')).toEqual(before)
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })
})
