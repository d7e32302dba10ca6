import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ConformanceSuite } from '../../conformance/handler.ts'
import { casesOf, failures } from './conformance.ts'
import { describeWithReference } from './reference.ts'

/** Tests of a suite of files with a record a line: one handler a file, all agree, and no record is taken unread. */
export function describeRecords(suite: ConformanceSuite, files: readonly string[]): void {
  describe(`the ${suite.name} handlers`, () => {
    it.each(files)('know %s and further files of its family, one handler each', (file) => {
      const more = file.replace('.jsonl', '_edge.jsonl')
      for (const name of [file, more])
        expect(suite.handlers.filter(({ pattern }) => pattern.test(name))).toHaveLength(1)
    })

    it('know no file of another family', () => {
      expect(suite.handlers.filter(({ pattern }) => pattern.test('webshop_goals.json'))).toEqual([])
    })

    it.each(files)('fail where a record of %s is not one', async (file) => {
      expect(await failures(await casesOf(suite, file, '{"unknown":1}\n[]'))).toHaveLength(2)
    })
  })

  describeWithReference(`the ${suite.name} reference vectors`, (folder) => {
    it.each(files)('agree in every record of %s', async (file) => {
      const text = readFileSync(join(folder, 'vectors', suite.vectors, file), 'utf8')
      const cases = await casesOf(suite, file, text)
      expect(cases.length).toBeGreaterThan(5)
      expect(await failures(cases)).toEqual([])
    })

    it.each(files)('are held to every field of the first record of %s', async (file) => {
      const [first = '{}'] = readFileSync(join(folder, 'vectors', suite.vectors, file), 'utf8').split('\n')
      const record: Record<string, unknown> = JSON.parse(first)
      const wrong = Object.keys(record).map((name) => JSON.stringify({ ...record, [name]: { changed: true } }))
      const passed: string[] = []
      for (const [at, line] of wrong.entries())
        if ((await failures(await casesOf(suite, file, line))).length === 0) passed.push(Object.keys(record)[at] ?? '')
      expect(passed.filter((name) => !NOTES.includes(name))).toEqual([])
    })
  })
}

/** Fields that say where a record comes from. */
const NOTES = ['index', 'number', 'seed', 'config', 'task']
