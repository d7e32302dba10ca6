import { beforeAll, describe, expect, it } from 'vitest'
import shopExpert from '../../agents/shop-expert.ts'
import { checkAgent } from '../../core/check/agent.ts'
import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import type { Agent, AgentContext, Turn } from '../../core/rollout/agent.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import webshop from '../../envs/webshop/index.ts'

let expert: Agent
beforeAll(async () => {
  expert = await createAgent(shopExpert)
})

const context = (observation: string, more: Partial<AgentContext> = {}): AgentContext => ({
  observation,
  history: [],
  actions: null,
  rng: new Rng(keyOfSeed(0), 0),
  signal: new AbortController().signal,
  ...more,
})
const actionOn = async (observation: string, more: Partial<AgentContext> = {}) =>
  (await expert.act(context(observation, more))).action

const WISH = 'i need a folding lamp that is dimmable, in red, and price lower than 20.00 dollars'
const TOP = `Instruction: [SEP] ${WISH} [SEP] Back to Search [SEP] `
const SEARCH = `WebShop [SEP] Instruction: [SEP] ${WISH} [SEP] Search`
const RESULTS = `${TOP}Page 1 (Total results: 2) [SEP] B000000001 [SEP] Folding Lamp [SEP] $25.0 [SEP] B000000002 [SEP] Folding Lamp [SEP] $15.0`
const itemPage = (title: string, colors: string): string =>
  `${TOP}< Prev [SEP] color [SEP] ${colors} [SEP] ${title} [SEP] Price: $15.0 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now`
const ITEM = itemPage('Folding Lamp', 'red [SEP] blue')
const FEATURES = `${TOP}< Prev [SEP] Dimmable by a wheel`
const turn = (observation: string, action: string): Turn => ({ observation, action, isActionValid: true })
const SEARCHED = turn(SEARCH, 'search[folding lamp]')
const OPENED = [SEARCHED, turn(RESULTS, 'click[b000000002]')]
const READ = [...OPENED, turn(ITEM, 'click[features]'), turn(FEATURES, 'click[< prev]')]
const CLICKS = ['red', 'blue', 'buy now', 'features', '< prev'].map((text) => `click[${text}]`)

describe('the expert shopper', () => {
  it('keeps the contract of agents', async () => {
    const results = []
    for await (const result of checkAgent(expert, webshop)) results.push(result)
    expect(results.filter(({ status }) => status === 'failed')).toEqual([])
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThanOrEqual(3)
  })

  it('searches for what is wanted, without the price', async () => {
    expect(await actionOn(SEARCH)).toBe('search[folding lamp dimmable red red red]')
  })

  it('opens what it can afford', async () => {
    expect(await actionOn(RESULTS, { history: [SEARCHED] })).toBe('click[b000000002]')
  })

  it('opens the first result of all before better titles, and then the best title', async () => {
    const mixed = RESULTS.replace('Folding Lamp [SEP] $25.0', 'Desk Gadget [SEP] $12.0')
    expect(await actionOn(mixed, { history: [SEARCHED] })).toBe('click[b000000001]')
    const back = [SEARCHED, turn(mixed, 'click[b000000001]'), turn(itemPage('Desk Gadget', 'red'), 'click[< prev]')]
    expect(await actionOn(mixed, { history: back })).toBe('click[b000000002]')
  })

  it('reads the features if words are still unexplained, then chooses and buys', async () => {
    expect(await actionOn(ITEM, { history: OPENED, actions: CLICKS })).toBe('click[features]')
    expect(await actionOn(FEATURES, { history: READ.slice(0, 3) })).toBe('click[< prev]')
    expect(await actionOn(ITEM, { history: READ, actions: CLICKS })).toBe('click[red]')
    const chosen = [...READ, turn(ITEM, 'click[red]')]
    expect(await actionOn(ITEM, { history: chosen, actions: CLICKS.slice(1) })).toBe('click[buy now]')
  })

  it('reads nothing where the title explains all', async () => {
    const plain = itemPage('Dimmable Folding Lamp', 'red')
    expect(await actionOn(plain, { history: OPENED, actions: CLICKS })).toBe('click[red]')
  })

  it('leaves an item without the option while there is another', async () => {
    const two = RESULTS.replace('$25.0', '$14.0')
    const blue = itemPage('Folding Lamp', 'blue')
    const history = [turn(SEARCH, 'search[folding lamp]'), turn(two, 'click[b000000002]')]
    expect(await actionOn(blue, { history, actions: CLICKS })).toBe('click[< prev]')
    expect(await actionOn(blue, { history: OPENED, actions: CLICKS })).toBe('click[features]')
  })

  it('buys with its last step', async () => {
    const waited = Array.from({ length: 12 }, () => turn(ITEM, 'click[reviews]'))
    expect(await actionOn(ITEM, { history: [...OPENED, ...waited], actions: CLICKS })).toBe('click[buy now]')
  })

  it('knows how long an episode is by its option', async () => {
    const hasty = await createAgent(shopExpert, { maxSteps: 3 })
    expect((await hasty.act(context(ITEM, { history: OPENED, actions: CLICKS }))).action).toBe('click[buy now]')
  })

  it('tries one word after the other if all of them find nothing', async () => {
    const empty = `${TOP}Page 1 (Total results: 0)`
    const history = [turn(SEARCH, 'search[folding lamp]')]
    expect(await actionOn(empty, { history })).toBe('click[back to search]')
    const again = [...history, turn(empty, 'click[back to search]')]
    expect(await actionOn(SEARCH, { history: again })).toBe('search[folding]')
  })

  it('goes back to the start from a page it cannot read', async () => {
    expect(await actionOn('Thank you for shopping with us!')).toBe('click[back to search]')
  })
})
