import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { VerifyCase } from '../../../conformance/handler.ts'
import suite from '../../../conformance/suites/credit/index.ts'
import { changesOf } from '../../support/changed-vectors.ts'
import { describeWithReference } from '../../support/reference.ts'

const FILES = [
  'crbc_formula',
  'degenerate_equal_groups',
  'g2po',
  'gdpo',
  'gdpo_trl',
  'gigpo',
  'graphgpo',
  'hgpo',
  'igpo',
  'igpo_turns',
  'istar_oprl',
  'matchtir_dual_advantage',
  'matchtir_tool_match',
  'maxrl',
  'maxrl_prime_rl',
  'mt_grpo',
  'mtgrpo_turns',
  'openrlhf_global_norm',
  'otb',
  'outcome_advantages',
  'prime',
  'prime_original',
  'prof_filter',
  'pure',
  'pure_rloo_baseline',
  'ragen_bilevel_gae',
  'rllm_prpo',
  'sequence_matcher_ratio',
  'similarity_groups',
  'step_group_hashing',
  'toolrl_reward',
  'trl_batch_scale',
  'trl_rloo_normalize',
  'turn_returns',
  'turn_returns_kevin',
  'verl_masked',
]

const handlersOf = (file: string) => suite.handlers.filter(({ pattern }) => pattern.test(file))

async function casesOf(file: string, text: string): Promise<readonly VerifyCase[]> {
  const cases: VerifyCase[] = []
  for (const handler of handlersOf(file))
    for await (const each of handler.cases({ text, dataFolder: '', sibling: () => undefined })) cases.push(each)
  return cases
}

async function failures(cases: readonly VerifyCase[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { id, check } of cases)
    try {
      await check()
    } catch (error) {
      failed.push(`${id}: ${error}`)
    }
  return failed
}

describe('the credit handlers', () => {
  it.each(FILES)('know %s and further files of its family, one handler each', (file) => {
    expect(handlersOf(`${file}.json`)).toHaveLength(1)
    expect(handlersOf(`${file}_edge.json`)).toEqual(handlersOf(`${file}.json`))
    expect(handlersOf(`${file}.json`)).not.toEqual([])
  })

  it('know no file of another family, and no file twice', () => {
    expect(handlersOf('webshop_goals.json')).toEqual([])
    expect(handlersOf('my_gigpo.json')).toEqual([])
    expect(suite.handlers).toHaveLength(FILES.length)
  })

  it('make a file that cannot be read one case, which fails', async () => {
    expect(await failures(await casesOf('gigpo.json', '{"meta": {}'))).toHaveLength(1)
    expect(await failures(await casesOf('gigpo.json', '{"meta": {}, "cases": [1, 2]}'))).toHaveLength(2)
    expect(await failures(await casesOf('hgpo.json', '{"meta": {}, "cases": [{"name": "x", "new": 1}]}'))).toEqual([
      expect.stringContaining('(x)'),
    ])
  })
})

/** What is within tolerance of 0 may be printed as 0: such a change need not be noticed. */
const withoutNoise = (_: string, value: unknown): unknown =>
  typeof value === 'number' && Math.abs(value) < 1e-12 ? 0 : value

interface VectorFile {
  readonly meta: unknown
  readonly cases: readonly object[]
}

describeWithReference('the credit reference vectors', (folder) => {
  const read = (file: string): string => readFileSync(join(folder, 'vectors', 'credit', `${file}.json`), 'utf8')

  it.each(FILES)('agree in every case of %s', async (file) => {
    const cases = await casesOf(`${file}.json`, read(file))
    expect(cases.length).toBeGreaterThanOrEqual(5)
    expect(await failures(cases)).toEqual([])
  })

  it.each(FILES)('are held to every expected value of %s', async (file) => {
    const { meta, cases }: VectorFile = JSON.parse(read(file), withoutNoise)
    const [smallest = {}] = cases.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
    const wrong = changesOf(smallest).filter(({ path }) => /^\.(expected\b|ratio|exact|added)/.test(path))
    const passed: string[] = []
    for (const { path, changed } of wrong) {
      const failed = await failures(await casesOf(`${file}.json`, JSON.stringify({ meta, cases: [changed] })))
      if (failed.length === 0) passed.push(path)
    }
    expect(wrong.length).toBeGreaterThan(2)
    expect(passed).toEqual([])
  })
})
