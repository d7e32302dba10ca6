import { GymError } from '../../core/data/errors.ts'
import type { Json } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { choice } from '../recorded.ts'
import { callsLeft, callsOfStep, callsOfSteps, goldCallsOf } from '../tools/made.ts'
import { LOWEST, type ToolRlMatching, toolCallReward } from '../tools/toolrl.ts'

/**
 * ToolRL's correctness of the calls of a step, from -3 to 3 (Qian et al., arXiv 2504.13958, section 3.3; reference:
 * `verl/utils/reward_score/rlla.py`): names, parameter names and values against gold calls. Calls that cannot be read
 * have -3.
 *
 * `wanted: 'next'` compares with as many of the gold calls that no step has made yet as the step makes calls; where none
 * is left, and for messages, of which gold calls say nothing, 0, as the reference gives where no call is wanted.
 * `wanted: 'all'` is the reference, where one answer makes all gold calls: a message has -3 where calls are wanted.
 * `match` is how calls are compared: `parts`, or by its switches `exact-names` (REFINEDREWARD), `calls`
 * (INTERMEDIATEREWARD: whole calls), `all` (COARSEREWARD: all or nothing).
 * Declines where the environment has no gold calls. Its schedules are recipes: `toolrl-scheduled`, `toolrl-two-stage`.
 */
export default defineRewardHook({
  name: 'toolrl-calls',
  version: 1,
  scope: 'turn',
  summary: 'names, parameter names and values of calls against gold calls, from -3 to 3, as ToolRL scores them',
  options: { wanted: 'next', match: 'parts' },
  reward(step, { history, groundTruth, options: { wanted, match } }) {
    expectWanted(wanted)
    const matching = MATCHINGS[choice('toolrl-calls', 'match', match, ['parts', 'exact-names', 'calls', 'all'])]
    const gold = goldCallsOf(groundTruth())
    if (gold === null) return null
    const made = wanted === 'all' && isTorn(step.action) ? null : callsOfStep(step)
    if (wanted === 'all') return gold.length === 0 ? 0 : made?.length ? toolCallReward(gold, made, matching) : LOWEST
    if (made === null) return LOWEST
    if (made.length === 0) return 0
    const next = callsLeft(gold, callsOfSteps(history)).slice(0, made.length)
    return next.length === 0 ? 0 : toolCallReward(next, made, matching)
  },
})

const MATCHINGS: Readonly<Record<'parts' | 'exact-names' | 'calls' | 'all', ToolRlMatching>> = {
  parts: {},
  'exact-names': { exactNames: true },
  calls: { wholeCalls: true },
  all: { allOrNothing: true },
}

/** The reference reads no calls from a text whose tag is not closed; environments do, as a tag may be a stop word. */
const isTorn = (action: Json): boolean =>
  typeof action === 'string' && action.includes('<tool_call>') && !action.includes('</tool_call>')

function expectWanted(wanted: string): void {
  if (wanted === 'next' || wanted === 'all') return
  throw new GymError('CONFIG_INVALID', `reward hook toolrl-calls: wanted is next or all, not ${wanted}`)
}
