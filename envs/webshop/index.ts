import type { Rng } from '../../core/data/rng.ts'
import type { Info } from '../../core/data/types.ts'
import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment, type Grades, type ViewContext } from '../../core/episode/environment.ts'
import type { TaskList } from '../../core/episode/tasks.ts'
import { DEFAULT_OPTIONS, RANGES, shopOptions } from './options.ts'
import { openResources, type ShopResources } from './resources.ts'
import { admissibleActions } from './session/available.ts'
import type { Sample } from './session/find.ts'
import { progressParts, type ShopTransition, takeAction } from './session/receive.ts'
import { placeOf, type ShopState, startState, viewKeyOf, withoutHistory } from './session/state.ts'
import { urlOf } from './session/url.ts'
import { goalAt } from './shop.ts'
import { site } from './site/index.ts'
import { workerOutcome } from './verl/outcome.ts'
import { htmlView } from './views/html.ts'
import { richView } from './views/rich.ts'
import { textView } from './views/text.ts'

type Context = ViewContext<ShopResources>

/**
 * WebShop (Yao et al., "WebShop: Towards Scalable Real-World Web Interaction with Grounded Language Agents", 2022):
 * find and buy the product that an instruction describes. Profile `reference` is WebShop with its defects; `default` fixes
 * the defects that `session/rules.ts` lists, and draws prices, caps and splits that depend on nothing but content.
 */
export default defineEnvironment({
  id: 'webshop@1',
  summary: 'buy the product that an instruction describes, in a shop with search, options and sub pages',
  maxSteps: 15,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: textAction((text) => text, 'search[words] or click[what the page shows]'),
  resources: ({ options }) => openResources(shopOptions(options)),
  digest: ({ digest }) => digest,
  tasks: ({ resources }) =>
    Object.fromEntries(Object.entries(resources.splits).map(([name, goals]) => [name, tasksOf(resources, goals)])),
  reset: ({ task, resources }) => startState(sessionOf(resources), task.private.goal),
  step(state, action, { rng, resources }) {
    const transition = takeAction(resources.shop, state, action, sampleWith(rng))
    return {
      state: resources.options.history === 'none' ? withoutHistory(transition.state) : transition.state,
      reward: rewardOf(transition, resources),
      terminated: transition.isPurchase,
      isActionValid: transition.problem === null,
      info: infoOf(transition),
    }
  },
  invalid: (state, problem) => ({ ...state, problem }),
  observe: {
    text: (state, context) => VIEWS[context.resources.options.observation](state, context),
    text_rich: (state, { resources }) => richView(state, resources.shop),
    html: (state, { resources }) => htmlView(state, resources.shop),
    url: urlOf,
  },
  anchors: {
    /** The page alone: what follows from it is the same whether or not the last action was refused. */
    page: (state, { resources }) => textView({ ...state, problem: null }, resources.shop),
    /** These merge states from which different things follow: to study what estimators make of that. */
    place: placeOf,
    kind: ({ page, subPage }) => subPage ?? page,
  },
  viewKey: viewKeyOf,
  examples: ['search[shoes]'],
  actions: (state, { resources }) => admissibleActions(state, resources.shop, resources.options.searches),
  grades: (state, { resources }) => gradesOf(state, resources),
  publicState: ({ page, query, pageNumber, asin, options }) => ({
    page,
    query,
    pageNumber,
    asin,
    options: options.map(({ name, value }) => ({ name, value })),
  }),
  site,
})

const VIEWS: Readonly<Record<ShopResources['options']['observation'], (state: ShopState, context: Context) => string>> =
  {
    text: (state, { resources }) => textView(state, resources.shop),
    text_rich: (state, { resources }) => richView(state, resources.shop),
    html: (state, { resources }) => htmlView(state, resources.shop),
    url: urlOf,
  }

interface ShopTask {
  readonly id: string
  readonly public: { readonly instruction: string }
  readonly private: {
    /** Position of the goal in the shop's goals. */
    readonly goal: number
    readonly asin: string
    readonly attributes: readonly string[]
    readonly options: readonly string[] | Readonly<Record<string, string>>
    readonly priceUpper: number
  }
}

/** Made on demand: a large catalogue has millions of goals. */
function tasksOf({ shop }: ShopResources, positions: readonly number[]): TaskList<ShopTask> {
  const taskAt = (goal: number): ShopTask => {
    const { id, instructionText, asin, attributes, goalOptions: options, priceUpper } = goalAt(shop, goal)
    return { id, public: { instruction: instructionText }, private: { goal, asin, attributes, options, priceUpper } }
  }
  return {
    length: positions.length,
    at: (index) => positions.slice(index, index + 1).map(taskAt)[0],
    indexOfFormerId: (id) => positions.findIndex((goal) => goalAt(shop, goal).contentId === id),
  }
}

/**
 * WebShop names a session by the number of its goal, in the addresses of its `html` view: agents would read which goal
 * they have. Ours all bear one name, in profile `reference` a number as there, so that equal pages are equal too. The
 * reference vectors are replayed under their own numbers.
 */
const sessionOf = ({ options }: ShopResources): string => (options.profile === 'reference' ? '0' : 'shop')

const sampleWith =
  (rng: Rng): Sample =>
  (population, count) => {
    const positions = new Set<number>()
    while (positions.size < count) positions.add(rng.int(0, population.length - 1))
    return [...positions].flatMap((position) => population.slice(position, position + 1))
  }

const rewardOf = ({ reward, isPurchase }: ShopTransition, { options }: ShopResources): number =>
  options.reward === 'verl-agent' ? workerOutcome({ reward, done: isPurchase }).reward : reward

function infoOf({ problem, isPurchase, reward }: ShopTransition): Info {
  if (problem !== null) return { problem }
  return isPurchase ? { score: reward, won: reward === 1 } : {}
}

/**
 * `progress`: what buying now would earn, 0 where there is nothing to buy, so that its gains sum to the reward. The
 * others are null where no item is open: `reward`, the same, and the reward's parts, each from 0 to 1.
 */
function gradesOf(state: ShopState, { shop }: ShopResources): Grades {
  const parts = progressParts(shop, state)
  return {
    progress: parts?.reward ?? 0,
    reward: parts?.reward ?? null,
    type: parts?.typeScore ?? null,
    title: parts?.titleScore ?? null,
    attributes: parts?.attributeScore ?? null,
    options: parts?.optionScore ?? null,
    price: parts === null || parts.priceOk === null ? null : Number(parts.priceOk),
  }
}
