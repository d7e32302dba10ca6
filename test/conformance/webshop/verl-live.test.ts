import { describe, expect, it } from 'vitest'
import { verlPromptsHandler } from '../../../conformance/suites/webshop/verl.ts'
import { buildPrompt, formatObservation, type PromptTurn } from '../../../envs/webshop/verl/prompt.ts'
import { changesOf } from '../../support/changed-vectors.ts'

const ASIN = 'B000000001'

/** So dear that no price cap is drawn. */
const product = {
  asin: ASIN,
  name: 'Green Tea',
  full_description: 'Loose leaves.',
  small_description: ['Organic'],
  pricing: '$985.00',
  images: ['tea.jpg'],
  product_category: 'Food › Tea',
  customization_options: { Size: [{ value: 'Large', image: null }] },
  category: 'grocery',
  query: 'tea',
}
const instruction = { instruction: 'buy tea.', instruction_attributes: ['organic'], instruction_options: ['large'] }

const catalogue = {
  products: [product],
  items_ins: {},
  human_ins: { [ASIN]: [instruction] },
  seed_before_load: 7,
}

const HEAD = 'Instruction: [SEP] buy tea [SEP] Back to Search'
const ITEM = `${HEAD} [SEP] < Prev [SEP] size [SEP] large [SEP] Green Tea [SEP] Price: $985.0 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now`
const DONE = `Thank you for shopping with us! [SEP] Your code: [SEP] None [SEP] (Paste it in your MTurk interface.) [SEP] Purchased [SEP] asin [SEP] ${ASIN} [SEP] options [SEP] {"size": "large"} [SEP] attrs [SEP] None [SEP] category [SEP] None [SEP] query [SEP] None [SEP] product category [SEP] None [SEP] Target [SEP] asin [SEP] options [SEP] attrs [SEP] price upper [SEP] instuction text [SEP] category [SEP] product category [SEP] query [SEP] Goal [SEP] None [SEP] Reward [SEP] Your score (min 0.0, max 1.0) [SEP] 1.0 [SEP] Reward Details [SEP] None`
const ON_ITEM = ['back to search', '< prev', 'description', 'features', 'reviews', 'buy now', 'large']

interface Played {
  readonly text: string
  readonly clickables: readonly string[]
  readonly action?: string
}

const played: readonly Played[] = [
  { text: 'WebShop [SEP] Instruction: [SEP] buy tea [SEP] Search', clickables: ['search'] },
  {
    action: 'search[tea]',
    text: `${HEAD} [SEP] Page 1 (Total results: 1) [SEP] Next > [SEP] ${ASIN} [SEP] Green Tea [SEP] $985.0`,
    clickables: ['back to search', 'next >', ASIN.toLowerCase()],
  },
  { action: `click[${ASIN.toLowerCase()}]`, text: ITEM, clickables: ON_ITEM },
  { action: 'click[large]', text: ITEM, clickables: ON_ITEM },
  { action: 'click[buy now]', text: DONE, clickables: [] },
]

function recordedTurn({ text, clickables, action }: Played, index: number): object {
  const observation = formatObservation(text, 'buy tea')
  const turns: readonly PromptTurn[] = played.slice(1, index + 1).map((next, step) => ({
    observation: formatObservation(played[step]?.text ?? '', 'buy tea'),
    action: next.action ?? '',
  }))
  const hasSearchBar = index === 0
  const page = {
    prompt: buildPrompt({ task: 'buy tea', observation, available: { hasSearchBar, clickables }, turns }),
    anchor: observation,
    text,
    available_actions: { has_search_bar: hasSearchBar, clickables },
  }
  return action === undefined ? page : { ...page, ...outcomeOf(action, index === played.length - 1) }
}

const outcomeOf = (action: string, isLast: boolean): object => ({
  model_output: `<think></think><action>${action}</action>`,
  action,
  reward: isLast ? 10 : 0,
  done: isLast,
  valid: 1,
  task_score: isLast ? 1 : 0,
  won: isLast,
})

const episode = { session: 0, kind: 'human', history_length: 2, turns: played.map(recordedTurn) }

async function check(changed: unknown): Promise<void> {
  const record = { transcript_index: null, ...catalogue, ...Object(changed) }
  const input = { text: JSON.stringify(record), dataFolder: '', sibling: () => undefined }
  for await (const only of verlPromptsHandler.cases(input)) await only.check()
}

describe('the handler of verl-agent prompts that were recorded live', () => {
  it('agrees with an episode that the shop plays the same way', async () => {
    await expect(check(episode)).resolves.toBeUndefined()
  })

  it.each(changesOf(episode))('finds a change of $path', async ({ changed }) => {
    await expect(check(changed)).rejects.toThrow()
  })

  it('finds another catalogue, or another price', async () => {
    await expect(check({ ...episode, products: [{ ...product, name: 'Black Tea' }] })).rejects.toThrow(
      /turns\[0\]|text/,
    )
    await expect(check({ ...episode, products: [{ ...product, pricing: '$5.00' }] })).rejects.toThrow(/text/)
  })

  it('finds a page if WebShop itself fails', async () => {
    const model_output = '<think></think><action>search[<a>]</action>'
    const turns = [episode.turns[0], { ...Object(episode.turns[1]), model_output, action: 'search[<a>]' }]
    await expect(check({ ...episode, turns })).rejects.toThrow(/TypeError/)
  })
})
