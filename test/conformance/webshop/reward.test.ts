import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyCommand } from '../../../bin/commands/verify/index.ts'
import { recordsOf, type VerifyHandler, VerifyMismatch } from '../../../conformance/handler.ts'
import type { VerifyReport } from '../../../conformance/report.ts'
import { fuzzHandler } from '../../../conformance/suites/webshop/fuzz.ts'
import { pythonRngHandler } from '../../../conformance/suites/webshop/python-rng.ts'
import { rewardHandler } from '../../../conformance/suites/webshop/reward.ts'
import { stubTagger } from '../../../conformance/suites/webshop/stub-tagger.ts'
import { changesOf } from '../../support/changed-vectors.ts'
import { describeWithReference } from '../../support/reference.ts'

async function checkOnly(handler: VerifyHandler, text: string): Promise<void> {
  const cases = handler.cases({ text, dataFolder: '', sibling: () => undefined })
  for await (const { check } of cases) await check()
}

const purchase = {
  goal: {
    asin: 'B000000001',
    query: 'lamps',
    product_category: 'Home › Lamps',
    name: 'Desk Lamp',
    attributes: ['easy clean'],
    goal_options: { size: 'small' },
    price_upper: 30,
  },
  product: {
    asin: 'B000000002',
    name: 'Wall Lamp',
    query: 'lamps',
    product_category: 'Home › Lamps',
    Attributes: ['easy clean'],
    Title: 'Wall Lamp',
    BulletPoints: [''],
    Description: '',
    category: 'garden',
  },
  price: 31,
  options: { size: 'small' },
  purchased_nouns: ['wall', 'lamp'],
  goal_nouns: ['desk', 'lamp'],
}
const results = {
  reward: 2 / 3,
  info: {
    r_type: 1,
    r_att: 1,
    w_att: 1 / 3,
    query_match: true,
    category_match: true,
    title_score: 0.5,
    r_option: 1,
    w_option: 1 / 3,
    r_price: false,
    w_price: 1 / 3,
  },
}

describe('the handler of WebShop rewards', () => {
  const check = (record: object) => checkOnly(rewardHandler, JSON.stringify(record))

  it('agrees with a reward computed by hand, with and without a case name', async () => {
    await expect(check({ ...purchase, ...results })).resolves.toBeUndefined()
    await expect(check({ ...purchase, ...results, case: 'type' })).resolves.toBeUndefined()
  })

  it.each(changesOf(results))('finds a change of $path', async ({ changed }) => {
    await expect(check({ ...purchase, ...Object(changed) })).rejects.toThrow(VerifyMismatch)
  })

  it.each([
    ['goal', 'asin'],
    ['goal', 'price_upper'],
    ['goal', 'goal_options'],
    ['product', 'category'],
    ['product', 'BulletPoints'],
  ] as const)('refuses a %s without its %s', async (part, field) => {
    const record = { ...purchase, ...results, [part]: { ...purchase[part], [field]: undefined } }
    await expect(check(record)).rejects.toThrow(field)
  })

  it('refuses fields it does not know', async () => {
    await expect(check({ ...purchase, ...results, goal: { ...purchase.goal, extra: 1 } })).rejects.toThrow(/goal.extra/)
    await expect(check({ ...purchase, ...results, options: { size: 1 } })).rejects.toThrow(/options.size/)
  })
})

describe('the handler of thefuzz scores', () => {
  const check = (record: unknown) => checkOnly(fuzzHandler, JSON.stringify(record))
  const pair = {
    a: 'nonslip',
    b: 'non slip',
    b_is_tuple: false,
    ratio: 93,
    token_set_ratio: 93,
    matcher: 'difflib',
    ratio_levenshtein: 93,
    token_set_ratio_levenshtein: 93,
  }
  const tuple = {
    a: 'men',
    b: ['fit', 'men'],
    b_is_tuple: true,
    ratio: null,
    token_set_ratio: 100,
    matcher: 'difflib',
    ratio_levenshtein: null,
    token_set_ratio_levenshtein: 100,
  }

  it('agrees with scores of a pair and of a tuple', async () => {
    await expect(check(pair)).resolves.toBeUndefined()
    await expect(check(tuple)).resolves.toBeUndefined()
  })

  it.each([...changesOf(pair), ...changesOf(tuple).filter(({ path }) => !path.startsWith('.b['))])(
    'finds a change of $path',
    async ({ changed }) => {
      await expect(check(changed)).rejects.toThrow(VerifyMismatch)
    },
  )
})

describe('the handler of generators', () => {
  it('refuses an invalid seed, and a record without its draws', async () => {
    await expect(checkOnly(pythonRngHandler, '[{"seed": 1.5}]')).rejects.toThrow(/seed/)
    await expect(checkOnly(pythonRngHandler, '[{"seed": "x"}]')).rejects.toThrow(/seed/)
    await expect(checkOnly(pythonRngHandler, '[{"seed": 3}]')).rejects.toThrow(/random/)
  })

  it('loses no digit of a large seed', async () => {
    const draws = (seed: string) => checkOnly(pythonRngHandler, `[{"seed": ${seed}, "random": [0, 0, 0, 0, 0]}]`)
    const message = async (seed: string) => draws(seed).catch((error: Error) => error.message)
    expect(await message('9007199254740993')).not.toBe(await message('9007199254740992'))
  })
})

interface RewardRow {
  readonly goal: { readonly name: string }
  readonly product: { readonly name: string }
  readonly goal_nouns: readonly string[]
  readonly purchased_nouns: readonly string[]
}

describeWithReference('WebShop reward and generator vectors', (folder) => {
  const vectors = join(folder, 'vectors', 'envs')
  const read = (name: string) => readFileSync(join(vectors, name), 'utf8')

  it('agree in every record', async () => {
    let text = ''
    const code = await verifyCommand({
      folder: vectors,
      only: 'python_rng*,webshop_fuzz*,webshop_reward*',
      dataFolder: join(folder, 'data'),
      json: true,
      handlers: [pythonRngHandler, fuzzHandler, rewardHandler],
      out: { write: (piece) => (text += piece) },
      err: { write: () => {} },
    })
    const report: VerifyReport = JSON.parse(text)
    expect(report.files.flatMap(({ failures, problems }) => [...failures, ...problems])).toEqual([])
    expect(code).toBe(0)
  })

  it('name the nouns that the stub tagger finds', () => {
    const rows = read('webshop_reward.jsonl').trim().split('\n')
    for (const { goal, product, goal_nouns, purchased_nouns } of rows.map((row): RewardRow => JSON.parse(row))) {
      expect(stubTagger.nounsOf(goal.name)).toEqual(goal_nouns)
      expect(stubTagger.nounsOf(product.name)).toEqual(purchased_nouns)
    }
  })

  it('fail if a draw is changed', async () => {
    const [record] = recordsOf(read('python_rng.json'))
    const changes = changesOf(record?.read()).filter(({ path }) => path !== '.seed')
    expect(changes.length).toBeGreaterThan(100)
    for (const { changed } of changes)
      await expect(checkOnly(pythonRngHandler, JSON.stringify([changed]))).rejects.toThrow(VerifyMismatch)
  })
})
