import type { SiteFrame } from '../../../core/episode/site.ts'
import { derive } from '../reward/memo.ts'
import type { ShopState } from '../session/state.ts'
import type { Shop } from '../shop.ts'
import { sitePage } from '../site/index.ts'
import { type Reference, withReferences } from './references.ts'
import { elementsIn, type Node } from './views/dom.ts'

/** A page of the shop, as the browser is given it. */
export interface ShownPage {
  readonly title: string
  /** What is inside the body, with a reference on every element to act on. */
  readonly body: string
  readonly references: readonly Reference[]
}

/** No steps are shown, so that equal states have equal pages; links lead nowhere else, as an episode has no other page. */
const FRAME: SiteFrame = {
  action: '/',
  fields: {},
  home: '#content',
  step: null,
  maxSteps: 1,
  ending: null,
  grades: null,
}

/** The page of a state. */
export const pageOf = (state: ShopState, shop: Shop): ShownPage => pagesOf(shop)(state)

const pagesOf = derive((shop: Shop) =>
  derive((state: ShopState): ShownPage => {
    const { title, body } = sitePage(state, shop, FRAME)
    return { title, ...withReferences(body.toString()) }
  }),
)

/** The elements of a page. */
export const elementsOf = derive(({ body }: ShownPage): readonly Node[] => elementsIn(body))
