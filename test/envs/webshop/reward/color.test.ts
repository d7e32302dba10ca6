import { describe, expect, it } from 'vitest'
import { PythonTuple } from '../../../../core/cpython/value.ts'
import { normalizeColor } from '../../../../envs/webshop/reward/color.ts'

describe('normalizeColor', () => {
  it.each([
    ['dark blue', 'blue'],
    ['covered', 'red'],
    ['lightkhaki', 'khaki'],
    ['stonewash', 'ash'],
    ['Red', 'Red'],
    ['x-large', 'x-large'],
    ['', ''],
  ])('makes %j %j', (option, normalized) => {
    expect(normalizeColor(option)).toBe(normalized)
  })

  it('takes a pair for a colour only if an item is one', () => {
    expect(normalizeColor(new PythonTuple('color', 'black'))).toBe('black')
    const dark = new PythonTuple('color', 'jet black')
    expect(normalizeColor(dark)).toBe(dark)
  })
})
