import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawnMarks } from '../../../envs/browser/drawing.ts'
import { labelOf, listOf } from '../../../envs/browser/marks.ts'
import { type Box, boxedElements, elementsOf, withoutBoxes } from '../../../envs/browser/tree.ts'

const TREE = `- generic [active] [ref=e1] [box=8,-492,384,948]:
  - 'button "a: \\"b\\" it''s" [ref=e2] [box=8,8,77,21]'
  - link "More [ref=e99] [box=1,2,3,4]" [ref=e3] [cursor=pointer] [box=85,8,123,19]:
    - /url: "?x [ref=e98]"
  - paragraph [ref=e4] [box=8,45,384,19]: say [ref=e77] [box=1,2,3,4]
  - text: "[ref=e78] [box=1,2,3,4]"
  - button "no" [disabled] [ref=e5] [box=8,80,33,21]
  - combobox [ref=e8] [box=63,702,31,19]:
    - option "r" [selected] [ref=e7] [box=0,0,0,0]
  - iframe [ref=e10] [box=28,742,304,154]:
    - iframe [ref=f1e1] [box=1,1,100,100]:
      - button "inner" [ref=f2e2] [box=8,8,50,21]
    - textbox "outer" [ref=f1e2] [box=8,108,50,21]
  - generic [ref=e12] [cursor=pointer] [box=8,937,384,19]: div`

describe('elements of a tree with boxes', () => {
  it('are those that the browser names, whatever texts of the page say', () => {
    expect(boxedElements(TREE).map(({ ref, frame, isActable }) => [ref, frame, isActable])).toEqual([
      ['e1', null, false],
      ['e2', null, true],
      ['e3', null, true],
      ['e4', null, false],
      ['e5', null, false],
      ['e8', null, true],
      ['e10', null, false],
      ['f1e1', 'e10', false],
      ['f2e2', 'f1e1', true],
      ['f1e2', 'e10', true],
      ['e12', null, true],
    ])
    expect(boxedElements(TREE)[0]?.box).toEqual({ x: 8, y: -492, width: 384, height: 948 })
    expect(boxedElements(TREE)[1]?.name).toBe('a: "b" it\'s')
  })

  it('are the same without boxes, and texts of the page stay as they are', () => {
    const bare = withoutBoxes(TREE)
    expect(elementsOf(bare)).toEqual(elementsOf(TREE))
    expect(bare.match(/\[box=/g)).toHaveLength(3)
    expect(bare).toContain('- link "More [ref=e99] [box=1,2,3,4]" [ref=e3] [cursor=pointer]:')
    expect(bare).toContain('- paragraph [ref=e4]: say [ref=e77] [box=1,2,3,4]')
    expect(withoutBoxes(bare)).toBe(bare)
  })
})

const WINDOW: Box = { x: 0, y: 0, width: 400, height: 300 }
const markAt = (ref: string, box: Partial<Box>) => ({
  ...{ ref, role: 'button', name: 'go' },
  ...{ x: 10, y: 50, width: 60, height: 20, ...box },
})

describe('marks', () => {
  it('are labelled with the number of their reference', () => {
    expect(labelOf('e12')).toBe('12')
    expect(labelOf('f1e12')).toBe('f1e12')
    expect(listOf([markAt('e12', {}), markAt('f1e3', { x: 0 })])).toBe(
      '12 button "go" 10,50 60x20\nf1e3 button "go" 0,50 60x20',
    )
  })

  it('have their labels above them, or at a free corner, or within the window', () => {
    const [first, beside, atTop] = drawnMarks(
      [markAt('e1', {}), markAt('e2', { x: 16 }), markAt('e3', { x: 300, y: 0, width: 100, height: 40 })],
      WINDOW,
    )
    expect(first?.labelBox).toMatchObject({ x: 10, y: 35 })
    expect(beside?.labelBox).toMatchObject({ x: 64, y: 35 })
    expect(atTop?.labelBox).toMatchObject({ x: 300, y: 0 })
  })

  it('have labels within the window, whatever their boxes', () => {
    const place = fc.record({
      x: fc.nat(399),
      y: fc.nat(299),
      width: fc.integer({ min: 1, max: 400 }),
      height: fc.integer({ min: 1, max: 300 }),
    })
    fc.assert(
      fc.property(fc.array(place, { maxLength: 40 }), (places) => {
        for (const { labelBox } of drawnMarks(
          places.map((box, number) => markAt(`e${number}`, box)),
          WINDOW,
        )) {
          expect(labelBox.x).toBeGreaterThanOrEqual(0)
          expect(labelBox.y).toBeGreaterThanOrEqual(0)
          expect(labelBox.x + labelBox.width).toBeLessThanOrEqual(WINDOW.width)
          expect(labelBox.y + labelBox.height).toBeLessThanOrEqual(WINDOW.height)
        }
      }),
    )
  })
})
