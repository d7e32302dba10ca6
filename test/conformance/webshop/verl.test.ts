import { describe, expect, it } from 'vitest'
import { type VerifyHandler, type VerifyInput, VerifyMismatch } from '../../../conformance/handler.ts'
import { verlProjectionHandler, verlPromptsHandler } from '../../../conformance/suites/webshop/verl.ts'
import { buildPrompt } from '../../../envs/webshop/verl/prompt.ts'
import { changesOf } from '../../support/changed-vectors.ts'

const startActions = { has_search_bar: true, clickables: ['search'] }
const resultActions = { has_search_bar: false, clickables: ['back to search', 'next >'] }
const doneActions = { has_search_bar: false, clickables: [] }
const RESULTS = 'Instruction: [SEP] buy tea [SEP] Back to Search [SEP] Next >'

const transcript = {
  kind: 'human',
  session: 4,
  reset: { text: 'WebShop [SEP] Instruction: [SEP] buy tea [SEP] Search', available_actions: startActions },
  steps: [
    { action: 'search[Green Tea]', reward: 0, done: false, text: RESULTS, available_actions: resultActions },
    { action: 'click[Next >]', reward: 1, done: true, text: 'Thank you', available_actions: doneActions },
  ],
}

const [first, second, third] = ["'Search'", "'Back to Search' [SEP] 'Next >'", 'Thank you']
const searched = { observation: first, action: 'search[green tea]' }
const clicked = { observation: second, action: 'click[next >]' }

const promptOf = (observation: string, available: typeof startActions, turns: readonly (typeof searched)[]): string =>
  buildPrompt({
    task: 'buy tea',
    observation,
    available: { hasSearchBar: available.has_search_bar, clickables: available.clickables },
    turns,
  })

const episode = {
  transcript_index: 1,
  session: 4,
  kind: 'human',
  history_length: 2,
  turns: [
    { prompt: promptOf(first, startActions, []), anchor: first },
    {
      model_output: '<think>tea</think><action>search[Green Tea]</action>',
      prompt: promptOf(second, resultActions, [searched]),
      anchor: second,
      reward: 0,
      done: false,
      valid: 1,
      task_score: 0,
      won: false,
    },
    {
      model_output: '<action>click[Next >]</action>',
      prompt: promptOf(third, doneActions, [searched, clicked]),
      anchor: third,
      reward: 10,
      done: true,
      valid: 0,
      task_score: 1,
      won: true,
    },
  ],
}

async function runOnly(handler: VerifyHandler, text: string, sibling: VerifyInput['sibling']): Promise<void> {
  for await (const only of handler.cases({ text, dataFolder: '', sibling })) await only.check()
}

const promptCheck = (record: unknown, transcripts: unknown = transcript): Promise<void> => {
  const lines = `{}\n${JSON.stringify(transcripts)}\n`
  const sibling = (name: string) => (name === 'webshop_transcripts.jsonl' ? lines : undefined)
  return runOnly(verlPromptsHandler, JSON.stringify(record), sibling)
}

describe('the handler of verl-agent prompts', () => {
  it('agrees with an episode that follows from its transcript', async () => {
    await expect(promptCheck(episode)).resolves.toBeUndefined()
  })

  it.each(changesOf(episode))('finds a change of $path', async ({ changed }) => {
    await expect(promptCheck(changed)).rejects.toThrow(VerifyMismatch)
  })

  it('agrees with an episode that is shorter than its transcript, not with one that is longer', async () => {
    await expect(promptCheck({ ...episode, turns: episode.turns.slice(0, 2) })).resolves.toBeUndefined()
    const short = { ...transcript, steps: transcript.steps.slice(0, 1) }
    await expect(promptCheck(episode, short)).rejects.toThrow(/no more steps/)
  })

  it('refuses an episode without any turn', async () => {
    await expect(promptCheck({ ...episode, turns: [] })).rejects.toThrow(/at least one turn/)
  })

  it('refuses an episode whose transcript is missing', async () => {
    await expect(promptCheck({ ...episode, transcript_index: 2 })).rejects.toThrow(/transcript_index/)
    const without = runOnly(verlPromptsHandler, JSON.stringify(episode), () => undefined)
    await expect(without).rejects.toThrow(/transcript_index/)
  })
})

describe('the handler of verl-agent projections', () => {
  const record = { input: '<think></think><action>A</action>', action: 'a', valid: 1 }
  const check = (changed: unknown) => runOnly(verlProjectionHandler, JSON.stringify([changed]), () => undefined)

  it('agrees with what the projection gives', async () => {
    await expect(check(record)).resolves.toBeUndefined()
  })

  it.each(changesOf(record))('finds a change of $path', async ({ changed }) => {
    await expect(check(changed)).rejects.toThrow(VerifyMismatch)
  })
})
