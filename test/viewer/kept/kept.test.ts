import { appendFileSync, chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunShelf } from '../../../viewer/data/shelf.ts'
import { kept } from '../../../viewer/kept/kept.ts'
import { KeptAnswers } from '../../../viewer/kept/kept-answers.ts'
import { newRun } from '../../records/stories.ts'
import { newFolder } from '../../support/folder.ts'

const ANSWER = { numbers: [1, null, -0.5], text: 'ü <b>' }

/** A run that has ended, its shelf, and a folder for answers. */
function scene() {
  const [written, log] = newRun()
  log.close()
  const folder = join(newFolder(), 'run')
  cpSync(written, folder, { recursive: true })
  const answers = join(newFolder(), 'answers')
  const shelf = new RunShelf([folder])
  const library = { shelf, kept: new KeptAnswers({ folder: answers, leastRunBytes: 0 }) }
  let made = 0
  const ask = (name = 'summary', id = 'run') =>
    kept({ library, shelved: { ...shelf.find('run'), id } }, name, async () => ({ made: ++made }))
  return { folder, answers, ask }
}

const entryIn = (folder: string): string => join(folder, readdirSync(folder)[0] ?? '')

describe('answers that are kept', () => {
  it('are made once, for each name, and outside the run', async () => {
    const { folder, answers, ask } = scene()
    const before = readdirSync(folder, { recursive: true })
    expect([await ask(), await ask(), await ask('columns'), await ask()]).toEqual(
      [1, 1, 2, 1].map((made) => ({ made })),
    )
    expect(readdirSync(answers)).toHaveLength(2)
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
  })

  it('are those of a run by the name that it has here, which they say', async () => {
    const { ask } = scene()
    expect([await ask('summary', 'a/run'), await ask('summary', 'b/run')]).toEqual([{ made: 1 }, { made: 2 }])
  })

  it.each([
    ['a segment', ({ folder }: { folder: string }) => appendFileSync(join(folder, 'segments', '000000.jsonl'), '{}')],
    ['values beside it', ({ folder }: { folder: string }) => writeFileSync(`${folder}.values.jsonl`, '')],
    ['what was kept', ({ answers }: { answers: string }) => damage(entryIn(answers))],
  ])('are made again where %s has changed', async (_, change) => {
    const { folder, answers, ask } = scene()
    expect(await ask()).toEqual({ made: 1 })
    change({ folder, answers })
    expect(await ask()).toEqual({ made: 2 })
    expect(await ask()).toEqual({ made: 2 })
  })

  it('are not kept of a run that is being written', async () => {
    const { folder, ask } = scene()
    writeFileSync(join(folder, 'lock'), '')
    expect([await ask(), await ask()]).toEqual([{ made: 1 }, { made: 2 }])
  })

  it('are neither read nor kept in a folder that others can write to', () => {
    const folder = newFolder()
    const answers = new KeptAnswers({ folder })
    chmodSync(folder, 0o700)
    answers.keep('f', 'name', ANSWER)
    expect(answers.find('f', 'name')).toEqual(ANSWER)
    chmodSync(folder, 0o777)
    expect(answers.find('f', 'name')).toBeNull()
    answers.keep('f', 'other', ANSWER)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('are for their owner alone, and make room for newer ones', () => {
    const folder = join(newFolder(), 'answers')
    const answers = new KeptAnswers({ folder, mostBytes: 300 })
    for (let number = 0; number < 20; number++) answers.keep('f', `${number}`, { ...ANSWER, number })
    const names = readdirSync(folder)
    expect(names.length).toBeGreaterThan(0)
    expect(names.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0)).toBeLessThanOrEqual(300)
  })

  it('are missed where they cannot be kept', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    const answers = new KeptAnswers({ folder: join(file, 'below') })
    expect(() => answers.keep('f', 'name', ANSWER)).not.toThrow()
    expect(answers.find('f', 'name')).toBeNull()
  })
})

/** One bit of a file in its middle. */
function damage(path: string): void {
  const bytes = readFileSync(path)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
