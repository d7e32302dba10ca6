import { cpSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun, type Recorder } from '../../records/recorder.ts'
import { segmentOf, setupOf } from '../records/scene.ts'
import { begin, START, world } from '../records/stories.ts'
import { newFolder } from '../support/folder.ts'
import { withoutSums, writeAsOlder } from '../support/sealed-lines.ts'

/** What reading everything of a run throws; null where it throws nothing. */
function thrownBy(folder: string): GymError | null {
  try {
    for (const _ of readRun(folder).entries());
    return null
  } catch (thrown) {
    if (thrown instanceof GymError) return thrown
    throw thrown
  }
}

/** Two segments, the first of them full. */
function twoSegments(): string {
  const folder = newFolder()
  const log = createRun(folder, setupOf(world), { maxSegmentBytes: 500 })
  begin(log)
  log.close()
  expect(readdirSync(join(folder, 'segments'))).toHaveLength(2)
  return folder
}

const edited = (change: (folder: string) => void, source = twoSegments()): string => {
  const folder = newFolder()
  cpSync(source, folder, { recursive: true })
  change(folder)
  return folder
}

describe('a bit that changed on the disk', () => {
  it.each([
    ['segments/000000.jsonl', /000000\.jsonl line \d+: /],
    ['segments/000001.jsonl', /000001\.jsonl line \d+: /],
    ['manifest.json', /manifest\.json/],
  ])('is noticed anywhere in %s, and its place is named', (name, place) => {
    const folder = twoSegments()
    const path = join(folder, name)
    const bytes = readFileSync(path)
    const fd = openSync(path, 'r+')
    const unnoticed: string[] = []
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const at = bit >> 3
      writeSync(fd, Buffer.of((bytes[at] ?? 0) ^ (1 << (bit & 7))), 0, 1, at)
      const thrown = thrownBy(folder)
      if (!thrown || !place.test(thrown.message) || !/^RECORD_(CORRUPT|FOREIGN)$/.test(thrown.code))
        unnoticed.push(`bit ${bit & 7} of byte ${at}: ${thrown?.message}`)
      writeSync(fd, bytes, at, 1, at)
    }
    expect(unnoticed).toEqual([])
    expect(thrownBy(folder)).toBeNull()
  })

  it('leaves the run as it is where it is opened for writing', () => {
    const folder = edited((copy) => {
      const text = readFileSync(segmentOf(copy), 'utf8')
      writeFileSync(segmentOf(copy), text.replace('"right"', '"light"'))
    })
    const before = readFileSync(segmentOf(folder))
    expect(() => openRun(folder, setupOf(world))).toThrow(/000000\.jsonl line 2: its checksum is [0-9a-f]{8}, but/)
    expect(readFileSync(segmentOf(folder))).toEqual(before)
    expect(readdirSync(folder).sort()).toEqual(['manifest.json', 'segments'])
  })
})

describe('what is missing of a run', () => {
  it.each([0, 1, 2])('is noticed: segment %i of three', (number) => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world), { maxSegmentBytes: 400 })
    begin(log)
    log.close()
    expect(readdirSync(join(folder, 'segments'))).toHaveLength(3)
    rmSync(segmentOf(folder, number))
    expect(thrownBy(folder)).toMatchObject({
      code: 'RECORD_CORRUPT',
      message: expect.stringMatching(new RegExp(`00000${number}\\.jsonl is missing.*restore it from a copy`)),
    })
  })

  it('is noticed: the only segment', () => {
    const folder = newFolder()
    createRun(folder, setupOf(world)).close()
    expect(thrownBy(folder)).toBeNull()
    rmSync(segmentOf(folder))
    expect(thrownBy(folder)?.message).toMatch(/000000\.jsonl is missing/)
    rmSync(join(folder, 'segments'), { recursive: true })
    expect(thrownBy(folder)?.message).toMatch(/000000\.jsonl is missing/)
  })

  it.each<readonly [string, (lines: string[]) => string[], number]>([
    ['a line', ([first = '', , ...rest]) => [first, ...rest], 2],
    ['the order of lines', ([a = '', b = '', ...rest]) => [b, a, ...rest], 1],
    ['that a line is there once', ([a = '', ...rest]) => [a, a, ...rest], 2],
    ['a checksum', ([a = '', ...rest]) => [withoutSums(a), ...rest], 1],
  ])('is noticed: %s', (_, change, line) => {
    const folder = edited((copy) => {
      const lines = readFileSync(segmentOf(copy), 'utf8').split('\n')
      writeFileSync(segmentOf(copy), change(lines).join('\n'))
    })
    expect(thrownBy(folder)?.message).toMatch(new RegExp(`000000\\.jsonl line ${line}: `))
  })
})

describe('what a crash left at the change of segments', () => {
  const goOn = (folder: string): void => {
    const log: Recorder = openRun(folder, setupOf(world), { maxSegmentBytes: 500 })
    log.episodeStarted({ ...START, trajectoryId: 'next' })
    log.close()
    expect([...readRun(folder).trajectories()].map(({ start }) => start.trajectoryId).sort()).toEqual(['next', 't'])
  }

  it('is read and continued, with the line that announces the next segment cut at any byte', () => {
    const source = twoSegments()
    const text = readFileSync(segmentOf(source), 'utf8')
    const announced = text.indexOf('{"type":"continued"')
    for (let cut = announced; cut <= text.length; cut++) {
      const folder = edited((copy) => {
        writeFileSync(segmentOf(copy), text.slice(0, cut))
        writeFileSync(segmentOf(copy, 1), '')
      }, source)
      expect(thrownBy(folder)).toBeNull()
      goOn(folder)
      rmSync(folder, { recursive: true })
    }
  })

  it('is continued if the run was started before there were checksums', () => {
    const folder = edited((copy) => writeAsOlder(copy, 2))
    expect(readRun(folder).manifest).toMatchObject({ formatVersion: 2, checkedFrom: null })
    goOn(folder)
    expect(readRun(folder).manifest).toMatchObject({ formatVersion: 3, checkedFrom: 2 })
    goOn2(folder)
  })

  const goOn2 = (folder: string): void => {
    const text = readFileSync(segmentOf(folder, 2), 'utf8')
    writeFileSync(segmentOf(folder, 2), text.replace('"next"', '"text"'))
    expect(thrownBy(folder)?.message).toMatch(/000002\.jsonl line 1: its checksum is/)
  }
})
