import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import { estimators } from '../../registry/index.ts'
import type { FindAnswer } from '../../viewer/answers.ts'
import { RunCredit } from '../../viewer/data/credit.ts'
import { RunShelf } from '../../viewer/data/shelf.ts'
import { answerTo, type Library } from '../../viewer/http/routes.ts'
import { LibraryThread } from '../../viewer/thread/library-thread.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { forge } from '../support/sealed-lines.ts'

const folder = newFolder()
let library: Library

beforeAll(async () => {
  const grid = ['--env', 'grid', '--set', 'size=3', '--agent', 'random', '--groups', '2', '--group-size', '2']
  expect((await run(['rollout', ...grid, '--out', 'a'], { folder })).code).toBe(0)
  const credit = new RunCredit(estimators({ userFolder: folder }))
  library = { shelf: new RunShelf([join(folder, 'a')]), credit, isLive: false }
})

const found = (text: string): Promise<FindAnswer> =>
  answerTo(library, {
    segments: ['runs', 'a', 'find'],
    query: new URLSearchParams({ q: text }),
    role: 'observer',
  }) as Promise<FindAnswer>

describe('a reader of recorded runs', () => {
  it('that asks with many options: 32 results are kept', async () => {
    const open = await library.shelf.open(library.shelf.find('a'))
    const asked = async (gamma: number) => {
      const [request] = await library.credit.requests(['gigpo'], { gamma })
      return request && library.credit.of(open, request)
    }
    const first = await asked(0.5)
    for (let other = 1; other < 32; other++) await asked(0.5 + other / 100)
    expect(await asked(0.5)).toBe(first)
    for (let other = 1; other < 33; other++) await asked(0.2 + other / 1000)
    expect(await asked(0.5)).not.toBe(first)
    expect(await asked(0.5)).toEqual(first)
  })

  it('that searches for hundreds of words is refused', async () => {
    expect((await found(Array.from({ length: 64 }, () => 'e').join(' '))).isOfSteps).toBe(true)
    await expect(found(Array.from({ length: 65 }, () => 'e').join(' '))).rejects.toThrow(
      'character 129: a search has at most 64 terms',
    )
    await expect(found(`${'(e or '.repeat(31)}${'e '.repeat(40)}${')'.repeat(31)}`)).rejects.toThrow('at most 64 terms')
  })

  it('sees which term excludes most', async () => {
    const terms = ['at=0', 'at>2', 'action:zzz', 'action:ri', 'at>=0']
    for (const others of terms.flatMap((one, at) => terms.slice(at + 1).map((other) => [one, other]))) {
      const { total, strictest } = await found(others.join(' '))
      if (total > 0) continue
      const alone = await Promise.all(
        others.map(async (_, at) => (await found(others.toSpliced(at, 1).join(' '))).total),
      )
      expect(strictest?.total ?? 0).toBe(Math.max(...alone))
    }
  })

  it('that asks for more than a thread reads receives CAPACITY_REACHED', async () => {
    const thread = new LibraryThread({ folders: [folder], userFolder: folder })
    closeAfterTest(() => thread.close())
    const request = { segments: ['runs', 'a'], query: new URLSearchParams(), role: 'observer' } as const
    const answers = await Promise.allSettled(Array.from({ length: 200 }, () => thread.answer(request)))
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(72)
    expect(refused[0]).toMatchObject({ reason: { code: 'CAPACITY_REACHED' } })
  })

  it.each(['trajectoryId', 'groupId'])(
    'of a run whose %s is half of a character receives RECORD_CORRUPT',
    async (name) => {
      const forged = `forged-${name}`
      await run(
        ['rollout', '--env', 'grid', '--agent', 'random', '--groups', '1', '--group-size', '2', '--out', forged],
        { folder },
      )
      forge(join(folder, forged), (text) =>
        text.replaceAll(/"0(\.0)?"/g, (id) => ((name === 'groupId') === (id === '"0"') ? '"\\ud800"' : id)),
      )
      const { code, err } = await run(['view', forged, '--export', 'a.html'], { folder })
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/RECORD_CORRUPT: .*should be text without halves of characters/),
      ])
    },
  )
})

describe.skipIf(process.platform === 'win32')('a folder of strangers, large enough that its answers are kept,', () => {
  const PLACES = ['manifest.json', 'segments/000000.jsonl', 'lock', 'segments']
  const FORMS: readonly (readonly [string, (path: string) => void])[] = [
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a device', (path) => symlinkSync('/dev/zero', path)],
    ['a file', (path) => writeFileSync(path, 'x')],
    ['a folder', (path) => mkdirSync(path)],
  ]

  it('with something else in the place of its files is read or refused, and not waited for', async () => {
    const runs = newFolder()
    for (const place of PLACES)
      for (const [what, make] of FORMS) {
        const odd = join(runs, `${place.replace('/', '-')}, ${what}`)
        cpSync(join(folder, 'a'), odd, { recursive: true })
        writeFileSync(join(odd, 'segments', 'large'), Buffer.alloc(5e6))
        rmSync(join(odd, place), { recursive: true, force: true })
        make(join(odd, place))
      }
    const thread = new LibraryThread({ folders: [runs], userFolder: runs })
    closeAfterTest(() => thread.close())
    const ask = (...segments: string[]) =>
      thread.answer({ segments, query: new URLSearchParams(), role: 'trainer' }).then(
        () => 'answered',
        (thrown: unknown) => (thrown instanceof GymError ? thrown.code : `${thrown}`),
      )
    const answers = [await ask('runs')]
    for (const run of readdirSync(runs)) answers.push(await ask('runs', run), await ask('runs', run, 'credit'))
    expect(answers).toHaveLength(33)
    for (const answer of answers) expect(answer).toMatch(/^(answered|RECORD_CORRUPT|RECORD_FOREIGN|RECORD_FAILED)$/)
  })
})
