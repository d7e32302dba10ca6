import type { Incident } from '../../../browser/incidents.ts'
import type { Context, Transition } from '../../../core/episode/environment.ts'
import webshop from '../index.ts'
import type { ShopState } from '../session/state.ts'
import { formAction } from '../site/index.ts'
import type { BrowserAction } from './action.ts'
import { intentOf } from './intent.ts'
import { pageOf } from './page.ts'
import type { BrowserResources } from './resources.ts'
import type { BrowserState } from './state.ts'
import { type Shown, Turn } from './turn.ts'

type StepContext = Context<BrowserResources, undefined>

/** The state that an episode starts in, with its page in the browser. */
export async function started(shop: ShopState, context: StepContext): Promise<BrowserState> {
  const turn = new Turn(context.resources, shop, context.signal)
  let start: BrowserState | null = null
  try {
    start = { shop, picture: (await shownBy(turn, shop, context)).picture }
    return start
  } finally {
    await turn.end(start)
  }
}

/** One action: what the browser makes of it is an action of the shop, and the shop decides. */
export async function taken(
  before: BrowserState,
  action: BrowserAction,
  context: StepContext,
): Promise<Transition<BrowserState>> {
  const turn = new Turn(context.resources, before, context.signal)
  let next: BrowserState | null = null
  try {
    const { transition, incidents } = await inShop(turn, before.shop, action, context)
    const shown = isSeen(context.resources) ? await shownBy(turn, transition.state, context) : NOTHING_SHOWN
    next = { shop: transition.state, picture: shown.picture }
    return { ...transition, state: next, ...infoOf(transition, [...incidents, ...shown.incidents]) }
  } finally {
    await turn.end(next)
  }
}

const NOTHING_SHOWN: Shown = { picture: null, incidents: [] }

/** Whether something is asked of the browser after an action: else the page is brought up to date by the next one. */
const isSeen = ({ browser }: BrowserResources): boolean =>
  browser.speed === 'real' || browser.observation === 'screenshot'

interface InShop {
  readonly transition: Transition<ShopState>
  readonly incidents: readonly Incident[]
}

async function inShop(turn: Turn, state: ShopState, action: BrowserAction, context: StepContext): Promise<InShop> {
  const { resources, effect } = context
  const page = pageOf(state, resources.shop)
  const intent = intentOf(action, page, state, resources.shop)
  if (intent.kind === 'refused') return { transition: refused(state, intent.problem, resources), incidents: [] }
  if (intent.kind === 'words') return { transition: await webshop.step(state, intent.text, context), incidents: [] }
  const { gesture } = intent
  const { fields, incidents } = await effect('act', gesture, () => turn.act(page, gesture))
  const meant = fields === null ? null : formAction(state, resources.shop, fields)
  const transition =
    meant === null
      ? refused(state, `nothing happens where ${gesture.ref} is clicked`, resources)
      : await webshop.step(state, meant, context)
  return { transition, incidents }
}

const shownBy = async (turn: Turn, state: ShopState, { resources, effect }: StepContext): Promise<Shown> =>
  effect('show', null, () => turn.show(pageOf(state, resources.shop)))

const refused = (state: ShopState, problem: string, { shop }: BrowserResources): Transition<ShopState> => ({
  state: shop.rules.showProblems ? { ...state, problem } : state,
  reward: 0,
  terminated: false,
  isActionValid: false,
  info: { problem },
})

/** Left out where there is nothing to say. */
function infoOf({ info = {} }: Transition<ShopState>, refused: readonly Incident[]) {
  return refused.length === 0 ? { info } : { info: { ...info, refused } }
}
