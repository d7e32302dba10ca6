import { createHash } from 'node:crypto'
import { PythonRandom } from '../../../core/cpython/random.ts'
import { verboseInfo } from '../../../envs/webshop/reward/reward.ts'
import { availableActions } from '../../../envs/webshop/session/available.ts'
import { type ShopTransition, takeAction } from '../../../envs/webshop/session/receive.ts'
import { type ShopState, startState } from '../../../envs/webshop/session/state.ts'
import { urlOf } from '../../../envs/webshop/session/url.ts'
import { goalAt, type Shop } from '../../../envs/webshop/shop.ts'
import { htmlView } from '../../../envs/webshop/views/html.ts'
import { richView } from '../../../envs/webshop/views/rich.ts'
import { textView } from '../../../envs/webshop/views/text.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { numberField, objectAt, objectField, objectsField, stringField, type VectorObject } from './fields.ts'
import { expectInstruction } from './goals.ts'
import { catalogueFields, recordedShop } from './recorded-shop.ts'
import { ReferenceShops } from './reference-shop.ts'

const TOLERANCE = 1e-12

export const transcriptsHandler: VerifyHandler = {
  name: 'WebShop sessions',
  pattern: /^webshop_transcripts[\w-]*\.jsonl?$/,
  *cases({ text, dataFolder }) {
    const shops = new ReferenceShops(dataFolder)
    for (const { index, read } of recordsOf(text))
      yield { id: `session ${index}`, check: () => checkSession(objectAt(`[${index}]`, read()), shops) }
  },
}

const SESSION = ['kind', 'session', 'instruction', 'goal_asin', 'goal', 'reset', 'steps']

function checkSession(record: VectorObject, shops: ReferenceShops): void {
  expectOnlyFields(record.path, record.fields, [...SESSION, ...catalogueFields(record)])
  const shop = recordedShop(record, shops)
  const session = numberField(record, 'session')
  const goal = goalAt(shop, session)
  expectInstruction(objectField(record, 'goal'), goal)
  expectEqual(`${record.path}.goal_asin`, record.fields.goal_asin, goal.asin)
  expectEqual(`${record.path}.instruction`, record.fields.instruction, `Instruction: ${goal.instructionText}`)
  let state = startState(String(session), session)
  checkPage(objectField(record, 'reset'), state, shop)
  for (const step of objectsField(record, 'steps')) state = checkStep(step, state, shop)
}

const PAGE = ['text', 'text_rich', 'url', 'available_actions', 'html', 'html_sha256']
const STEP = ['action', 'reward', 'done', 'verbose_info', 'seed_before_step', 'exception']

function checkStep(step: VectorObject, before: ShopState, shop: Shop): ShopState {
  expectOnlyFields(step.path, step.fields, [...PAGE, ...STEP])
  const transition = takeAction(shop, before, stringField(step, 'action'), sampleOf(step))
  expectEqual(`${step.path}.exception`, step.fields.exception ?? null, transition.exception)
  if (transition.exception !== null) return transition.state
  checkOutcome(step, transition)
  checkPage({ path: step.path, fields: onlyOf(step, PAGE) }, transition.state, shop)
  return transition.state
}

/** A step that draws says what Python's generator was seeded with. */
function sampleOf(step: VectorObject): <T>(items: readonly T[], count: number) => readonly T[] {
  return (items, count) => new PythonRandom(numberField(step, 'seed_before_step')).sample(items, count)
}

function checkOutcome({ path, fields }: VectorObject, { reward, isPurchase, parts }: ShopTransition): void {
  expectEqual(`${path}.reward`, fields.reward, reward, TOLERANCE)
  expectEqual(`${path}.done`, fields.done, isPurchase)
  expectEqual(`${path}.verbose_info`, fields.verbose_info, parts === null ? undefined : verboseInfo(parts), TOLERANCE)
}

function checkPage({ path, fields }: VectorObject, state: ShopState, shop: Shop): void {
  expectOnlyFields(path, fields, PAGE)
  const { hasSearchBar, clickables } = availableActions(state, shop)
  const html = htmlView(state, shop)
  const page: Readonly<Record<string, unknown>> = {
    url: urlOf(state),
    text: textView(state, shop),
    text_rich: richView(state, shop),
    available_actions: { has_search_bar: hasSearchBar, clickables },
    ...(fields.html === undefined ? { html_sha256: digestOf(html) } : { html }),
  }
  for (const name of Object.keys(page)) expectEqual(`${path}.${name}`, fields[name], page[name])
  if (fields.html_sha256 !== undefined) expectEqual(`${path}.html_sha256`, fields.html_sha256, digestOf(html))
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const onlyOf = ({ fields }: VectorObject, names: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)))
