import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { TaskList } from '../../core/episode/tasks.ts'
import { DEFAULT_OPTIONS, RANGES, shopSettings } from './options.ts'
import { Pages } from './pages.ts'
import { drawShop, type Shop, SPLITS } from './shop.ts'
import { SEARCH, type ShopState } from './state.ts'
import { scoreAt, takeMove } from './take-action.ts'
import { productAnchor, textView } from './text.ts'

/**
 * A web shop small enough to be solved exactly: 36 products that resemble each other, a search with eight queries,
 * options to select, one purchase. Nothing is drawn in a step, and nothing of a state is hidden from the agent.
 */
export default defineEnvironment({
  id: 'shop-miniature@1',
  summary: 'a web shop of 36 products with few enough states to be solved exactly: search, select options, buy',
  maxSteps: 12,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: textAction((text) => text.trim().toLowerCase(), 'one of the listed actions, such as click[buy]'),
  resources({ options }) {
    const shop = drawShop(shopSettings(options))
    return { shop, pages: new Pages(shop) }
  },
  limit: ({ resources }) => resources.shop.horizon,
  tasks: ({ resources }) =>
    Object.fromEntries(Object.entries(SPLITS).map(([split, range]) => [split, tasksOf(resources.shop, split, range)])),
  reset: ({ task }): ShopState => ({ goal: task.private.goal, place: SEARCH }),
  step: (state, action, { resources: { shop, pages } }) => takeMove(shop, state, pages.of(state).moves.get(action)),
  observe: { text: (state, { resources }) => textView(resources.shop, state) },
  /** Coarser and coarser: estimators that trust them meet merged states. */
  anchors: {
    product: (state, { resources }) => productAnchor(resources.shop, state),
    page: ({ place }) => place.page,
  },
  actions: (state, { resources }) => resources.pages.of(state).actions,
  grades: (state, { resources }) => ({ progress: scoreAt(resources.shop, state) }),
})

interface ShopTask {
  readonly id: string
  readonly public: { readonly instruction: string }
  readonly private: { readonly goal: number }
}

/** Ids name the length, the split and the position in it. */
function tasksOf(shop: Shop, split: string, range: { first: number; length: number }): TaskList<ShopTask> {
  return shop.goals.slice(range.first, range.first + range.length).map(({ instruction }, at) => ({
    id: `${shop.settings.length}-${split}-${at}`,
    public: { instruction },
    private: { goal: range.first + at },
  }))
}
