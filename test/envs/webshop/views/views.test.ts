import { describe, expect, it } from 'vitest'
import { Catalogue } from '../../../../envs/webshop/catalogue/catalogue.ts'
import type { Product } from '../../../../envs/webshop/catalogue/product.ts'
import { REFERENCE_RULES } from '../../../../envs/webshop/session/rules.ts'
import type { ShopState } from '../../../../envs/webshop/session/state.ts'
import { escapeHtml, urlFor } from '../../../../envs/webshop/views/escape.ts'
import { htmlView } from '../../../../envs/webshop/views/html.ts'
import { fragment, plain } from '../../../../envs/webshop/views/nodes.ts'
import { richView } from '../../../../envs/webshop/views/rich.ts'
import { textView } from '../../../../envs/webshop/views/text.ts'
import { fixtureProducts, fixtureShop, goalFor, referenceShop as shop, start, walk } from '../../../support/shops.ts'

const goal = goalFor(shop, 'B0FIX00004')
const INSTRUCTION = shop.goals[goal]?.instructionText ?? ''
const at = (...actions: readonly string[]): ShopState => walk(shop, start(goal), ...actions).state

describe('the text view', () => {
  it('shows the search page', () => {
    expect(textView(start(goal), shop)).toBe(`WebShop [SEP] Instruction: [SEP] ${INSTRUCTION} [SEP] Search`)
  })

  it('shows results', () => {
    expect(textView(at('search[brass]'), shop)).toBe(
      `Instruction: [SEP] ${INSTRUCTION} [SEP] Back to Search [SEP] Page 1 (Total results: 1) [SEP] Next > [SEP] B0FIX00001 [SEP] Brass reading lamp [SEP] $24.5`,
    )
  })

  it('shows an item, its options in their own order, without a trace of what was chosen', () => {
    const item = at('search[brass]', 'click[b0fix00001]')
    const shown = `Instruction: [SEP] ${INSTRUCTION} [SEP] Back to Search [SEP] < Prev [SEP] color [SEP] brass [SEP] black [SEP] size [SEP] small [SEP] large [SEP] Brass reading lamp [SEP] Price: $24.5 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now`
    expect(textView(item, shop)).toBe(shown)
    expect(textView(walk(shop, item, 'click[black]').state, shop)).toBe(shown)
  })

  it.each([
    ['description', ' [SEP] A lamp for late readers.'],
    ['features', ' [SEP] Warm light [SEP] Bends <every> way'],
    ['reviews', ''],
  ])('shows the page of %s', (name, body) => {
    expect(textView(at('search[brass]', 'click[b0fix00001]', `click[${name}]`), shop)).toBe(
      `Instruction: [SEP] ${INSTRUCTION} [SEP] Back to Search [SEP] < Prev${body}`,
    )
  })

  it('shows what was bought, with options in alphabetical order', () => {
    const bought = at('search[brass]', 'click[b0fix00001]', 'click[large]', 'click[black]', 'click[buy now]')
    expect(textView(bought, shop)).toContain(
      'asin [SEP] B0FIX00001 [SEP] options [SEP] {"color": "black", "size": "large"} [SEP] attrs [SEP] None',
    )
    expect(textView(bought, shop)).toMatch(
      /Your score \(min 0\.0, max 1\.0\) \[SEP\] 0\.\d+ \[SEP\] Reward Details \[SEP\] None$/,
    )
  })
})

describe('the rich view', () => {
  it('marks what can be clicked, what was visited and what was chosen', () => {
    const item = at('search[brass]', 'click[b0fix00001]', 'click[black]')
    expect(richView(item, shop)).toBe(
      `You have clicked black.\nInstruction:\n${INSTRUCTION}\n[button] Back to Search [button_]\n[button] < Prev [button_]\ncolor\n  [button] brass [button_]\n  [clicked button] black [clicked button_]\nsize\n  [button] small [button_]\n  [button] large [button_]\nBrass reading lamp\nPrice: $24.5\nRating: N.A.\n[button] Description [button_]\n[button] Features [button_]\n[button] Reviews [button_]\n[button] Buy Now [button_]\n`,
    )
    expect(richView(walk(shop, item, 'click[< prev]').state, shop)).toContain(
      '\n\n[clicked button] B0FIX00001 [clicked button_]\nBrass reading lamp\n$24.5\n',
    )
  })

  it('takes a quoted word of the query for a choice, as WebShop does', () => {
    expect(richView(at('search["black" brass]', 'click[b0fix00001]'), shop)).toMatch(/^You have clicked black\.\n/)
  })
})

describe('the html view', () => {
  it('escapes what products and queries say', () => {
    const features = htmlView(at('search[brass & <b>]', 'click[b0fix00001]', 'click[features]'), shop)
    expect(features).toContain('<li><p class="product-info"> Bends &lt;every&gt; way</p></li>')
    expect(features).toContain('keywords=brass&amp;keywords=%26&amp;keywords=%3Cb%3E&amp;page=1&amp;options=%7B%7D"')
  })

  it('gives every page of the session a whole document', () => {
    const item = ['search[brass]', 'click[b0fix00001]']
    for (const path of [['x'], ['search[lamp]'], item, [...item, 'click[reviews]'], [...item, 'click[buy now]']]) {
      const html = htmlView(at(...path), shop)
      expect(html.startsWith('<!DOCTYPE html>\n<html>\n  <head>\n')).toBe(true)
      expect(html.endsWith('</html>')).toBe(true)
      expect(html).not.toMatch(/undefined|NaN|\[object/)
    }
  })
})

describe('the page of attributes', () => {
  const [first] = fixtureProducts
  const product: Product = { ...(first as Product), options: { look: ['attributes'] } }
  const other = fixtureShop(REFERENCE_RULES, 'synthetic', [product])
  const page = walk(other, start(), 'search[brass lamp]', 'click[b0fix00001]', 'click[attributes]').state

  it('is reached by an option value of that name', () => {
    expect(page).toMatchObject({ page: 'sub', subPage: 'Attributes' })
    expect(walk(other, page, 'click[< prev]').state).toMatchObject({ page: 'item', options: [] })
  })

  it('shows attributes and categories', () => {
    const body = ' [SEP] < Prev [SEP] warm light [SEP] bendable [SEP] home [SEP] lamps [SEP] Home › Lighting › Lamps'
    expect(textView(page, other).endsWith(body)).toBe(true)
    expect(htmlView(page, other)).toContain('<li><p class="attribute"> bendable</p></li>')
    expect(htmlView(page, other)).toContain('product-product_category">Home › Lighting › Lamps</h5>')
  })
})

describe('a piece of text on a page', () => {
  it.each([
    ['', null, []],
    ['   ', '', [' ']],
    [' \n ', null, []],
    ['\t\f', '', [' ']],
    ['\u00a0', '', ['\u00a0']],
    ['\v', '', ['\v']],
    [' a \n', 'a', [' a \n']],
  ])('%j is %j in text', (text, shown, nodes) => {
    const made = fragment(plain(text))
    expect(made.text).toBe(shown)
    expect(made.nodes.map((node) => node.text)).toEqual(nodes)
  })

  it('keeps its place among others, also if it is empty', () => {
    expect(fragment(plain('a'), plain(' '), plain('\n'), plain('b')).text).toBe('a [SEP]  [SEP] b')
  })
})

describe('escaping', () => {
  it('escapes for HTML as Jinja does', () => {
    expect(escapeHtml(`<a href="x">'&'</a>`)).toBe('&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;')
  })

  it('quotes arguments as Flask does, lone surrogates included', () => {
    expect(urlFor({ session_id: "a b'é☕/", keywords: ['', '~!*(),;$-._'], page: 2 })).toBe(
      '/?session_id=a+b&#39;%C3%A9%E2%98%95%2F&amp;keywords=&amp;keywords=~!*(),;$-._&amp;page=2',
    )
    expect(urlFor({ q: '\ud800' })).toBe('/?q=%EF%BF%BD')
  })
})

it('a catalogue finds products by ASIN alone', () => {
  const catalogue = new Catalogue(fixtureProducts)
  expect(catalogue.ordinalOf('B0FIX00002')).toBe(1)
  expect(catalogue.ordinalOf('constructor')).toBeUndefined()
  expect(() => catalogue.at(999)).toThrow(RangeError)
})
