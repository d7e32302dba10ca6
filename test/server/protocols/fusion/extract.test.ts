import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractCode, functionBody } from '../../../../server/protocols/fusion/extract.ts'
import { isSameStdout } from '../../../../server/protocols/fusion/submit.ts'

describe('the code of a completion', () => {
  it('is the first fenced block of the language, or else the first of any', () => {
    const text = 'Use\n```js\nf()\n```\nor\n```py\ndef f():\n    pass\n```\nand\n```python\ng()\n```\n'
    expect(extractCode(text, 'python')).toEqual({ code: 'def f():\n    pass', type: 'fenced' })
    expect(extractCode(text, 'nodejs')).toEqual({ code: 'f()', type: 'fenced' })
    expect(extractCode('```\na\n```', 'python')).toEqual({ code: 'a', type: 'fenced' })
  })

  it('is what follows a fence that is not closed, if no other is closed', () => {
    expect(extractCode('Here:\n```python\nx = 1\ny = 2', 'python')).toEqual({
      code: 'x = 1\ny = 2',
      type: 'incomplete_fenced',
    })
  })

  it('is the first definition of Python in prose, with its imports', () => {
    const text =
      'The answer is\n\nimport math\n# helper\ndef f(x):\n\n    return x\n\nAs you see.\ndef g(x):\n    return 1\n'
    expect(extractCode(text, 'python')).toEqual({
      code: 'import math\n# helper\ndef f(x):\n    return x\n',
      type: 'heuristic',
    })
    expect(extractCode(text, 'nodejs')).toEqual({ code: '', type: 'empty' })
    expect(extractCode('def f(x): return x', 'python')).toEqual({ code: '', type: 'empty' })
  })

  it('is found in time that grows with the length alone, whatever the text', () => {
    const texts = ['\n', '#\n', 'import a\n', '```', '```\n', 'def f():\n', ' \n'].map((part) => part.repeat(30_000))
    for (const text of texts) expect(typeof extractCode(text, 'python').code).toBe('string')
  })

  it('is never more than the completion', () => {
    const parts = fc.constantFrom('```', 'python', '\n', 'def f():', '    pass', ' ', 'x = 1', '#')
    fc.assert(
      fc.property(fc.array(parts), (some) => {
        const text = some.join('')
        const { code, type } = extractCode(text, 'python')
        expect(code.length).toBeLessThanOrEqual(text.length + 1)
        if (type === 'empty') expect(code).toBe('')
      }),
    )
  })

  it('that continues a function ends before the first line that is not indented', () => {
    expect(functionBody('    x = 1\n\n    return x\n\nprint(f())\n')).toBe('    x = 1\n\n    return x\n')
    expect(functionBody('    return 1')).toBe('    return 1')
  })
})

describe('outputs', () => {
  it.each([
    ['a\n', 'a', true],
    ['  A b \n\n', 'a b', true],
    ['1.000001', '1', true],
    ['1.0001', '1', false],
    ['1e3', '1000', true],
    ['1 2', '1  2', false],
    ['a\nb', 'a', false],
    ['', '', true],
    ['0x10', '16', false],
    ['0', '1e-16', true],
  ])('%j is as %j expects: %s', (given, expected, isSame) => {
    expect(isSameStdout(given, expected)).toBe(isSame)
  })
})

describe('long outputs', () => {
  it('are compared in time that grows with their length', () => {
    expect(isSameStdout(`${'1'.repeat(1_000_000)}x`, '1')).toBe(false)
    expect(isSameStdout('1.0', '1')).toBe(true)
  })
})
