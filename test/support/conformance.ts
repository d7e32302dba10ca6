import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ConformanceSuite, VerifyCase, VerifyHandler } from '../../conformance/handler.ts'
import { changesOf } from './changed-vectors.ts'
import { describeWithReference } from './reference.ts'

interface VectorFile {
  readonly meta: unknown
  readonly cases: readonly object[]
}

/** What is within tolerance of 0 may be printed as 0: such a change need not be noticed. */
const withoutNoise = (_: string, value: unknown): unknown =>
  typeof value === 'number' && Math.abs(value) < 1e-9 ? 0 : value

const handlersOf = (suite: ConformanceSuite, file: string): readonly VerifyHandler[] =>
  suite.handlers.filter(({ pattern }) => pattern.test(file))

export async function casesOf(suite: ConformanceSuite, file: string, text: string): Promise<readonly VerifyCase[]> {
  const cases: VerifyCase[] = []
  for (const handler of handlersOf(suite, file))
    for await (const each of handler.cases({ text, dataFolder: '', sibling: () => undefined })) cases.push(each)
  return cases
}

export async function failures(cases: readonly VerifyCase[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { id, check } of cases)
    try {
      await check()
    } catch (error) {
      failed.push(`${id}: ${error}`)
    }
  return failed
}

/**
 * Tests of a suite of files `{ meta, cases }`: one handler a file, all cases agree, and each expected value is compared.
 * @param files names without their ending
 */
export function describeSuite(suite: ConformanceSuite, files: readonly string[]): void {
  describe(`the ${suite.name} handlers`, () => {
    it.each(files)('know %s and further files of its family, one handler each', (file) => {
      expect(handlersOf(suite, `${file}.json`)).toHaveLength(1)
      expect(handlersOf(suite, `${file}_edge.json`)).toEqual(handlersOf(suite, `${file}.json`))
    })

    it('know no file of another family, and no file twice', () => {
      expect(handlersOf(suite, 'webshop_goals.json')).toEqual([])
      expect(handlersOf(suite, `my_${files[0]}.json`)).toEqual([])
      expect(suite.handlers).toHaveLength(files.length)
    })
  })

  describeWithReference(`the ${suite.name} reference vectors`, (folder) => {
    const read = (file: string): string => readFileSync(join(folder, 'vectors', suite.vectors, `${file}.json`), 'utf8')

    it.each(files)('agree in every case of %s', async (file) => {
      const cases = await casesOf(suite, `${file}.json`, read(file))
      expect(cases.length).toBeGreaterThanOrEqual(5)
      expect(await failures(cases)).toEqual([])
    })

    it.each(files)('are held to every expected value of %s', async (file) => {
      const { meta, cases }: VectorFile = JSON.parse(read(file), withoutNoise)
      const [smallest = {}] = cases.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
      const wrong = changesOf(smallest).filter(({ path }) => /^\.(expected\b|ratio|exact|added)/.test(path))
      const passed: string[] = []
      for (const { path, changed } of wrong) {
        const failed = await failures(await casesOf(suite, `${file}.json`, JSON.stringify({ meta, cases: [changed] })))
        if (failed.length === 0) passed.push(path)
      }
      expect(wrong.length).toBeGreaterThan(2)
      expect(passed).toEqual([])
    })
  })
}
