import { defineRewardHook } from '../../core/reward/hook.ts'
import { goldAnswerOf } from '../tools/made.ts'
import { toolRlFormat } from '../tools/toolrl.ts'

/**
 * ToolRL's format reward (Qian et al., arXiv 2504.13958, section 3.3): 1 where the action has its form, else 0. With
 * native tool calls the form is that of the environment: 1 for every action that it could read. With `tags` an action
 * is a text of `<think>`, then `<tool_call>` or `<response>`, each once; the ground truth's `answer`, where there is one,
 * says which (reference: `verl/utils/reward_score/rlla.py: customize_format_reward_func`).
 */
export default defineRewardHook({
  name: 'toolrl-format',
  version: 1,
  scope: 'turn',
  summary: '1 for an action of the right form, else 0, as ToolRL scores it',
  options: { tags: false },
  reward({ action, refused }, { groundTruth, options: { tags } }) {
    if (!tags) return refused ? 0 : 1
    if (typeof action !== 'string') return 0
    return toolRlFormat(action, goldAnswerOf(groundTruth()) ?? ownParts(action))
  },
})

/** What a step may be is not known: calls, or a message. */
const ownParts = (action: string): string => (action.includes('<tool_call>') ? '<tool_call>' : '<response>')
