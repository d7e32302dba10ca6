import type { OptionRanges } from '../../data/options.ts'
import type { JsonObject } from '../../data/types.ts'
import type { Branch } from '../branch.ts'
import type { ModeSpec } from '../mode.ts'
import { kOf, type NamedValues, numberOf, oneOf, valueFunctionOf, wholeOf } from '../options.ts'
import type { Player } from '../player.ts'
import { searchByBeam } from './beam.ts'
import { searchBestFirst } from './best-first.ts'
import type { CandidateOptions } from './candidates.ts'
import { searchByMcts } from './mcts.ts'
import type { SearchOptions } from './tree.ts'

const SHARED = { k: 0, value: 'play-outs', playOuts: 1, final: 'return', prune: true }
const RANGES: OptionRanges = { k: [0, 65_536], playOuts: [1, 65_536] }

const sharedOf = (options: JsonObject, named: NamedValues): SearchOptions & CandidateOptions => ({
  k: kOf(options, 0),
  value: valueFunctionOf(options, named),
  final: oneOf(options, 'final', ['return', 'value']),
  prunes: options.prune === true,
  hasPriors: false,
})

type Search = (root: Branch, player: Player) => Promise<Branch | undefined>

const searching = (search: Search, isEndless = true) => ({
  roots: 1,
  isEndless,
  sample: async ([root]: readonly Branch[], player: Player) => root && search(root, player),
})

/** Ways to search for a good episode from one start. */
export const SEARCH_MODES: Readonly<Record<string, ModeSpec>> = {
  mcts: {
    summary: 'Monte Carlo tree search for the best episode, by UCT or PUCT',
    options: { ...SHARED, rule: 'uct', exploration: Math.SQRT2, outcomes: 1 },
    ranges: { ...RANGES, exploration: [0, 1e6], outcomes: [1, 65_536] },
    create(options, named) {
      const rule = oneOf(options, 'rule', ['uct', 'puct'])
      const exploration = numberOf(options, 'exploration')
      const chosen = { ...sharedOf(options, named), hasPriors: rule === 'puct', rule, exploration }
      const outcomes = wholeOf(options, 'outcomes', 1)
      return searching((root, player) => searchByMcts(root, player, { ...chosen, outcomes }))
    },
  },
  'best-first': {
    summary: 'the state of highest value is left by each of its actions, and so on',
    options: SHARED,
    ranges: RANGES,
    create(options, named) {
      const chosen = sharedOf(options, named)
      return searching((root, player) => searchBestFirst(root, player, chosen))
    },
  },
  beam: {
    summary: 'after each step the best states are kept, and left by each of their actions',
    options: { ...SHARED, width: 4 },
    ranges: { ...RANGES, width: [1, 65_536] },
    create(options, named) {
      const chosen = { ...sharedOf(options, named), width: wholeOf(options, 'width', 1) }
      return searching((root, player) => searchByBeam(root, player, chosen), false)
    },
  },
}
