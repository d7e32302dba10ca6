import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { VerifyHandler } from '../../../conformance/handler.ts'
import { emotionHandler } from '../../../conformance/suites/dialogue/emotion.ts'
import suite from '../../../conformance/suites/dialogue/index.ts'
import { socialHandler } from '../../../conformance/suites/dialogue/social.ts'
import { describeWithReference } from '../../support/reference.ts'

const FILES = [
  ['emotion_updates.jsonl', emotionHandler],
  ['sotopia_rules.jsonl', socialHandler],
] as const

/** Records that fail, by position. */
async function failures(handler: VerifyHandler, text: string): Promise<readonly string[]> {
  const failed: string[] = []
  for await (const { id, check } of handler.cases({ text, dataFolder: '', sibling: () => undefined }))
    try {
      await check()
    } catch {
      failed.push(id)
    }
  return failed
}

describeWithReference('the vectors of conversations', (folder) => {
  const linesOf = (file: string): readonly string[] =>
    readFileSync(join(folder, 'vectors/envs', file), 'utf8')
      .trim()
      .split('\n')

  it.each(FILES)('%s has one handler, and its records are met', async (file, handler) => {
    expect(suite.handlers.filter(({ pattern }) => pattern.test(file))).toEqual([handler])
    expect(await failures(handler, linesOf(file).join('\n'))).toEqual([])
  })
})

const STEP = { replies: ['x', 'Change: 5'], change: 5, emo_point: 35, emo_state: 'Emotion-C', fork_step_reward: 0.5 }
const TALK = { simulator: 'rlver', start: 30, steps: [STEP], final_reward_original: 0.35 }
const ENDING = {
  ...{ kind: 'termination', max_turn_number: 20, max_stale_turn: 2, turn_number: 1, agents: ['A', 'B'] },
  messages: [{ sender: 'A', action_type: 'speak', argument: 'hi', to: [] }],
  ...{ natural_language: [' said: "hi"'], terminated: false, reason: '' },
}
const SCORES = {
  ...{ kind: 'aggregate', terminated: false, p1_rate: [7, { goal: 7, overall_score: 7 }], p2_rate: null },
  responses: [['agent_1', [['goal', 7], 'good ']]],
  comments: 'Agent 1 comments:\ngoal: good \n',
}

describe('a record of a conversation', () => {
  it.each([
    ['emotion', emotionHandler, TALK],
    ['ending', socialHandler, ENDING],
    ['scores', socialHandler, SCORES],
  ])('of %s that is right is met', async (_, handler, record) => {
    expect(await failures(handler, JSON.stringify(record))).toEqual([])
  })

  it.each<[string, VerifyHandler, object]>([
    ['another emotion', emotionHandler, { ...TALK, steps: [{ ...STEP, emo_point: 36 }] }],
    ['another state', emotionHandler, { ...TALK, steps: [{ ...STEP, emo_state: 'Emotion-B' }] }],
    ['a reply that should not be read', emotionHandler, { ...TALK, steps: [{ ...STEP, replies: ['Change: 5', 'x'] }] }],
    ['another reward', emotionHandler, { ...TALK, final_reward_original: 0.3 }],
    ['an unknown simulator', emotionHandler, { ...TALK, simulator: 'mine' }],
    ['an unknown field', emotionHandler, { ...TALK, mood: 1 }],
    ['another rendering', socialHandler, { ...ENDING, natural_language: ['said: "hi"'] }],
    ['another reason', socialHandler, { ...ENDING, reason: 'Too few active agents; ' }],
    ['another ending', socialHandler, { ...ENDING, terminated: true }],
    ['an unknown action', socialHandler, { ...ENDING, messages: [{ ...ENDING.messages[0], action_type: 'sing' }] }],
    ['another rate', socialHandler, { ...SCORES, p1_rate: [8, { goal: 7, overall_score: 7 }] }],
    ['a score out of range', socialHandler, { ...SCORES, responses: [['agent_1', [['goal', 11], 'good ']]] }],
    ['a malformed response', socialHandler, { ...SCORES, responses: [['agent_1', 'goal']] }],
    ['an unknown kind', socialHandler, { kind: 'other' }],
  ])('with %s is not', async (_, handler, record) => {
    expect(await failures(handler, JSON.stringify(record))).toHaveLength(1)
  })
})
