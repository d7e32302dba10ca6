import { createHash } from 'node:crypto'
import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import type { GoalKind } from '../../../envs/webshop/goals/demand.ts'
import type { Goal } from '../../../envs/webshop/goals/goal.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { numberField, objectAt, objectsField, stringField, type VectorObject } from './fields.ts'
import { ReferenceShops } from './reference-shop.ts'

/** A row is a kind of goals; it shows some of them at even or at odd positions, and a digest of their whole order. */
export const goalsHandler: VerifyHandler = {
  name: 'WebShop goals',
  pattern: /^webshop_goals[\w-]*\.jsonl?$/,
  *cases({ text, dataFolder }) {
    const shops = new ReferenceShops(dataFolder)
    for (const { index, read } of recordsOf(text))
      yield { id: `goals ${index}`, check: () => checkGoals(objectAt(`[${index}]`, read()), shops) }
  },
}

function checkGoals(record: VectorObject, shops: ReferenceShops): void {
  expectOnlyFields(record.path, record.fields, ['kind', 'n', 'seed_before_load', 'first', 'order_sha256'])
  const seedBeforeLoad = numberField(record, 'seed_before_load')
  const { goals } = shops.shop({ kind: goalKind(record), seedBeforeLoad })
  expectEqual(`${record.path}.n`, record.fields.n, goals.length)
  expectEqual(`${record.path}.order_sha256`, record.fields.order_sha256, orderDigest(goals))
  const shown = objectsField(record, 'first')
  const start = agrees(shown[0], goals[0]) ? 0 : 1
  for (const [position, goal] of shown.entries()) expectFields(goal, goals[start + 2 * position], LISTED)
}

/** @throws VerifyMismatch for another kind than `human` or `synthetic`. */
export function goalKind(record: VectorObject): GoalKind {
  const kind = stringField(record, 'kind')
  if (kind === 'human' || kind === 'synthetic') return kind
  throw new VerifyMismatch(`${record.path}.kind`, 'human or synthetic', kind)
}

function orderDigest(goals: readonly Goal[]): string {
  const pairs = goals.map(({ asin, instructionText }) => [asin, instructionText])
  return createHash('sha256').update(pythonJsonDumps(pairs)).digest('hex')
}

const WISH = ['asin', 'instruction_text', 'attributes', 'price_upper', 'goal_options'] as const
const LISTED = [...WISH, 'weight', 'name'] as const

const READ: Readonly<Record<(typeof LISTED)[number], (goal: Goal) => unknown>> = {
  asin: ({ asin }) => asin,
  instruction_text: ({ instructionText }) => instructionText,
  attributes: ({ attributes }) => attributes,
  price_upper: ({ priceUpper }) => priceUpper,
  goal_options: ({ goalOptions }) => goalOptions,
  weight: ({ weight }) => weight,
  name: ({ name }) => name,
}

/** @throws VerifyMismatch where the goal of a session differs, or has other fields. */
export const expectInstruction = (record: VectorObject, goal: Goal): void => expectFields(record, goal, WISH)

function expectFields(
  { path, fields }: VectorObject,
  goal: Goal | undefined,
  names: typeof WISH | typeof LISTED,
): void {
  if (!goal) throw new VerifyMismatch(path, fields, 'no such goal')
  expectOnlyFields(path, fields, names)
  for (const name of names) expectEqual(`${path}.${name}`, fields[name], READ[name](goal))
}

function agrees(shown: VectorObject | undefined, goal: Goal | undefined): boolean {
  try {
    if (shown) expectFields(shown, goal, LISTED)
    return true
  } catch {
    return false
  }
}
