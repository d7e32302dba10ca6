import { describe, expect, it } from 'vitest'
import suite from '../../../conformance/suites/credit/index.ts'
import { casesOf, describeSuite, failures } from '../../support/conformance.ts'

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

describeSuite(suite, FILES)

describe('a file of vectors', () => {
  it('is one case, which fails, if it cannot be read', async () => {
    expect(await failures(await casesOf(suite, 'gigpo.json', '{"meta": {}'))).toHaveLength(1)
    expect(await failures(await casesOf(suite, 'gigpo.json', '{"meta": {}, "cases": [1, 2]}'))).toHaveLength(2)
    const unknown = '{"meta": {}, "cases": [{"name": "x", "new": 1}]}'
    expect(await failures(await casesOf(suite, 'hgpo.json', unknown))).toEqual([expect.stringContaining('(x)')])
  })
})
