import { describe, expect, it } from 'vitest'
import { wantedValues } from '../../../agents/shop/options.ts'
import { readRequirements } from '../../../agents/shop/requirements.ts'

const LABELS = ['color', 'navy', 'navy blue', 'black', 'size', 'large', 'x-large']
const CLICKABLE = new Set(['navy', 'navy blue', 'black', 'large', 'x-large', 'buy now'])
const wanted = (text: string, clickable: ReadonlySet<string> | null = CLICKABLE, chosen: readonly string[] = []) =>
  wantedValues(readRequirements(text), LABELS, clickable, chosen)

describe('choosing options', () => {
  it('takes the longest value of each option that the instruction names', () => {
    expect(wanted('a coat in navy blue and size x-large')).toEqual(['navy blue', 'x-large'])
    expect(wanted('a coat in navy')).toEqual(['navy'])
    expect(wanted('a coat in green')).toEqual([])
  })

  it('prefers an exact match of a value to scattered words of another', () => {
    expect(wanted('a blue and navy coat, large')).toEqual(['navy', 'large'])
    expect(
      wantedValues(readRequirements('blue coat with navy trim'), ['color', 'navy blue'], new Set(['navy blue']), []),
    ).toEqual(['navy blue'])
  })

  it('keeps chosen options, also if they can no longer be clicked', () => {
    const left = new Set(['navy', 'black', 'large', 'x-large', 'buy now'])
    expect(wanted('a navy blue coat, large', left, ['navy blue'])).toEqual(['large'])
    expect(wanted('a navy blue coat, large', left, ['navy blue', 'large'])).toEqual([])
  })

  it('makes do without a list of what can be clicked', () => {
    expect(wanted('a black coat, size large', null)).toEqual(['black', 'size', 'large'])
    expect(wanted('a black coat, size large', null, ['black', 'size'])).toEqual(['large'])
  })
})
