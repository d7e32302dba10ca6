import { describe, expect, it } from 'vitest'
import type { AnchorLine, GroupAnswer, MemberLine } from '../../../viewer/answers.ts'
import { layoutOf } from '../../../viewer/app/graph-layout.ts'
import { placeGraph } from '../../../viewer/app/place-graph.ts'

/** Members by the places that they went through, as letters, and their returns. */
const groupOf = (members: Readonly<Record<string, number | null>>): GroupAnswer => {
  const paths = Object.keys(members)
  const letters = [...new Set(paths.join(''))]
  const count = (letter: string): number => paths.join('').split(letter).length - 1
  const anchors = letters.map(
    (letter, id): AnchorLine => ({
      ...{ id, label: letter, text: letter, visits: count(letter), states: null, value: null, actions: 1 },
    }),
  )
  const line = (path: string, member: number): MemberLine => ({
    ...{ id: `0.${member}`, member, ending: 'terminated', return: members[path] ?? null, parent: null },
    ...{ actions: [...path], values: [...path].map(() => null) },
  })
  return {
    group: {
      ...{ id: '0', task: 't', goal: 'g', startTag: null, hasEqualStarts: null, anchor: 'text', anchorNames: ['text'] },
      ...{ previous: null, next: null },
    },
    members: paths.map(line),
    anchors,
    edges: [],
    visits: paths.flatMap((path, member) =>
      [...path].map((letter, index) => [member, index, letters.indexOf(letter)] as const),
    ),
    lenses: [],
  }
}

const NONE = [[], [], []]

describe('the graph of a group', () => {
  it('joins places that follow each other, with the mean number of the steps between them', () => {
    const { nodes, edges, starts } = placeGraph(groupOf({ abc: 1, abd: 0 }), [
      [1, 2, 3],
      [3, null, 5],
    ])
    const names = new Map(nodes.map(({ key, label }) => [key, label]))
    const said = edges.map(({ from, to, count, number }) => [names.get(from), names.get(to), count, number])
    expect(said).toEqual([
      ['a', 'b', 2, 2],
      ['b', 'c', 1, 2],
      ['c', 'terminated, 1.00', 1, 3],
      ['b', 'd', 1, null],
      ['d', 'terminated, 0.00', 1, 5],
    ])
    expect(starts).toEqual([0])
  })

  it('has one ending for members that ended alike, and says where a return is not known', () => {
    const { nodes } = placeGraph(groupOf({ a: 1, ab: 1, ac: null }), NONE)
    const endings = nodes.filter(({ kind }) => kind === 'ending').map(({ label, visits }) => [label, visits])
    expect(endings).toEqual([
      ['terminated, 1.00', 2],
      ['terminated, –', 1],
    ])
  })

  it('joins nothing over a step whose place was not recorded', () => {
    const answer = groupOf({ abc: 1 })
    const { edges } = placeGraph({ ...answer, visits: answer.visits.filter(([, index]) => index !== 1) }, NONE)
    expect(edges.map(({ from }) => from)).toEqual([2])
  })

  it('shows the 40 most visited of more than 60 places, and the others as one', () => {
    const letters = String.fromCodePoint(...Array.from({ length: 70 }, (_, at) => 0x4e00 + at))
    const { nodes } = placeGraph(groupOf({ [letters]: 1, [letters.slice(50)]: 0 }), NONE)
    const places = nodes.filter(({ kind }) => kind === 'place')
    expect(places).toHaveLength(40)
    expect(places.filter(({ visits }) => visits === 2)).toHaveLength(20)
    expect(nodes.find(({ kind }) => kind === 'others')).toMatchObject({ label: '30 other places', visits: 30 })
  })
})

describe('the layout of the graph', () => {
  it('has places further down the further they are from the start, and endings last', () => {
    const { nodes } = layoutOf(placeGraph(groupOf({ abc: 1, ac: 0 }), NONE), 400)
    const y = (label: string): number => nodes.find((node) => node.label === label)?.y ?? 0
    expect(y('a')).toBeLessThan(y('b'))
    expect(y('b')).toBe(y('c'))
    expect(y('c')).toBeLessThan(y('terminated, 1.00'))
    expect(y('terminated, 0.00')).toBe(y('terminated, 1.00'))
  })

  it('dots the lines that lead back or stay, and those alone', () => {
    const { edges } = layoutOf(placeGraph(groupOf({ abab: 1, acc: 0 }), NONE), 400)
    const back = edges.filter(({ isBack }) => isBack).map(({ from, to }) => `${from} ${to}`)
    expect(back).toEqual(['1 0', '2 2'])
  })

  it('orders the places of a layer so that lines do not cross where they need not', () => {
    const { nodes } = layoutOf(placeGraph(groupOf({ abd: 1, ace: 0, abf: 2 }), NONE), 400)
    const x = (label: string): number => nodes.find((node) => node.label === label)?.x ?? 0
    expect(Math.sign(x('b') - x('c'))).toBe(Math.sign(x('d') - x('e')))
    expect(Math.sign(x('b') - x('c'))).toBe(Math.sign(x('f') - x('e')))
  })

  it('keeps every place within its width, however many there are', () => {
    const letters = String.fromCodePoint(...Array.from({ length: 30 }, (_, at) => 0x4e00 + at))
    const paths = Object.fromEntries([...letters].map((letter) => [`a${letter}`, 1]))
    const { nodes, width, height } = layoutOf(placeGraph(groupOf(paths), []), 420)
    for (const { x, y, radius } of nodes) {
      expect(x - radius).toBeGreaterThan(-8)
      expect(x + radius).toBeLessThan(width + 8)
      expect(y + radius).toBeLessThanOrEqual(height)
    }
  })
})
