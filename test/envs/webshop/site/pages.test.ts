import { describe, expect, it } from 'vitest'
import { visibleText } from '../../../../core/data/markup.ts'
import type { SiteFrame } from '../../../../core/episode/site.ts'
import type { Product } from '../../../../envs/webshop/catalogue/product.ts'
import webshop from '../../../../envs/webshop/index.ts'
import { DEFAULT_RULES } from '../../../../envs/webshop/session/rules.ts'
import type { ShopState } from '../../../../envs/webshop/session/state.ts'
import type { Shop } from '../../../../envs/webshop/shop.ts'
import { formAction, sitePage } from '../../../../envs/webshop/site/index.ts'
import { elementsOf, parseHtml, tagged, textOf, unsafeIn } from '../../../support/html.ts'
import { defaultShop, fixtureProducts, fixtureShop, start, walk } from '../../../support/shops.ts'

const FRAME: SiteFrame = {
  action: '/webshop/visits/one/0',
  fields: { form: 'mark' },
  home: '/webshop',
  step: 0,
  maxSteps: 15,
  ending: null,
  grades: null,
}

const pageOf = (state: ShopState, shop: Shop, frame: Partial<SiteFrame> = {}) => {
  const { title, body } = sitePage(state, shop, { ...FRAME, ...frame })
  return { title, source: `${body}`, root: parseHtml(`${body}`) }
}

/** Every kind of page, of the first product that a search for its whole title finds first. */
function walkOver(shop: Shop): readonly ShopState[] {
  const results = walk(shop, start(), `search[${shop.catalogue.at(0).title}]`).state
  const { asin, options } = shop.catalogue.at(results.hits[0] ?? 0)
  const item = walk(shop, results, `click[${asin}]`).state
  const [value] = Object.values(options).flat()
  const chosen = value === undefined ? item : walk(shop, item, `click[${value}]`).state
  const subs = ['description', 'features', 'reviews'].map((name) => walk(shop, chosen, `click[${name}]`).state)
  return [start(), results, item, chosen, ...subs, walk(shop, chosen, 'click[buy now]').state]
}

const HOSTILE =
  `</title></bdi></button></form><script>window.hit=1</script><img src=x onerror=window.hit=1>"'><svg onload=hit()>` +
  `\u001b[2J\u202egnp.exe\u2066\u0000 javascript:hit() &lt;b&gt; \`\${1}\``

/** A shop whose every text tries to break its page. */
function hostileShop(): Shop {
  const products = fixtureProducts.map(
    (product): Product => ({
      ...product,
      title: `${product.title} ${HOSTILE}`,
      description: HOSTILE,
      bulletPoints: [HOSTILE],
      attributes: [HOSTILE, ...product.attributes],
      options: { [HOSTILE.toLowerCase()]: [HOSTILE.toLowerCase(), 'plain'], other: ['<b>', 'x"y'] },
      priceLabel: `$1 ${HOSTILE}`,
      category: HOSTILE,
      mainImage: `https://elsewhere.example/${HOSTILE}`,
      instructionText: product.instructionText === null ? null : HOSTILE,
    }),
  )
  return fixtureShop(DEFAULT_RULES, 'synthetic', products)
}

describe('the pages of the shop', () => {
  it('are of every kind, each with a title, one heading and one form', () => {
    const pages = walkOver(defaultShop).map((state) => pageOf(state, defaultShop))
    expect(pages.map(({ title }) => title.replace(/^.* – /, ''))).toEqual(pages.map(() => 'WebShop'))
    for (const { root } of pages) {
      expect(tagged(root, 'h1')).toHaveLength(1)
      expect(tagged(root, 'form').map(({ attributes }) => attributes)).toEqual([
        { method: 'post', action: '/webshop/visits/one/0' },
      ])
      expect(tagged(root, 'main')).toHaveLength(1)
    }
  })

  it('name everything that can be used, and number nothing twice', () => {
    for (const state of walkOver(defaultShop)) {
      const { root } = pageOf(state, defaultShop)
      const ids = elementsOf(root).flatMap(({ attributes: { id } }) => id ?? [])
      expect(new Set(ids).size).toBe(ids.length)
      for (const button of tagged(root, 'button')) expect(textOf(button).trim()).not.toBe('')
      const labels = tagged(root, 'label').map(({ attributes }) => attributes.for)
      const inputs = tagged(root, 'input').filter(({ attributes: { type } }) => type !== 'hidden')
      expect(inputs.map(({ attributes }) => attributes.id)).toEqual(labels)
    }
  })

  it('say which option is chosen, in words and to screen readers', () => {
    const [, , , chosen] = walkOver(defaultShop)
    const { root } = pageOf(chosen ?? start(), defaultShop)
    const pressed = tagged(root, 'button').filter(({ attributes }) => attributes['aria-pressed'] === 'true')
    expect(pressed).toHaveLength(1)
    expect(pressed[0]?.attributes.name).toBeUndefined()
    expect(textOf(root)).toContain('Chosen: ')
  })

  it('say why an action did nothing, and how far the visit is', () => {
    const { state } = walk(defaultShop, start(), 'click[buy now]')
    const { root } = pageOf(state, defaultShop, { step: 4 })
    expect(textOf(root)).toContain('Nothing happened: nothing on this page is called that.')
    expect(textOf(root)).toContain('Step 4 of 15')
  })

  it('offer nothing once the episode has ended', () => {
    for (const ending of ['truncated', 'aborted'] as const) {
      const { root } = pageOf(start(), defaultShop, { ending })
      expect(tagged(root, 'fieldset').map(({ attributes }) => attributes.disabled)).toEqual([''])
      expect(textOf(root)).toContain('nothing was bought')
    }
    expect(tagged(pageOf(start(), defaultShop).root, 'fieldset')[0]?.attributes.disabled).toBeUndefined()
  })

  it('are safe, whatever the catalogue and the visitor write', () => {
    const shop = hostileShop()
    const states = walkOver(shop)
    expect(states.map(({ page }) => page)).toEqual(['search', 'results', 'item', 'item', 'sub', 'sub', 'sub', 'done'])
    const searched = walk(shop, start(), `search[${HOSTILE}]`).state
    for (const state of [...states, searched, { ...start(), problem: HOSTILE }]) {
      const { root, source } = pageOf(state, shop)
      expect(unsafeIn(root)).toEqual([])
      expect(visibleText(source)).toBe(source)
      expect(source).not.toContain('elsewhere.example')
    }
    expect(textOf(pageOf(states[4] ?? start(), shop).root)).toContain('[U+001B][2J[U+202E]gnp.exe')
  })

  it('show nothing of the goal but its instruction, and parts of the reward only at the end to those who may see them', () => {
    const goals = defaultShop.goals.map((goal) => ({
      ...goal,
      asin: 'CANARY-ASIN',
      attributes: ['canary attribute'],
      goalOptions: { 'canary option': 'canary value' },
      name: 'canary name',
      query: 'canary query',
      priceUpper: 424_242,
    }))
    const shop = { ...defaultShop, goals }
    const states = walkOver(defaultShop)
    for (const state of states) {
      const page = pageOf(state, shop)
      expect(page.source).toBe(pageOf(state, defaultShop).source)
      expect(page.source).not.toMatch(/canary|424242|What the score is made of/i)
    }
    const grades = { type: 1, attributes: 0.5, options: null, price: 0 }
    const done = pageOf(states.at(-1) ?? start(), shop, { ending: 'terminated', grades })
    expect(tagged(done.root, 'td').map(textOf)).toEqual(['100 %', '50 %', '0 %'])
  })

  it('have a style sheet that loads nothing and a drawing for every product', () => {
    expect(webshop.site?.style).not.toMatch(/url\(|@import|https?:/)
    const [, results] = walkOver(defaultShop)
    const { root } = pageOf(results ?? start(), defaultShop)
    expect(tagged(root, 'svg').filter(({ attributes }) => attributes.class === 'drawing')).toHaveLength(
      results?.hits.length ?? -1,
    )
  })
})

describe('a form of the shop', () => {
  const [, results, item] = walkOver(defaultShop)

  it.each([
    [{ click: '0' }, 'click[back to search]'],
    [{ click: '9999' }, null],
    [{ click: '-1' }, null],
    [{ click: 'constructor' }, null],
    [{ click: '0', search: 'tea' }, 'click[back to search]'],
    [{ search: 'tea' }, null],
    [{}, null],
  ])('%j on a page without a search field means %j', (fields, action) => {
    expect(formAction(results ?? start(), defaultShop, fields)).toBe(action)
  })

  it('searches with any words', () => {
    expect(formAction(start(), defaultShop, { search: 'a] <b> [c' })).toBe('search[a] <b> [c]')
    expect(formAction(start(), defaultShop, { click: '0' })).toBeNull()
  })

  it('has no button for what is chosen already', () => {
    const { root } = pageOf(item ?? start(), defaultShop)
    const positions = tagged(root, 'button').flatMap(({ attributes: { value } }) => value ?? [])
    expect(new Set(positions).size).toBe(positions.length)
    expect(positions.length).toBeGreaterThan(5)
  })
})
