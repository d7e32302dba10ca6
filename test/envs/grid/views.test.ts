import { describe, expect, it } from 'vitest'
import { COLOURS } from '../../../envs/grid/actions.ts'
import { WORLD_NAMES } from '../../../envs/grid/options.ts'
import { svgView } from '../../../envs/grid/views/svg.ts'
import { textView } from '../../../envs/grid/views/text.ts'
import { levelsOf, reachOf } from './reach.ts'

/** What is wrong with an XML document of elements, attributes and text; null where nothing is. */
function xmlProblem(document: string): string | null {
  const open: string[] = []
  let rest = document
  while (rest !== '') {
    const [token = ''] = /^<[^>]*>|^[^<]+/.exec(rest) ?? []
    if (token === '') return `broken at ${rest.slice(0, 40)}`
    rest = rest.slice(token.length)
    if (!token.startsWith('<')) {
      if (/>|&(?!(amp|lt|gt|quot);)/.test(token) || open.length === 0) return `bad text ${token}`
      continue
    }
    const [, end, name = '', attributes = '', selfEnd] =
      /^<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<&]*")*)(\/?)>$/.exec(token) ?? []
    if (name === '') return `bad tag ${token}`
    const names = [...attributes.matchAll(/ ([a-zA-Z-]+)=/g)].map(([, attribute]) => attribute)
    if (new Set(names).size < names.length) return `an attribute twice in ${token}`
    if (end === '/' && open.pop() !== name) return `${token} closes nothing`
    if (end === '' && selfEnd === '') open.push(name)
    if (open.length === 0 && rest !== '') return 'more than one root'
  }
  return open.length === 0 ? null : `${open.join()} left open`
}

describe('the XML reader of these tests', () => {
  it('finds what is wrong', () => {
    expect(xmlProblem('<a b="1"><c/>x &amp; y</a>')).toBeNull()
    for (const bad of ['<a>', '<a></b>', '<a>&</a>', '<a b="1" b="2"/>', '<a/><a/>', 'x', '<a b=1/>', '<a>></a>', '<a'])
      expect(xmlProblem(bad), bad).not.toBeNull()
  })
})

describe.each(WORLD_NAMES)('views of %s', (world) => {
  it('are well-formed images, with a square a cell', () => {
    for (const aliasing of [0, 1, 2]) {
      const levels = levelsOf({ world, aliasing, reward: 'graded', rewardDelay: 1, branching: 3 })
      const level = levels.at(0)
      for (const state of reachOf(levels, 0).states.slice(0, 200)) {
        const image = svgView(level, state, levels.settings)
        expect(xmlProblem(image)).toBeNull()
        const cells = level.scene(state, levels.settings.aliasing).map.join('').length
        expect(image.match(/<g transform=/g)?.length).toBe(cells)
      }
    }
  })

  it('draw two images alike only if the texts are alike', () => {
    const levels = levelsOf({ world, aliasing: 1 })
    const level = levels.at(0)
    const { states } = reachOf(levels, 0)
    const textOf = new Map(
      states.map((state) => [svgView(level, state, levels.settings), textView(level, state, levels.settings)]),
    )
    for (const state of states)
      expect(textOf.get(svgView(level, state, levels.settings))).toBe(textView(level, state, levels.settings))
    expect(new Set(textOf.values()).size).toBe(textOf.size)
  })

  it('have a legend for every symbol that is ever shown', () => {
    for (const aliasing of [0, 1, 2]) {
      const levels = levelsOf({ world, aliasing })
      const level = levels.at(0)
      const shown = reachOf(levels, 0).states.flatMap((state) => level.scene(state, levels.settings.aliasing).map)
      for (const symbol of new Set(shown.join(''))) expect(level.legend[symbol]?.means, symbol).toBeTruthy()
    }
  })

  it('mark a move that did nothing', () => {
    const levels = levelsOf({ world })
    const level = levels.at(0)
    const state = { level: 0, ...level.start, best: 0, owed: [], isIdle: true }
    expect(textView(level, state, levels.settings)).toMatch(/\nNothing happens\.$/)
    expect(svgView(level, state, levels.settings)).toContain('>Nothing happens.<')
  })
})

describe('colours', () => {
  it('have letters of their own in a corridor with all of them', () => {
    const { legend } = levelsOf({ world: 'corridor', branching: 6 }).at(0)
    const doors = Object.values(legend).filter(({ shape }) => shape === 'door')
    expect(doors.map(({ colour }) => colour).sort()).toEqual([...COLOURS].sort())
  })
})
