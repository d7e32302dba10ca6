import { parseShopAction } from '../session/action.ts'
import { availableActions } from '../session/available.ts'
import { searchesFor } from '../session/searches.ts'
import type { ShopState } from '../session/state.ts'
import { goalAt, type Shop } from '../shop.ts'
import { LONGEST_SEARCH } from '../site/pages.ts'
import type { BrowserAction } from './action.ts'
import type { Gesture } from './in-page.ts'
import type { ShownPage } from './page.ts'

/** What becomes of an action: a gesture on the page, words for the shop where no element is meant, or a refusal. */
export type Intent =
  | { readonly kind: 'gesture'; readonly gesture: Gesture }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string }

/** What an action means on the page of a state. */
export function intentOf(action: BrowserAction, page: ShownPage, state: ShopState, shop: Shop): Intent {
  if (action.kind === 'say') return said(action.text, page, state, shop)
  const target = page.references.find(({ ref }) => ref === action.ref)
  if (target === undefined) return refused(`no element of this page is called ${action.ref}`)
  if (action.kind === 'click') return { kind: 'gesture', gesture: { ref: action.ref, text: null } }
  if (target.kind !== 'field') return refused(`${action.ref} is not a field to type into`)
  const problem = problemOf(action.text)
  if (problem !== null) return refused(problem)
  return { kind: 'gesture', gesture: { ref: action.ref, text: action.text } }
}

const refused = (problem: string): Intent => ({ kind: 'refused', problem })

/** What the field does not take; null for what it does. */
function problemOf(text: string): string | null {
  if (text === '') return 'there are no words to search for'
  if (/\p{Cc}/u.test(text)) return 'the field takes one line of text, without control characters'
  return text.length > LONGEST_SEARCH ? `the field takes ${LONGEST_SEARCH} characters, not ${text.length}` : null
}

/** WebShop's words as a gesture on the element that they mean; where there is none, the shop says what is wrong with them. */
function said(text: string, page: ShownPage, state: ShopState, shop: Shop): Intent {
  const { name, argument } = parseShopAction(text, shop.rules)
  const gesture = argument === null ? null : gestureFor(name, argument, page, state, shop)
  return gesture === null ? { kind: 'words', text } : { kind: 'gesture', gesture }
}

function gestureFor(name: string, argument: string, page: ShownPage, state: ShopState, shop: Shop): Gesture | null {
  if (name === 'click') return clickOn(argument, page, state, shop)
  if (name !== 'search' || problemOf(argument) !== null) return null
  const field = page.references.find(({ kind }) => kind === 'field')
  return field === undefined ? null : { ref: field.ref, text: argument }
}

function clickOn(key: string, { references }: ShownPage, state: ShopState, shop: Shop): Gesture | null {
  const position = availableActions(state, shop).clickables.indexOf(key)
  const target = references.find(({ posts }) => posts === `${position}`)
  return target === undefined ? null : { ref: target.ref, text: null }
}

/** The admissible actions as gestures on elements, in the order of the page. */
export function referencedActions(
  { references }: ShownPage,
  state: ShopState,
  shop: Shop,
  searches: number,
): readonly string[] {
  if (state.page === 'done') return []
  const words = state.page === 'search' ? searchesFor(goalAt(shop, state.goal).wish, searches) : []
  return references.flatMap(({ ref, kind, posts }) => {
    if (kind === 'field') return words.map((query) => `type(${ref}, ${query})`)
    return posts !== null && posts !== '' ? [`click(${ref})`] : []
  })
}
