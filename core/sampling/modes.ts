import { GymError } from '../data/errors.ts'
import { nearAnd } from '../data/near.ts'
import { chosenOptions, type OptionRanges } from '../data/options.ts'
import { shown } from '../data/shown.ts'
import type { Json, JsonObject } from '../data/types.ts'
import { expectWhole } from '../episode/settings.ts'
import { bestByReturn, bestOfAll } from './best-of-n.ts'
import type { Branch } from './branch.ts'
import type { Player } from './player.ts'
import { samplePrefix } from './prefix.ts'
import { rerank } from './rerank.ts'
import { growTree } from './tree.ts'
import { gradeValue, playOutValue, returnValue, signalValue, type ValueFunction } from './values.ts'

/** A way to sample a group, with its options. */
export interface Mode {
  readonly name: string
  /** All of them: plain JSON, recorded with every group. */
  readonly options: JsonObject
  /** Branches that begin with a reset. */
  readonly roots: number
  /** Whether nothing but a budget keeps it from growing beyond all bounds. */
  readonly isEndless?: boolean
  /** Plays every branch to an end. @returns The chosen branch. */
  sample(roots: readonly Branch[], player: Player): Promise<Branch | undefined>
}

interface ModeSpec {
  readonly summary: string
  readonly options: JsonObject
  readonly ranges: OptionRanges
  /** @throws GymError CONFIG_INVALID for options that are none */
  create(options: JsonObject): Omit<Mode, 'name' | 'options'>
}

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
    create(options) {
      const k = kOf(options, 2)
      const [value, commit] = [valueFunctionOf(options), oneOf(options, 'commit', ['policy', 'greedy', 'best'])]
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
    summary: 'k whole trajectories, the best of which is marked',
    options: { ...K, value: 'return' },
    ranges: RANGES,
    create(options) {
      const [k, value] = [kOf(options, 1), valueFunctionOf({ ...options, playOuts: 1 })]
      return { roots: k, sample: (roots, player) => bestOfAll(roots, player, value) }
    },
  },
  rerank: {
    summary: 'of k actions that the agent draws at each step, the one of highest value is taken',
    options: { ...K, ...VALUED },
    ranges: VALUED_RANGES,
    create(options) {
      const [k, value] = [kOf(options, 2), valueFunctionOf(options)]
      return fromOneRoot((root, player) => rerank(root, player, { k, value }))
    },
  },
}

const NAMES = [...Object.keys(MODES), 'intervene']
const LISTED = `there are ${Object.keys(MODES).join(', ')}, and intervene for a recorded trajectory`

/**
 * Finds a sampling mode by name.
 * @throws GymError CONFIG_INVALID for an unknown mode or option.
 */
export function samplingMode(name: string, chosen: JsonObject): Mode {
  const spec = Object.hasOwn(MODES, name) ? MODES[name] : undefined
  if (!spec) throw invalid(`there is no sampling mode ${name}: ${nearAnd(name, NAMES, LISTED)}`)
  const options = chosenOptions(`sampling mode ${name}`, spec.options, chosen, spec.ranges)
  return { name, options, ...spec.create(options) }
}

const fromOneRoot = (sample: (root: Branch, player: Player) => Promise<Branch | undefined>) => ({
  roots: 1,
  sample: async ([root]: readonly Branch[], player: Player) => root && sample(root, player),
})

function wholeOf(options: JsonObject, name: string, least: number): number {
  const value = options[name]
  const number = typeof value === 'number' ? value : Number.NaN
  expectWhole(name, number, least, 2 ** 31 - 1)
  return number
}

const kOf = (options: JsonObject, least: number): number => wholeOf(options, 'k', least)

/** One number represents a list of one. */
function wholesOf(options: JsonObject, name: string): readonly number[] {
  const value = options[name] ?? []
  const items: readonly Json[] = isList(value) ? value : [value]
  return items.map((item) => wholeOf({ [name]: item }, name, 0))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

function oneOf<T extends string>(options: JsonObject, name: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === options[name])
  if (chosen !== undefined) return chosen
  throw invalid(`option ${name} is one of ${choices.join(', ')}, not ${shown(options[name])}`)
}

/** @throws GymError CONFIG_INVALID */
function valueFunctionOf(options: JsonObject): ValueFunction {
  const [kind = '', name = ''] = `${options.value}`.split(/:(.*)/s)
  if (kind === 'return' && name === '') return returnValue
  if (kind === 'play-outs' && name === '') return playOutValue(wholeOf(options, 'playOuts', 1))
  if (kind === 'grade' && name !== '') return gradeValue(name)
  if (kind === 'signal' && name !== '') return signalValue(name)
  throw invalid(`a value is return, play-outs, grade:NAME or signal:NAME, not ${shown(options.value)}`)
}

/** @throws GymError CONFIG_INVALID for a mode that does not end without a budget */
export function expectBudget({ isEndless = false }: Mode, budget: number | null): void {
  if (isEndless && budget === null)
    throw invalid('a tree that forks at every d-th step never ends: give it a budget, or the steps to fork at')
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
