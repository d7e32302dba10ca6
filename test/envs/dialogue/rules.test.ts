import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  changedEmotion,
  emotionOutcome,
  emotionState,
  emotionStep,
  isFarewell,
  readChange,
  spokenPart,
} from '../../../envs/dialogue/rules/emotion.ts'
import { endingReasons, renderedAction, type SocialMessage, socialScore } from '../../../envs/dialogue/rules/social.ts'

describe('the emotion of a simulated user', () => {
  it.each([
    [100, 'Emotion-S'],
    [99, 'Emotion-A'],
    [70, 'Emotion-A'],
    [69, 'Emotion-B'],
    [40, 'Emotion-B'],
    [39, 'Emotion-C'],
    [10, 'Emotion-C'],
    [9, 'Emotion-F'],
    [-5, 'Emotion-F'],
  ])('%i is the state %s', (emotion, state) => {
    expect(emotionState(emotion)).toBe(state)
  })

  it.each([
    ['Change: +12', 12, 10],
    ['Change:\n-30\nbecause', -30, -10],
    ['*Change*:\n[+8]', 8, 8],
    ['Change：\n“3”', 3, 3],
    ['Change:\n变化为\n[-15]', -15, -10],
    ['Change:\nabout 5', null, 5],
    ['Change:\nno number here', null, null],
    ['5', null, null],
    ['', null, null],
  ])('reads %j as RLVER and as SAGE do', (analysis, rlver, sage) => {
    expect(readChange(analysis, 'rlver')).toBe(rlver)
    expect(readChange(analysis, 'sage')).toBe(sage)
  })

  it('is bounded above only, and pays tenths of what it really changed', () => {
    expect(changedEmotion(95, 25)).toBe(100)
    expect(changedEmotion(5, -30)).toBe(-25)
    expect(emotionStep(95, changedEmotion(95, 25))).toBe(0.5)
    expect([-25, 0, 42, 100].map(emotionOutcome)).toEqual([0, 0, 0.42, 1])
  })

  it('shows the user what comes after the last thought', () => {
    expect(spokenPart('<think>a</think> b <think>c</think> d ')).toBe('d')
    expect(spokenPart('d')).toBe('d')
  })

  it('knows a farewell', () => {
    for (const text of ['再见', '那拜拜吧', 'Good bye!', 'Goodbye.', 'BYE']) expect(isFarewell(text)).toBe(true)
    for (const text of ['goodness', 'by the way', '']) expect(isFarewell(text)).toBe(false)
  })
})

const speak = (sender: string): SocialMessage => ({ sender, action_type: 'speak', argument: 'hi', to: [] })
const idle = (sender: string): SocialMessage => ({ sender, action_type: 'none', argument: '', to: [] })
const leave = (sender: string): SocialMessage => ({ sender, action_type: 'leave', argument: '', to: [] })

describe("the end of one of SOTOPIA's conversations", () => {
  it.each<[string, readonly SocialMessage[], number, readonly string[] | null, string]>([
    ['continues while both are active', [speak('A'), speak('B')], 5, ['A', 'B'], ''],
    ['is too long from the limit on', [speak('A'), speak('B')], 20, ['A', 'B'], 'The conversation is too long; '],
    ['has too few once one left', [speak('A'), leave('B')], 5, ['A', 'B'], 'Too few active agents; '],
    ['knows only those who acted where no one is listed', [speak('A')], 1, null, 'Too few active agents; '],
    ['counts those listed who have not acted', [speak('A')], 1, ['A', 'B'], ''],
    [
      'is stale after three idle turns',
      [idle('A'), idle('B'), idle('A')],
      3,
      ['A', 'B'],
      'The conversation stales for too long; ',
    ],
    ['is not after two', [speak('B'), idle('A'), idle('B')], 3, ['A', 'B'], ''],
    ['lets who speaks after a leave count again', [leave('A'), speak('A'), speak('B')], 3, ['A', 'B'], ''],
  ])('%s', (_, messages, turns, participants, reasons) => {
    expect(endingReasons(messages, turns, participants)).toBe(reasons)
  })

  it('writes actions as the participants read them', () => {
    expect(renderedAction(speak('A'))).toBe(' said: "hi"')
    expect(renderedAction({ action_type: 'action', argument: 'waves', to: ["O'Neil"] })).toBe(
      `[private to ["O'Neil"]]  [action] waves`,
    )
    expect([idle('A'), leave('A')].map(renderedAction)).toEqual([' did nothing', ' left the conversation'])
  })
})

describe("SOTOPIA's scores", () => {
  it('are averaged by dimension first, then over dimensions', () => {
    const scores = [
      { dimension: 'goal', score: 10 },
      { dimension: 'goal', score: 5 },
      { dimension: 'secret', score: -3 },
    ] as const
    expect(socialScore(scores)).toEqual({ dimensions: { goal: 7.5, secret: -3 }, overall: 2.25 })
  })

  it('are null without a score, and refuse one that the dimension does not have', () => {
    expect(socialScore([])).toBeNull()
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 11 }), fc.integer({ max: -1 }), fc.constant(0.5)), (score) => {
        expect(() => socialScore([{ dimension: 'goal', score }])).toThrow('goal is a whole number from 0 to 10')
      }),
    )
  })
})
