import { nearAnd } from '../data/near.ts'
import { chosenOptions } from '../data/options.ts'
import type { JsonObject } from '../data/types.ts'
import { bestByReturn, bestInTurn, bestOfAll } from './best-of-n.ts'
import type { Branch } from './branch.ts'
import { rejectEarly } from './early-rejection.ts'
import type { Mode, ModeSpec } from './mode.ts'
import { invalid, kOf, type NamedValues, numberOf, oneOf, valueFunctionOf, wholeOf, wholesOf } from './options.ts'
import type { Player } from './player.ts'
import { samplePrefix } from './prefix.ts'
import { rerank } from './rerank.ts'
import { SEARCH_MODES } from './search/modes.ts'
import { growTree } from './tree.ts'

const K = { k: 4 }
const VALUED = { value: 'play-outs', playOuts: 4 }
/** Each is an episode that is open at the same time as the others. */
const MOST_AT_ONCE = 65_536
const RANGES = { k: [1, MOST_AT_ONCE] } as const
const VALUED_RANGES = { ...RANGES, playOuts: [1, MOST_AT_ONCE] } as const

/** Ways to sample a group from its start. `intervene` starts from a record, and is apart from them. */
export const MODES: Readonly<Record<string, ModeSpec>> = {
  prefix: {
    summary: 'k continuations of one step from a shared prefix; one is committed, and so on',
    options: { ...K, commit: 'policy', playOn: false, ...VALUED },
    ranges: VALUED_RANGES,
    create(options, named) {
      const k = kOf(options, 2)
      const [value, commit] = [valueFunctionOf(options, named), oneOf(options, 'commit', ['policy', 'greedy', 'best'])]
      const playOn = options.playOn === true
      return fromOneRoot((root, player) => samplePrefix(root, player, { k, commit, value, playOn }))
    },
  },
  tree: {
    summary: 'every branch forks into k at chosen steps, and all are played to their end',
    options: { ...K, at: [0, 2], every: 0 },
    ranges: { ...RANGES, every: [0, Number.MAX_SAFE_INTEGER] },
    create(options) {
      const k = kOf(options, 2)
      const [at, every] = [wholesOf(options, 'at'), wholeOf(options, 'every', 0)]
      const grow = fromOneRoot(async (root, player) =>
        bestByReturn(await growTree(root, player, { k, at, every }), player),
      )
      return { ...grow, isEndless: every > 0 }
    },
  },
  'best-of-n': {
    summary: 'k whole trajectories, or as many as a budget covers, the best of which is marked',
    options: { ...K, value: 'return' },
    ranges: { k: [0, MOST_AT_ONCE] },
    create(options, named) {
      const [k, value] = [kOf(options, 0), valueFunctionOf({ ...options, playOuts: 1 }, named)]
      if (k > 0) return { roots: k, sample: (roots, player) => bestOfAll(roots, player, value) }
      return { ...fromOneRoot((root, player) => bestInTurn(root, player, value)), isEndless: true }
    },
  },
  'early-rejection': {
    summary: 'k trajectories, of which a share with low values is given up at chosen steps; the best is marked',
    options: { k: 8, at: [2, 4], keep: 0.5, value: 'play-outs', playOuts: 1, final: 'return' },
    ranges: { ...VALUED_RANGES, keep: [0, 1] },
    create(options, named) {
      const value = valueFunctionOf(options, named)
      const isJudged = oneOf(options, 'final', ['return', 'value']) === 'value'
      const final = isJudged ? value : valueFunctionOf({ value: 'return' })
      const chosen = { at: wholesOf(options, 'at'), keep: numberOf(options, 'keep'), value, final }
      return { roots: kOf(options, 1), sample: (roots, player) => rejectEarly(roots, player, chosen) }
    },
  },
  rerank: {
    summary: 'of k actions that the agent draws at each step, the one of highest value is taken',
    options: { ...K, ...VALUED },
    ranges: VALUED_RANGES,
    create(options, named) {
      const [k, value] = [kOf(options, 2), valueFunctionOf(options, named)]
      return fromOneRoot((root, player) => rerank(root, player, { k, value }))
    },
  },
  ...SEARCH_MODES,
}

const NAMES = [...Object.keys(MODES), 'intervene']
const LISTED = `there are ${Object.keys(MODES).join(', ')}, and intervene for a recorded trajectory`

/**
 * Finds a sampling mode by name.
 * @param named Value functions that its option `value` may name beside the usual ones.
 * @throws GymError CONFIG_INVALID for an unknown mode or option.
 */
export function samplingMode(name: string, chosen: JsonObject, named: NamedValues = {}): Mode {
  const spec = Object.hasOwn(MODES, name) ? MODES[name] : undefined
  if (!spec) throw invalid(`there is no sampling mode ${name}: ${nearAnd(name, NAMES, LISTED)}`)
  const options = chosenOptions(`sampling mode ${name}`, spec.options, chosen, spec.ranges)
  return { name, options, ...spec.create(options, named) }
}

const fromOneRoot = (sample: (root: Branch, player: Player) => Promise<Branch | undefined>) => ({
  roots: 1,
  sample: async ([root]: readonly Branch[], player: Player) => root && sample(root, player),
})

/** @throws GymError CONFIG_INVALID for a mode that does not end without a budget */
export function expectBudget({ name, isEndless = false }: Mode, budget: number | null): void {
  if (isEndless && budget === null)
    throw invalid(
      `sampling by ${name} ends with its budget only: give it a budget of environment steps, such as --budget 200`,
    )
}
