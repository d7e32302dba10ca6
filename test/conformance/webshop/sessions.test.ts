import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type VerifyHandler, VerifyMismatch } from '../../../conformance/handler.ts'
import { goalsHandler } from '../../../conformance/suites/webshop/goals.ts'
import { productsHandler } from '../../../conformance/suites/webshop/products.ts'
import { transcriptsHandler } from '../../../conformance/suites/webshop/transcripts.ts'
import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import type { Goal } from '../../../envs/webshop/goals/goal.ts'
import { verboseInfo } from '../../../envs/webshop/reward/reward.ts'
import { availableActions } from '../../../envs/webshop/session/available.ts'
import { takeAction } from '../../../envs/webshop/session/receive.ts'
import type { ShopState } from '../../../envs/webshop/session/state.ts'
import { startState } from '../../../envs/webshop/session/state.ts'
import { urlOf } from '../../../envs/webshop/session/url.ts'
import { htmlView } from '../../../envs/webshop/views/html.ts'
import { richView } from '../../../envs/webshop/views/rich.ts'
import { textView } from '../../../envs/webshop/views/text.ts'
import { changesOf } from '../../support/changed-vectors.ts'
import { FIXTURE_FOLDER, fixtureProducts, goalFor, noSample, referenceShop as shop } from '../../support/shops.ts'

let dataFolder: string
beforeAll(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'stepgym-vectors-'))
  cpSync(FIXTURE_FOLDER, join(dataFolder, 'webshop_synth'), { recursive: true })
})
afterAll(() => rmSync(dataFolder, { recursive: true }))

/** Why the handler refuses each of the records; null where it agrees. */
async function complaints(handler: VerifyHandler, ...records: readonly unknown[]): Promise<readonly (string | null)[]> {
  const text = records.map((record) => JSON.stringify(record)).join('\n')
  const found: (string | null)[] = []
  for await (const { check } of handler.cases({ text, dataFolder, sibling: () => undefined }))
    found.push(await complaintOf(check))
  return found
}

async function complaintOf(check: () => void | Promise<void>): Promise<string | null> {
  try {
    await check()
    return null
  } catch (thrown) {
    if (thrown instanceof VerifyMismatch) return thrown.message
    throw thrown
  }
}

/** Each thing in the record that can be wrong is found out, except `inputs`. */
async function expectNoticed(handler: VerifyHandler, record: unknown, inputs = /^$/): Promise<void> {
  const changes = changesOf(record).filter(({ path }) => !inputs.test(path))
  const found = await complaints(handler, record, ...changes.map(({ changed }) => changed))
  expect(found[0]).toBeNull()
  expect(changes.length).toBeGreaterThan(5)
  expect(changes.filter((_, index) => found[index + 1] === null).map(({ path }) => path)).toEqual([])
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

function pageOf(state: ShopState, isWhole: boolean) {
  const { hasSearchBar, clickables } = availableActions(state, shop)
  const html = htmlView(state, shop)
  return {
    text: textView(state, shop),
    text_rich: richView(state, shop),
    url: urlOf(state),
    available_actions: { has_search_bar: hasSearchBar, clickables },
    ...(isWhole ? { html } : { html_sha256: digest(html) }),
  }
}

function session(goal: number, actions: readonly string[], isWhole: boolean) {
  let state = startState(String(goal), goal)
  const reset = pageOf(state, isWhole)
  const steps = actions.map((action) => {
    const { reward, isPurchase, parts, exception, ...after } = takeAction(shop, state, action, noSample)
    state = after.state
    if (exception !== null) return { action, exception }
    const outcome = { action, reward, done: isPurchase, ...pageOf(state, isWhole) }
    return parts === null ? outcome : { ...outcome, verbose_info: verboseInfo(parts) }
  })
  const { asin, instructionText: instruction_text, attributes, priceUpper, goalOptions } = shop.goals[goal] as Goal
  const request = { asin, attributes, goal_options: goalOptions, price_upper: priceUpper, instruction_text }
  const instruction = `Instruction: ${instruction_text}`
  return { kind: 'synthetic', session: goal, instruction, goal_asin: asin, goal: request, reset, steps }
}

const ACTIONS = [
  'search[brass]',
  'click[b0fix00001]',
  'click[black]',
  'click[nothing]',
  'click[buy now]',
  'search[<a> x]',
]
const goal = goalFor(shop, 'B0FIX00001')
const file = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURE_FOLDER, name), 'utf8'))

describe('the handler of sessions', () => {
  it('notices any change of a session', async () => {
    // An action that does nothing may as well be another one that does nothing.
    await expectNoticed(transcriptsHandler, session(goal, ACTIONS, true), /^\.steps\[3\]\.action$/)
    await expectNoticed(transcriptsHandler, session(goal, ACTIONS, false), /^\.steps\[3\]\.action$/)
  })

  it('plays a session in the catalogue it brings along, from the seed it gives', async () => {
    const own = {
      ...session(goal, ACTIONS, false),
      products: file('items_shuffle.json'),
      items_ins: file('items_ins_v2.json'),
      human_ins: file('items_human_ins.json'),
      seed_before_load: 7,
    }
    await expectNoticed(
      transcriptsHandler,
      own,
      /^\.(products|items_ins|human_ins)[.[]|^\.seed_before_load|^\.steps\[3\]\.action$/,
    )
    expect(await complaints(transcriptsHandler, { ...session(goal, [], false), seed_before_load: 7 })).toEqual([null])
  })

  it('says where it parts from the record, and that a draw has no seed', async () => {
    const record = session(goal, ACTIONS, true)
    const wrong = { ...record, steps: record.steps.with(1, { ...record.steps[1], text: 'else' } as never) }
    expect(await complaints(transcriptsHandler, wrong)).toEqual([
      expect.stringMatching(/^\[0\]\.steps\[1\]\.text: expected "else"/),
    ])
  })
})

const productRow = ({ asin, title, ...product }: (typeof fixtureProducts)[number]) => ({
  asin,
  Title: title,
  pricing: product.pricing,
  Price: product.priceLabel,
  options: product.options,
  option_to_image: product.optionToImages,
  BulletPoints: product.bulletPoints,
  Attributes: product.attributes,
  query: product.query,
  MainImage: product.mainImage,
})

describe('the handler of products', () => {
  it('notices any change of a product', async () => {
    for (const product of fixtureProducts.slice(0, 3)) await expectNoticed(productsHandler, productRow(product))
  })

  it('notices another order of options', async () => {
    const [first] = fixtureProducts
    const row = productRow(first as (typeof fixtureProducts)[number])
    const reversed = Object.fromEntries(Object.entries(row.options).reverse())
    expect(await complaints(productsHandler, { ...row, options: reversed })).toEqual([expect.stringContaining('order')])
  })
})

const goalRow = ({ asin, instructionText, attributes, priceUpper, goalOptions, weight, name }: Goal) => ({
  asin,
  instruction_text: instructionText,
  attributes,
  price_upper: priceUpper,
  goal_options: goalOptions,
  weight,
  name,
})

const goalsRow = (goals: readonly Goal[], shown: readonly Goal[]) => ({
  kind: 'synthetic',
  n: goals.length,
  seed_before_load: 7,
  first: shown.map(goalRow),
  order_sha256: digest(pythonJsonDumps(goals.map(({ asin, instructionText }) => [asin, instructionText]))),
})

describe('the handler of goals', () => {
  const { goals } = shop
  const [even, odd] = [0, 1].map((start) => goals.filter((_, position) => position % 2 === start))

  it('notices any change of goals at even or at odd positions', async () => {
    await expectNoticed(goalsHandler, goalsRow(goals, even ?? []))
    await expectNoticed(goalsHandler, goalsRow(goals, odd ?? []))
  })

  it('notices goals at other positions', async () => {
    const found = await complaints(goalsHandler, goalsRow(goals, goals), goalsRow(goals, [...(odd ?? []), ...goals]))
    expect(found).not.toContain(null)
  })
})
