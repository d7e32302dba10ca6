import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hookSet, withOptions } from '../../../core/reward/hook.ts'
import { runProcessHook } from '../../../core/reward/run-hooks.ts'
import partConfidence from '../../../rewards/hooks/part-confidence.ts'
import { partsOfTokens, type SegmentParser, segmentsOf } from '../../../rewards/segments/segments.ts'
import { step, tokenEvidence } from '../../support/reward-samples.ts'

const partsIn = (text: string) => segmentsOf(text).map(({ part, start, end }) => [part, text.slice(start, end)])

describe('segments of what an agent writes', () => {
  it('are its tagged parts with their tags, and the text between them', () => {
    expect(partsIn('Hm. <think>a <b></think>\n<tool_call>{}</tool_call><answer>1</answer>')).toEqual([
      ['text', 'Hm. '],
      ['thought', '<think>a <b></think>'],
      ['text', '\n'],
      ['call', '<tool_call>{}</tool_call>'],
      ['answer', '<answer>1</answer>'],
    ])
  })

  it('keep tags within a part to it, and end an open part at the end of the text', () => {
    expect(partsIn('<think><answer>no</answer></think><search>x')).toEqual([
      ['thought', '<think><answer>no</answer></think>'],
      ['query', '<search>x'],
    ])
    expect(partsIn('')).toEqual([])
  })

  it('may be found by a parser of one’s own', () => {
    const firstLine: SegmentParser = (text) => [{ part: 'thought', start: 0, end: text.indexOf('\n') + 1 }]
    expect(segmentsOf('why\nbecause', firstLine).map(({ part }) => part)).toEqual(['thought', 'text'])
  })

  it('cover any text without gap or overlap, and give every token the part in which it begins', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<answer>', '</answer>', 'a', ' ', '<', '𝒳')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (tokens) => {
        const text = tokens.join('')
        const segments = segmentsOf(text)
        expect(segments.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
        const starts = tokens.map((_, at) => tokens.slice(0, at).join('').length)
        const plain = starts.map((at) => segments.find(({ start, end }) => start <= at && at < end)?.part ?? 'text')
        expect(partsOfTokens(text, tokens, segments)).toEqual(plain)
      }),
      { numRuns: 100 },
    )
    expect(partsOfTokens('é', ['\ufffd', '\ufffd'], segmentsOf('é'))).toBeNull()
  })
})

describe('part-confidence', () => {
  const tokenTexts = ['<think>', 'so</think>', '<ans', 'wer>', '4', '</answer>']
  const action = tokenTexts.join('')
  const evidence = tokenEvidence([-9, -9, -1, -1, -4, -2])

  async function judge(part: string, info = { tokenTexts }) {
    const [hook = partConfidence] = hookSet([withOptions(partConfidence, { part })]).process
    const [reward] = await runProcessHook(hook, [step({ action, evidence, info })])
    return reward
  }

  it('is the mean over the tokens of its part, with each of them', async () => {
    expect(await judge('answer')).toMatchObject({ value: -2, perToken: [0, 0, -1, -1, -4, -2] })
    expect(await judge('thought')).toMatchObject({ value: -9 })
  })

  it('declines with a reason where the tokens do not spell the action, or the part is missing', async () => {
    expect(await judge('query')).toMatchObject({ value: null, detail: expect.stringMatching(/no token in that part/) })
    for (const texts of [tokenTexts.with(4, '5'), tokenTexts.slice(1)])
      expect(await judge('answer', { tokenTexts: texts })).toMatchObject({
        value: null,
        detail: expect.stringMatching(/texts/),
      })
  })
})
