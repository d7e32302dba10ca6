import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { projectOutput } from '../../../../envs/webshop/verl/projection.ts'

const wrapped = (action: string): string => `<think>why</think><action>${action}</action>`

describe('projectOutput', () => {
  it('takes the first action, stripped and lower-cased', () => {
    expect(projectOutput('<think>x</think><action>\n Click[Buy Now] </action><action>no</action>')).toEqual({
      action: 'click[buy now]',
      isValid: true,
    })
  })

  it('takes the last 20 code points of an output without both action tags', () => {
    const output = `<think></think><action>${'😀'.repeat(30)} END`
    expect(projectOutput(output)).toEqual({ action: `${'😀'.repeat(16)} end`, isValid: false })
    expect(projectOutput('')).toEqual({ action: '', isValid: false })
  })

  it('finds action tags in any case, but think tags only in lower case', () => {
    expect(projectOutput('<think>a</think><ACTION>Click[x]</Action>')).toEqual({ action: 'click[x]', isValid: true })
    expect(projectOutput('<THINK>a</THINK><action>click[x]</action>')).toEqual({ action: 'click[x]', isValid: false })
  })

  it('is invalid without one of the think tags, at any place of the other', () => {
    expect(projectOutput('<think><action>a</action>').isValid).toBe(false)
    expect(projectOutput('</think><action>a</action>').isValid).toBe(false)
    expect(projectOutput('</think><action>a</action><think>').isValid).toBe(true)
  })

  it('is invalid with an ideograph from U+4E00 to U+9FFF anywhere, and keeps the action', () => {
    expect(projectOutput(`${wrapped('search[a]')}\u4e00`)).toEqual({ action: 'search[a]', isValid: false })
    expect(projectOutput(wrapped('search[\u9fff]'))).toEqual({ action: 'search[\u9fff]', isValid: false })
    expect(projectOutput(wrapped('search[\u3042\u4dff\ua000]')).isValid).toBe(true)
  })

  it('gives an empty valid action if the closing tag comes first', () => {
    expect(projectOutput('<think></think></action><action>click[a]</action>')).toEqual({ action: '', isValid: true })
  })

  it('strips what Python strips: the separators U+001C to U+001F and U+0085, not the byte order mark', () => {
    expect(projectOutput(wrapped('\u001c\u0085a\u00a0')).action).toBe('a')
    expect(projectOutput(wrapped('\ufeffa')).action).toBe('\ufeffa')
  })

  it('lower-cases a capital I with a dot to two code points', () => {
    expect(projectOutput(wrapped('SEARCH[İ]')).action).toBe('search[i\u0307]')
  })

  it('returns any lower-case action that it is given in tags', () => {
    const actions = fc.stringMatching(/^[a-z[\] ]{0,40}$/).map((text) => text.trim())
    fc.assert(
      fc.property(actions, (action) => {
        expect(projectOutput(wrapped(action))).toEqual({ action, isValid: true })
      }),
    )
  })

  it('never answers with more than the output held, for any output', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (output) => {
        const { action, isValid } = projectOutput(output)
        if (!/<action>/i.test(output)) expect([...action].length).toBeLessThanOrEqual(20)
        if (isValid) expect(output).toContain('<think>')
      }),
    )
  })
})
