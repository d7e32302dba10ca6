import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admissibleActions,
  buildPrompt,
  formatObservation,
  type PromptInput,
  type PromptOptions,
  type PromptTurn,
  taskOf,
} from '../../../../envs/webshop/verl/prompt.ts'

const CLOSING = [
  '',
  "Now it's your turn to take one action for the current step.",
  'You should first reason step-by-step about the current situation, then think carefully which admissible action best advances the shopping goal. This reasoning process MUST be enclosed within <think> </think> tags. ',
  "Once you've finished your reasoning, you should choose an admissible action for current step and present it within <action> </action> tags.",
  '',
]

const startInput: PromptInput = {
  task: 'buy tea',
  observation: "'Search'",
  available: { hasSearchBar: true, clickables: ['search'] },
  turns: [],
}

const turnsOf = (count: number): readonly PromptTurn[] =>
  Array.from({ length: count }, (_, index) => ({ observation: `'page ${index + 1}'`, action: `click[${index + 1}]` }))

const promptAfter = (count: number, options: PromptOptions = {}): string =>
  buildPrompt({ ...startInput, turns: turnsOf(count) }, options)

describe('taskOf', () => {
  it('reads the third part of the first observation', () => {
    expect(taskOf('WebShop [SEP] Instruction: [SEP] buy tea [SEP] Search')).toBe('buy tea')
  })

  it('cuts a task that holds the separator', () => {
    expect(taskOf('WebShop [SEP] Instruction: [SEP] buy [SEP] tea [SEP] Search')).toBe('buy')
  })

  it('refuses a page that is not a start page', () => {
    expect(() => taskOf('Instruction: [SEP] buy tea [SEP] Search')).toThrowError(/no task/)
    expect(() => taskOf('WebShop [SEP] Instruction:')).toThrowError(expect.objectContaining({ code: 'ENV_INVALID' }))
  })
})

describe('formatObservation', () => {
  it('quotes the parts after the task', () => {
    const text = 'Instruction: [SEP] buy tea [SEP] Back to Search [SEP] < Prev'
    expect(formatObservation(text, 'buy tea')).toBe("'Back to Search' [SEP] '< Prev'")
  })

  it('leaves a page without the task as it is', () => {
    expect(formatObservation('Thank you [SEP] None', 'buy tea')).toBe('Thank you [SEP] None')
  })

  it('cuts at the first part that equals the task, and gives nothing after the last one', () => {
    expect(formatObservation('a [SEP] a [SEP] b', 'a')).toBe("'a' [SEP] 'b'")
    expect(formatObservation('b [SEP] a', 'a')).toBe('')
  })

  it('keeps every part after the task, in order', () => {
    const part = fc.string({ maxLength: 8 }).filter((text) => !text.includes('[SEP]') && text !== 'TASK')
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (before, after) => {
        const formatted = formatObservation([...before, 'TASK', ...after].join(' [SEP] '), 'TASK')
        expect(formatted).toBe(after.map((text) => `'${text}'`).join(' [SEP] '))
      }),
    )
  })
})

describe('admissibleActions', () => {
  it('names the search only if there is a search bar', () => {
    expect(admissibleActions({ hasSearchBar: true, clickables: ['search'] })).toEqual([
      'search[<your query>]',
      'click[search]',
    ])
    expect(admissibleActions({ hasSearchBar: false, clickables: [] })).toEqual([])
  })
})

describe('buildPrompt', () => {
  it('writes the first prompt without history', () => {
    const lines = [
      '',
      'You are an expert autonomous agent operating in the WebShop e‑commerce environment. ',
      'Your task is to: buy tea.',
      "Your current observation is: 'Search'.",
      'Your admissible actions of the current situation are: ',
      '[',
      "'search[<your query>]',",
      "'click[search]',",
      '].',
      ...CLOSING,
    ]
    expect(buildPrompt(startInput)).toBe(lines.join('\n'))
  })

  it('writes later prompts with the last two steps, numbered from the start of the episode', () => {
    const lines = [
      '',
      'You are an expert autonomous agent operating in the WebShop e‑commerce environment.',
      'Your task is to: buy tea.',
      "Prior to this step, you have already taken 3 step(s). Below are the most recent 2 observations and the corresponding actions you took: [Observation 2: ''page 2'', Action 2: 'click[2]']",
      "[Observation 3: ''page 3'', Action 3: 'click[3]']",
      "You are now at step 4 and your current observation is: 'Search'.",
      'Your admissible actions of the current situation are: ',
      '[',
      "'search[<your query>]',",
      "'click[search]',",
      '].',
      ...CLOSING,
    ]
    expect(promptAfter(3)).toBe(lines.join('\n'))
  })

  it('leaves an empty line if nothing can be done', () => {
    expect(buildPrompt({ ...startInput, available: { hasSearchBar: false, clickables: [] } })).toContain('\n[\n\n].\n')
  })

  it('shows no more steps than there are', () => {
    expect(promptAfter(1, { historyLength: 5 })).toContain('taken 1 step(s). Below are the most recent 1 observations')
  })

  it('is the first prompt at every step with a history length of 0', () => {
    expect(promptAfter(4, { historyLength: 0 })).toBe(buildPrompt(startInput))
  })

  it('falls back to a prompt without history above the limit, counted in code points', () => {
    const long = (emojis: number) => {
      const turns = [{ observation: '😀'.repeat(emojis), action: 'a' }]
      return buildPrompt({ ...startInput, turns })
    }
    const rest = [...long(0)].length
    expect([...long(13_000 - rest)].length).toBe(13_000)
    expect(long(13_001 - rest)).toBe(buildPrompt(startInput))
  })

  it('does not cut a prompt without history, however long', () => {
    const observation = 'x'.repeat(20_000)
    expect(buildPrompt({ ...startInput, observation, turns: turnsOf(1) })).toContain(observation)
  })

  it('takes texts literally, braces and dollar signs as well', () => {
    const text = "$& {task_description} $1 %s \\n $'"
    const prompt = buildPrompt({ ...startInput, task: text, turns: [{ observation: text, action: text }] })
    expect(prompt.split(text).length - 1).toBe(3)
  })

  it('shows exactly the last steps of any episode', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (count, historyLength) => {
        const shown = [...promptAfter(count, { historyLength }).matchAll(/\[Observation (\d+):/g)].map(
          (match) => match[1],
        )
        const expected = turnsOf(count).map((_, index) => String(index + 1))
        expect(shown).toEqual(expected.slice(-historyLength))
      }),
    )
  })
})
