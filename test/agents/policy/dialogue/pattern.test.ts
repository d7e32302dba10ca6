import { describe, expect, it } from 'vitest'
import { isOfForm, patternOf } from '../../../../agents/policy/dialogue/pattern.ts'

const TEXT = [
  'I am Mateo Ito, zip code 80206, mateo.ito@example.com. The order is #W3749645 (user mateo_ito_1234).',
  'Send it to 302 Mill Road, Suite 733, San Juan, MA 02166, USA.',
].join(' ')

const foundBy = (description: string): readonly string[] => {
  const pattern = patternOf(description)
  return pattern === null ? [] : [...TEXT.matchAll(pattern)].map(([found]) => found)
}

describe('the form of a parameter’s values', () => {
  it.each([
    ["Zip code, such as '12345'.", ['80206', '02166']],
    ["Order id with its leading '#', such as '#W0000000'.", ['#W3749645']],
    ["Email address, such as 'someone@example.com'.", ['mateo.ito@example.com']],
    ["User id, such as 'ada_byron_123'.", ['mateo_ito_1234']],
    ["First line, such as '123 Main St'.", ['302 Mill Road']],
    ["Second line, such as 'Apt 1', or ''.", ['Suite 733', 'MA 02166']],
    ["State, such as 'CA'.", ['MA']],
    ["Country, such as 'USA'.", ['USA']],
  ])('is that of the example in its description: %s', (description, found) => {
    expect(foundBy(description)).toEqual(found)
  })

  it('takes several capitalised words for an example of several', () => {
    expect(foundBy("City, such as 'San Francisco'.")).toContain('San Juan')
  })

  it('needs an example, and the whole of a text', () => {
    expect(patternOf('Why the user cancels.')).toBeNull()
    const zip = patternOf("such as '12345'") ?? /(?!)/gu
    expect(['80206', '80206 ', 'a80206', '8020'].map((text) => isOfForm(zip, text))).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(isOfForm(zip, '80206'), 'it has no memory of the text before').toBe(true)
  })

  it('reads signs of an example as they are', () => {
    const pattern = patternOf("such as '2 * (3 + 0.5)'") ?? /(?!)/gu
    expect([...'1 * (2 + 3.5) and 1 x (2 + 3x5)'.matchAll(pattern)].map(([found]) => found)).toEqual(['1 * (2 + 3.5)'])
  })
})
