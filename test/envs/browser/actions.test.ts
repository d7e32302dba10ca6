import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPageAction } from '../../../envs/browser/action.ts'
import { followedAfter } from '../../../envs/browser/expert.ts'
import { isAnswer } from '../../../envs/browser/judge.ts'
import { textOf } from '../../../envs/browser/state.ts'
import { elementsOf } from '../../../envs/browser/tree.ts'

const TREE = `- generic [active] [ref=e1]:
  - heading "To do" [level=1] [ref=e2]
  - 'button "a: \\"b\\"" [ref=e3]'
  - textbox "New item" [ref=e4]: words
  - link "More" [ref=f1e5] [cursor=pointer]:
    - /url: "?x"
  - text: no reference`

const state = {
  ...{
    task: 0,
    instruction: 'add bread',
    url: 'http://apps.test/',
    title: 'To do',
    tree: TREE,
    other: null,
    marks: [],
  },
  ...{ problem: null, followed: 0, isOver: false },
}
const task = {
  ...{
    id: 'a',
    split: 'train',
    start: 'http://apps.test/',
    instruction: 'add bread',
    judge: { url: 'http://apps.test/' },
  },
  path: [
    { do: 'type', role: 'textbox', name: 'New item', text: 'bread' },
    { do: 'click', role: 'link', name: 'More' },
  ],
} as const

describe('actions on pages', () => {
  it.each([
    ['click(e3)', { kind: 'click', ref: 'e3' }],
    ['click(f2e31)', { kind: 'click', ref: 'f2e31' }],
    ['click(31)', { kind: 'click', ref: 'e31' }],
    ['type(4, words)', { kind: 'type', ref: 'e4', text: 'words' }],
    ['click_at(120, 0)', { kind: 'click_at', x: 120, y: 0 }],
    ['type_at(120,80, two, words)', { kind: 'type_at', x: 120, y: 80, text: 'two, words' }],
    ['type_at(120, 80, "")', { kind: 'type_at', x: 120, y: 80, text: '' }],
    ['type(e4, two, words)', { kind: 'type', ref: 'e4', text: 'two, words' }],
    ['type(e4, "")', { kind: 'type', ref: 'e4', text: '' }],
    ['select(e5, "red")', { kind: 'select', ref: 'e5', text: 'red' }],
    ['press(Enter)', { kind: 'press', key: 'Enter' }],
    ['goto(https://example.org/)', { kind: 'goto', url: 'https://example.org/' }],
    ['back()', { kind: 'back' }],
    ['done(42)', { kind: 'done', answer: '42' }],
    ['done()', { kind: 'done', answer: '' }],
  ])('are read: %s', (text, expected) => {
    expect(readPageAction(text)).toEqual(expected)
  })

  it.each([
    '',
    'dance()',
    'click(button)',
    'click(e3',
    'type(e4)',
    'click_at(1)',
    'click_at(-1, 2)',
    'click_at(1.5, 2)',
    'click_at(1, 2, 3)',
    'click_at(e1, 2)',
    'type_at(1, 2)',
    'click(f1)',
    'press(F5)',
    'press(Control+W)',
    'back(2)',
    `done(${'x'.repeat(10_001)})`,
    'constructor(x)',
  ])('are refused with a reason: %s', (text) => {
    expect(readPageAction(text)).toEqual(expect.objectContaining({ message: expect.stringMatching(/./) }))
  })

  it('are read whatever they are', () => {
    const isRead = (text: string): boolean => typeof readPageAction(text) === 'object'
    expect(fc.check(fc.property(fc.string({ unit: 'binary' }), isRead)).failed).toBe(false)
  })
})

describe('what is read from a tree', () => {
  it('are the elements with references', () => {
    expect(elementsOf(TREE)).toEqual([
      { ref: 'e1', role: 'generic', name: '' },
      { ref: 'e2', role: 'heading', name: 'To do' },
      { ref: 'e3', role: 'button', name: 'a: "b"' },
      { ref: 'e4', role: 'textbox', name: 'New item' },
      { ref: 'f1e5', role: 'link', name: 'More' },
    ])
  })

  it('is how far the shortest way was followed, in its order', () => {
    const stepsAfter = (action: Parameters<typeof followedAfter>[1], followed = 0): number =>
      followedAfter({ ...state, followed }, action, null, task)
    expect(stepsAfter({ kind: 'type', ref: 'e4', text: 'bread' })).toBe(1)
    expect(stepsAfter({ kind: 'type', ref: 'e4', text: 'cake' })).toBe(0)
    expect(stepsAfter({ kind: 'click', ref: 'f1e5' })).toBe(0)
    expect(stepsAfter({ kind: 'click', ref: 'f1e5' }, 1)).toBe(2)
    expect(stepsAfter({ kind: 'goto', url: task.start }, 1)).toBe(0)
    expect(stepsAfter({ kind: 'back' }, 1)).toBe(1)
  })

  it('counts what was done at the coordinates of an element', () => {
    const typed = { kind: 'type_at', x: 1, y: 1, text: 'bread' } as const
    expect(followedAfter(state, typed, 'e4', task)).toBe(1)
    expect(followedAfter(state, typed, 'e3', task)).toBe(0)
    expect(followedAfter(state, typed, null, task)).toBe(0)
    expect(followedAfter({ ...state, followed: 1 }, { kind: 'click_at', x: 1, y: 1 }, 'f1e5', task)).toBe(2)
  })
})

describe('observations of pages', () => {
  it('say what is asked for, where the page is, and what did nothing; a picture stands alone', () => {
    expect(textOf({ ...state, problem: 'no such element' })).toBe(
      `Task: add bread\nPage: To do (http://apps.test/)\nNothing happened: no such element.\n\n${TREE}`,
    )
    expect(textOf({ ...state, other: 'only text' })).toMatch(/\n\nonly text$/)
    expect(textOf({ ...state, other: 'data:image/png;base64,AA' })).toBe('data:image/png;base64,AA')
  })

  it('are over with the expected answer, in any case and spacing', () => {
    expect(isAnswer({ answer: 'Forty Two' }, ' forty  two ')).toBe(true)
    expect(isAnswer({ answer: '42' }, '421')).toBe(false)
    expect(isAnswer({}, 'anything')).toBe(true)
  })
})
