import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Markup, markup, visibleText } from '../../../core/data/markup.ts'
import { parseHtml, tagged, textOf } from '../../support/html.ts'

describe('markup', () => {
  it('escapes text, and takes HTML, lists and nothing as they are', () => {
    const item = (text: string) => markup`<li>${text}</li>`
    const list = markup`<ul>${['<b>', 'a & b'].map(item)}${null}${false}${7}</ul>`
    expect(`${list}`).toBe('<ul><li>&lt;b&gt;</li><li>a &amp; b</li>7</ul>')
    expect(`${new Markup('<hr>')}`).toBe('<hr>')
  })

  it('gives back every text, between tags and in an attribute, with marks for what cannot be seen', () => {
    const anything = fc.array(
      fc.oneof(
        fc.constantFrom(...'<>&"\'=/ a\n`'),
        fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(anything, (parts) => {
        const text = parts.join('')
        const [element] = tagged(parseHtml(`${markup`<p title="${text}">${text}</p>`}`), 'p')
        expect(element && textOf(element)).toBe(visibleText(text))
        expect(element?.attributes).toEqual({ title: visibleText(text) })
      }),
    )
  })
})

describe('visibleText', () => {
  it('shows what would move, hide or break text', () => {
    expect(visibleText('\u001b[31mred\u0000')).toBe('[U+001B][31mred[U+0000]')
    expect(visibleText('a\u202eb\u2066c\u200bd\u{e0041}')).toBe('a[U+202E]b[U+2066]c[U+200B]d[U+E0041]')
    expect(visibleText('\ud800x\udc00')).toBe('[U+D800]x[U+DC00]')
    expect(visibleText('\u0085\u007f\ufeff')).toBe('[U+0085][U+007F][U+FEFF]')
  })

  it('leaves texts of all languages, emoji and white space', () => {
    const text = 'שלום 你好 नमस्ते 👩‍🚀 می‌خواهم\ta\nb\r\nc'
    expect(visibleText(text)).toBe(text)
  })
})
