import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import suite from '../../../conformance/suites/household/index.ts'
import { changesOf } from '../../support/changed-vectors.ts'
import { casesOf, failures } from '../../support/conformance.ts'
import { describeWithReference } from '../../support/reference.ts'

const FILES = [
  'alfworld_tables.json',
  'alfworld_game_order.json',
  'alfworld_transcripts.jsonl',
  'alfworld_transcripts_edge.jsonl',
  'verl_agent_alfworld_projection.json',
  'verl_agent_alfworld_prompts.jsonl',
]

describe('the household handlers', () => {
  it.each(FILES)('know %s, one handler each', (file) => {
    expect(suite.handlers.filter(({ pattern }) => pattern.test(file))).toHaveLength(1)
  })

  it('know no file of another family', () => {
    for (const file of ['verl_agent_webshop_prompts.jsonl', 'webshop_goals.json', 'my_alfworld_tables.json'])
      expect(suite.handlers.filter(({ pattern }) => pattern.test(file))).toEqual([])
  })
})

/** What says where a record comes from, and is not compared. */
const NOTES = /^\.(index|seed|room|case|mode|replanned_at|source|scene_numbers|limits)\b|^\.scene\.(seed|room)\b/

describeWithReference('the household reference vectors', (folder) => {
  const read = (file: string): string => readFileSync(join(folder, 'vectors', 'envs', file), 'utf8')

  it.each(FILES)('agree in every case of %s', async (file) => {
    const cases = await casesOf(suite, file, read(file))
    expect(cases.length).toBeGreaterThan(0)
    expect(await failures(cases)).toEqual([])
  })

  it.each(FILES.filter((file) => !/tables|projection/.test(file)))('are held to the values of %s', async (file) => {
    const text = read(file)
    const records: readonly object[] = file.endsWith('.jsonl')
      ? text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : JSON.parse(text)
    const [smallest = {}] = records.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
    const changes = changesOf(smallest).filter(({ path }) => !NOTES.test(path))
    // A change every few: a record of a game has thousands of values.
    const tried = changes.filter((_, at) => at % Math.ceil(changes.length / 60) === 0)
    const passed: string[] = []
    for (const { path, changed } of tried)
      if ((await failures(await casesOf(suite, file, `[${JSON.stringify(changed)}]`))).length === 0) passed.push(path)
    expect(passed.filter((path) => !isUnseen(path))).toEqual([])
  })
})

/** Changes of a start that its game never shows: of ids that keep their order, and of things that are never met. */
const isUnseen = (path: string): boolean => /(receptacles|objects)\[\d+\]|expert_commands/.test(path)
