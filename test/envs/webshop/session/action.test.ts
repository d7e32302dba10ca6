import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonLower } from '../../../../core/cpython/text.ts'
import { parseShopAction, type ShopAction } from '../../../../envs/webshop/session/action.ts'
import { DEFAULT_RULES, REFERENCE_RULES } from '../../../../envs/webshop/session/rules.ts'

/** The pattern itself, with a dot that excludes what Python's excludes. */
function byPattern(text: string): ShopAction {
  const match = /^([^\n]+)\[([^\n]+)\]/.exec(text)
  return match?.[1] === undefined || match[2] === undefined
    ? { name: text, argument: null }
    : { name: match[1], argument: pythonLower(match[2]) }
}

const pieces = ['[', ']', '[', ']', 'a', 'B ', '\n', '\r', '\u2028', 'search', 'click', '😀', 'İ']
const texts = fc.oneof(
  fc.string(),
  fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
)

describe('the action parser', () => {
  it('agrees with the pattern of WebShop on any text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseShopAction(text, REFERENCE_RULES)).toEqual(byPattern(text))
      }),
    )
  })

  it.each([
    ['search[Red Shirt]', 'search', 'red shirt'],
    ['search[a]b', 'search', 'a'],
    ['search[a]]', 'search', 'a]'],
    ['search[a[b]c]', 'search[a', 'b]c'],
    ['click[x][red shirt]', 'click[x]', 'red shirt'],
    ['search[red\u2028shirt]', 'search', 'red\u2028shirt'],
    ['click[]', 'click[]', null],
    ['[x]', '[x]', null],
    ['search[red\nshirt]', 'search[red\nshirt]', null],
    ['', '', null],
  ])('reads %j as WebShop does', (text, name, argument) => {
    expect(parseShopAction(text, REFERENCE_RULES)).toEqual({ name, argument })
  })

  it('takes brackets into the argument if they may be said', () => {
    expect(parseShopAction('click[round [wide]]', DEFAULT_RULES)).toEqual({ name: 'click', argument: 'round [wide]' })
    expect(parseShopAction('search[[x]]', DEFAULT_RULES)).toEqual({ name: 'search', argument: '[x]' })
  })

  it('has an argument of at least one character, and a name of at least one, under either rule', () => {
    for (const rules of [DEFAULT_RULES, REFERENCE_RULES])
      fc.assert(
        fc.property(texts, (text) => {
          const { name, argument } = parseShopAction(text, rules)
          expect(argument).not.toBe('')
          expect(argument === null ? name === text : name !== '' && text.startsWith(`${name}[`)).toBe(true)
        }),
      )
  })

  it.each(['[', ']', '[]', 'a[', 'x', ']['])(
    'reads a million characters of %j without going over them again and again',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length)
      expect(parseShopAction(`${text}[q]`, REFERENCE_RULES).argument).toBe('q')
      expect(parseShopAction(text, DEFAULT_RULES).name.length).toBeGreaterThan(0)
    },
  )
})
