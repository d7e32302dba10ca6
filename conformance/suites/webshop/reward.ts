import {
  type Purchase,
  type RewardGoal,
  type RewardProduct,
  shopReward,
  verboseInfo,
} from '../../../envs/webshop/reward/reward.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { numberField, objectAt, objectField, stringField, stringsField, type VectorObject } from './fields.ts'

const TOLERANCE = 1e-12

export const rewardHandler: VerifyHandler = {
  name: 'WebShop rewards',
  pattern: /^webshop_reward[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `purchase ${index}`, check: () => checkPurchase(objectAt(`[${index}]`, read())) }
  },
}

const INPUTS = ['goal', 'product', 'options', 'price', 'purchased_nouns', 'goal_nouns', 'case']
const RESULTS = ['reward', 'info']

function checkPurchase(record: VectorObject): void {
  expectOnlyFields(record.path, record.fields, [...INPUTS, ...RESULTS])
  const breakdown = shopReward(purchaseOf(record))
  expectEqual(`${record.path}.reward`, record.fields.reward, breakdown.reward, TOLERANCE)
  expectEqual(`${record.path}.info`, record.fields.info, verboseInfo(breakdown), TOLERANCE)
}

const purchaseOf = (record: VectorObject): Purchase => ({
  goal: goalOf(objectField(record, 'goal')),
  product: productOf(objectField(record, 'product')),
  price: numberField(record, 'price'),
  options: stringsByName(objectField(record, 'options')),
  nouns: { purchased: stringsField(record, 'purchased_nouns'), goal: stringsField(record, 'goal_nouns') },
})

/** `asin` and `name` say which goal it is; the reward reads the name by its nouns only, and those are given. */
function goalOf(goal: VectorObject): RewardGoal {
  const read = ['query', 'product_category', 'attributes', 'goal_options', 'price_upper']
  expectOnlyFields(goal.path, goal.fields, ['asin', 'name', ...read])
  for (const field of ['asin', 'name']) stringField(goal, field)
  return {
    query: stringField(goal, 'query'),
    productCategory: stringField(goal, 'product_category'),
    attributes: stringsField(goal, 'attributes'),
    goalOptions: Array.isArray(goal.fields.goal_options)
      ? stringsField(goal, 'goal_options')
      : stringsByName(objectField(goal, 'goal_options')),
    priceUpper: numberField(goal, 'price_upper'),
  }
}

/** `asin` and `name` as in the goal; the reward does not read `category`. */
function productOf(product: VectorObject): RewardProduct {
  const read = ['query', 'product_category', 'Title', 'Attributes', 'BulletPoints', 'Description']
  expectOnlyFields(product.path, product.fields, ['asin', 'name', 'category', ...read])
  for (const field of ['asin', 'name', 'category']) stringField(product, field)
  return {
    query: stringField(product, 'query'),
    productCategory: stringField(product, 'product_category'),
    title: stringField(product, 'Title'),
    attributes: stringsField(product, 'Attributes'),
    bulletPoints: stringsField(product, 'BulletPoints'),
    description: stringField(product, 'Description'),
  }
}

function stringsByName({ path, fields }: VectorObject): Readonly<Record<string, string>> {
  const entries = Object.entries(fields).map(([name, value]): [string, string] => {
    if (typeof value !== 'string') throw new VerifyMismatch(`${path}.${name}`, 'a string', value)
    return [name, value]
  })
  return Object.fromEntries(entries)
}
