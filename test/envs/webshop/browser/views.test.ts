import { describe, expect, it } from 'vitest'
import { elementsOf, pageOf } from '../../../../envs/webshop/browser/page.ts'
import { withReferences } from '../../../../envs/webshop/browser/references.ts'
import { accessibilityTree } from '../../../../envs/webshop/browser/views/accessibility.ts'
import { elementsIn, textIn } from '../../../../envs/webshop/browser/views/dom.ts'
import { visibleTextOf } from '../../../../envs/webshop/browser/views/visible-text.ts'
import { yamlKey, yamlValue } from '../../../../envs/webshop/browser/views/yaml.ts'
import { defaultShop as shop, start } from '../../../support/shops.ts'

const tree = (html: string): string => accessibilityTree(elementsIn(html))
const text = (html: string): string => visibleTextOf(elementsIn(html))

/* That a browser finds the same is tested in `test/slow/browser`. */
describe('the views of a page', () => {
  it('number what can be acted on, in the order of the page', () => {
    const { body, references } = withReferences(
      '<a href="#x">x</a><input type="hidden" name="k" value="1"><input id="q"><button type="submit" name="click" value="7">b</button><button type="button" aria-disabled="true">c</button>',
    )
    expect(references).toEqual([
      { ref: 'e1', kind: 'link', posts: null },
      { ref: 'e2', kind: 'field', posts: null },
      { ref: 'e3', kind: 'button', posts: '7' },
      { ref: 'e4', kind: 'button', posts: null },
    ])
    expect(body).toContain('<input type="hidden" name="k" value="1"><input data-ref="e2" id="q">')
  })

  it('show the page on which an episode starts as a screen reader finds it', () => {
    const page = accessibilityTree(elementsOf(pageOf(start(), shop)))
    expect(page).toContain('- banner:\n  - link "WebShop" [ref=e2]:\n    - /url: "#content"')
    expect(page).toContain(
      'textbox "What are you looking for?" [ref=e3]:\n        - /placeholder: Words that describe the product',
    )
    expect(page).toContain('- button "Search" [ref=e4]')
  })

  it.each([
    ['<p>a <span>b</span>\n c</p>', '- paragraph: a b c'],
    ['<p></p>', '- paragraph'],
    ['<h2><button data-ref="e1">a: b</button></h2>', '- \'heading "a: b" [level=2]\':\n  - \'button "a: b" [ref=e1]\''],
    ['<button aria-pressed="true" aria-disabled="true">x</button>', '- button "✓ x" [disabled] [pressed]'],
    ['<button aria-pressed="false">x</button>', '- button "x"'],
    ['<div role="group" aria-labelledby="l"><p id="l">size</p></div>', '- group "size":\n  - paragraph: size'],
    ['<svg aria-hidden="true"><path d="M0 0"/></svg><ul><li><div>a</div>b</li></ul>', '- list:\n  - listitem: a b'],
    [`<button>${'x'.repeat(901)}</button>`, '- button'],
    ['<p>a<a href="#c">b</a>c</p>', '- paragraph:\n  - text: a\n  - link "b":\n    - /url: "#c"\n  - text: c'],
  ])('name roles, names and states: %s', (html, expected) => {
    expect(tree(html)).toBe(expected)
  })

  it.each([
    ['<p>a</p>\n<p>b</p>', 'a\n\nb'],
    ['<div>a</div><div>b</div>', 'a\nb'],
    ['<p> a <bdi>b</bdi>  c </p>', 'a b c'],
    ['<p class="row"><button>a</button><button>b</button></p>', 'a\nb'],
    ['<div class="prose"><p>a\n  b</p></div>', 'a\nb'],
    ['<div><p>a\n  b</p></div>', 'a b'],
    ['<div>a<svg><path d=""/></svg><input placeholder="x"></div>', 'a'],
    ['', ''],
  ])('show text as it is drawn: %s', (html, expected) => {
    expect(text(html)).toBe(expected)
  })

  it('read characters that markup escapes', () => {
    expect(textIn(elementsIn('<p>&lt;b&gt; &amp;amp; &quot;&#39;</p>'))).toBe('<b> &amp; "\'')
  })

  it.each([
    ['plain words', 'plain words', 'plain words'],
    ['a: b', `'a: b'`, '"a: b"'],
    ["it's: b", `'it''s: b'`, `"it's: b"`],
    ['a:b', 'a:b', 'a:b'],
    ['', `''`, '""'],
    ['12', `'12'`, '"12"'],
    ['Yes', `'Yes'`, '"Yes"'],
    ['- a', `'- a'`, '"- a"'],
    ['a #b', `'a #b'`, '"a #b"'],
    ['say "\\"\n\u0001{', `'say "\\"\n\u0001{'`, '"say \\"\\\\\\"\\n\\x01{"'],
  ])('quote what YAML would read as something else: %j', (given, key, value) => {
    expect([yamlKey(given), yamlValue(given)]).toEqual([key, value])
  })
})
