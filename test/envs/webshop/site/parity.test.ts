import { describe, expect, it } from 'vitest'
import { visibleText } from '../../../../core/data/markup.ts'
import { Rng } from '../../../../core/data/rng.ts'
import { generateProducts } from '../../../../envs/webshop/catalogue/generate.ts'
import { admissibleActions } from '../../../../envs/webshop/session/available.ts'
import { takeAction } from '../../../../envs/webshop/session/receive.ts'
import { DEFAULT_RULES, REFERENCE_RULES } from '../../../../envs/webshop/session/rules.ts'
import { type ShopState, startState } from '../../../../envs/webshop/session/state.ts'
import type { Shop } from '../../../../envs/webshop/shop.ts'
import { formAction, sitePage } from '../../../../envs/webshop/site/index.ts'
import { fragmentsOf } from '../../../../envs/webshop/views/fragments.ts'
import { type Element, parseHtml, tagged, textOf } from '../../../support/html.ts'
import { share } from '../../../support/long.ts'
import { firstItems, fixtureShop } from '../../../support/shops.ts'

const STEPS = share(300, 5_000)
const FRAME = { action: '/', fields: {}, home: '/', step: 0, maxSteps: 15, ending: null, grades: null }
const products = [...generateProducts({ size: 120, seed: 3 })]

type Fields = Readonly<Record<string, string>>

/** Forms that the page offers: one for each button that can be pressed, and searches where there is a field. */
function formsOn(page: Element, words: readonly string[]): readonly Fields[] {
  const buttons = tagged(page, 'button').flatMap(({ attributes: { type, name, value = '' } }) =>
    type === 'submit' && name === 'click' ? [{ click: value }] : [],
  )
  const hasField = tagged(page, 'input').some(({ attributes: { name } }) => name === 'search')
  return hasField ? [...buttons, ...words.map((search) => ({ search }))] : buttons
}

const squeezed = (text: string): string => visibleText(text).replace(/\s+/g, ' ').trim()

/** Texts of the text view that the page does not show. After a purchase the page has words of its own. */
function missingOn(page: Element, state: ShopState, shop: Shop): readonly string[] {
  if (state.page === 'done') return []
  const shown = squeezed(textOf(page))
  const texts = fragmentsOf(state, shop).flatMap(({ nodes }) => nodes.map(({ text }) => squeezed(text)))
  return texts.filter((text) => !shown.includes(text.replace(/:$/, '').replace(/^Page \d+ \(|\)$/g, '')))
}

/** What an agent would say for the button that a person presses: from the page alone. */
function saidFor(page: Element, { click, search }: Fields): string {
  if (search !== undefined) return `search[${search}]`
  const isPressed = ({ attributes: { value } }: Element): boolean => value === click
  const card = tagged(page, 'li').find((item) => tagged(item, 'button').some(isPressed))
  const button = tagged(page, 'button').find(isPressed)
  const name = card ? (/\b[A-Z0-9]{10}\b/.exec(textOf(card))?.[0] ?? '') : button ? textOf(button) : ''
  return `click[${name}]`
}

describe('the site and the text of the shop', () => {
  it.each([
    ['default', DEFAULT_RULES],
    ['reference', REFERENCE_RULES],
  ])('offer the same, and walk alike, in profile %s', (profile, rules) => {
    const shop = fixtureShop(rules, 'synthetic', products)
    const rng = new Rng({ word0: 1, word1: profile.length }, 0)
    const started = (): ShopState => startState('shop', rng.int(0, shop.goals.length - 1))
    let state = started()
    let bought = 0
    for (let step = 0; step < STEPS; step++) {
      const page = parseHtml(`${sitePage(state, shop, FRAME).body}`)
      expect(missingOn(page, state, shop)).toEqual([])
      const { wish = '', name = '' } = shop.goals[state.goal] ?? {}
      const forms = formsOn(page, [wish, name.split(' ')[2] ?? '', 'zzz'])
      const clicks = forms.filter(({ click }) => click !== undefined).map((fields) => formAction(state, shop, fields))
      const listed = admissibleActions(state, shop).filter((action) => action.startsWith('click'))
      expect(clicks.sort()).toEqual([...listed].sort())
      const fields = forms[rng.int(0, forms.length - 1)] ?? {}
      const taken = takeAction(shop, state, formAction(state, shop, fields) ?? '', firstItems)
      expect(taken).toEqual(takeAction(shop, state, saidFor(page, fields), firstItems))
      state = taken.state
      if (!taken.isPurchase) continue
      const [score] = tagged(parseHtml(`${sitePage(state, shop, FRAME).body}`), 'data')
      expect(Number(score?.attributes.value)).toBe(taken.reward)
      bought++
      state = started()
    }
    expect(bought).toBeGreaterThan(STEPS / 100)
  })
})
