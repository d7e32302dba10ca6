import { describe, expect, it } from 'vitest'
import { renderedAction, renderedText, terminalSpans } from '../../../viewer/app/rendered.ts'

const deepJson = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

describe('an action as what it is', () => {
  const weather = { kind: 'call', name: 'weather', fields: [['city', 'Oslo']] }

  it.each([
    [{ name: 'weather', arguments: { city: 'Oslo' } }, weather],
    ['{"tool":"weather","args":{"city":"Oslo"}}', weather],
    [{ name: 'weather', arguments: '{"city":"Oslo"}' }, weather],
    [{ name: 'ping' }, { kind: 'call', name: 'ping', fields: [] }],
    [
      { name: 'f', input: { n: 3, deep: { a: [1] } } },
      {
        kind: 'call',
        name: 'f',
        fields: [
          ['n', '3'],
          ['deep', '{\n  "a": [\n    1\n  ]\n}'],
        ],
      },
    ],
    [{ respond: 'Which order?' }, { kind: 'call', name: 'respond', fields: [['text', 'Which order?']] }],
    ['click[buy now]', { kind: 'text', text: 'click[buy now]' }],
    ['def f():\n  return 1', { kind: 'code', text: 'def f():\n  return 1' }],
    [{ x: 1 }, { kind: 'code', text: '{\n  "x": 1\n}' }],
    ['{not json', { kind: 'text', text: '{not json' }],
    [7, { kind: 'text', text: '7' }],
    [null, { kind: 'text', text: 'null' }],
  ])('%j', (action, rendered) => {
    expect(renderedAction(action)).toEqual(rendered)
  })

  it('is on one line where it is deep', () => {
    const deep: unknown = JSON.parse(deepJson(1000))
    expect(renderedAction({ x: deep })).toEqual({ kind: 'code', text: `{"x":${deepJson(1000)}}` })
    expect(renderedAction({ name: 'f', args: { x: deep } })).toMatchObject({ fields: [['x', deepJson(1000)]] })
    expect(renderedAction(`{"x":${deepJson(1000)}}`)).toEqual({ kind: 'text', text: `{"x":${deepJson(1000)}}` })
  })

  it('lays out texts that are JSON, and leaves every other as it is', () => {
    expect(renderedText('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(renderedText('[tool]\n{"a":1}\n{b')).toBe('[tool]\n{\n  "a": 1\n}\n{b')
    for (const text of [deepJson(17), deepJson(3000), deepJson(90_000), `a\n${deepJson(3000)}`])
      expect(renderedText(text)).toBe(text)
    for (const text of ['', 'null', '"x"', '{broken', 'a\u001b[31m']) expect(renderedText(text)).toBe(text)
  })
})

describe('a text of a terminal', () => {
  it('keeps colours and weights, and shows every other escape', () => {
    expect(terminalSpans('a\u001b[1;31mred\u001b[39m bold\u001b[0m\u001b[2Jz')).toEqual([
      { text: 'a', styles: [] },
      { text: 'red', styles: ['sgr-bold', 'sgr-1'] },
      { text: ' bold', styles: ['sgr-bold'] },
      { text: '\u001b[2Jz', styles: [] },
    ])
    expect(terminalSpans('')).toEqual([])
  })

  it('has at most 2,000 spans with styles, and the rest without', () => {
    const spans = terminalSpans('\u001b[31mx'.repeat(30_000))
    expect(spans).toHaveLength(2001)
    expect(spans.map(({ text }) => text).join('')).toBe('x'.repeat(30_000))
    expect(spans.at(-1)).toEqual({ text: 'x'.repeat(28_000), styles: [] })
  })

  it('has styles of a closed set, whatever the codes are', () => {
    const styles = Array.from({ length: 300 }, (_, code) => terminalSpans(`\u001b[${code}mx`)[0]?.styles ?? []).flat()
    expect([...new Set(styles)].toSorted()).toEqual([
      ...['sgr-0', 'sgr-1', 'sgr-2', 'sgr-3', 'sgr-4', 'sgr-5', 'sgr-6', 'sgr-7', 'sgr-bold'],
    ])
  })
})
