import { GymError } from '../../core/data/errors.ts'
import { hashOf } from '../../core/data/hash.ts'
import { deriveKey, type Key, keyOfSeed, Rng } from '../../core/data/rng.ts'
import type { Level } from './level.ts'
import type { GridSettings } from './options.ts'
import { shortestSolution } from './search.ts'
import { WORLDS } from './worlds/index.ts'

/** Where the numbers of a split's levels begin, and how many there are. */
export const SPLITS = {
  train: { first: 0, length: 128 },
  validation: { first: 128, length: 32 },
  test: { first: 160, length: 32 },
} as const
type Split = keyof typeof SPLITS

const splitOf = (number: number): Split =>
  number < SPLITS.validation.first ? 'train' : number < SPLITS.test.first ? 'validation' : 'test'

/** Draws before a world is said to have no such level: its settings contradict each other. */
const MOST_DRAWS = 2000
const CANDIDATES = 3

/** The levels of a world, each drawn when it is first asked for: a function of the settings and its number. */
export class Levels {
  readonly settings: GridSettings
  readonly #key: Key
  readonly #drawn = new Map<number, Level>()

  /** @throws GymError CONFIG_INVALID where no level can be solved in time */
  constructor(settings: GridSettings) {
    this.settings = settings
    this.#key = keyOfSeed(settings.seed)
    this.at(0)
  }

  at(number: number): Level {
    const known = this.#drawn.get(number)
    if (known) return known
    const level = this.#draw(number)
    this.#drawn.set(number, level)
    return level
  }

  /** Level with the longest shortest solution among the first few that can be solved within the step limit. */
  #draw(number: number): Level {
    const { settings } = this
    let longest: { readonly level: Level; readonly steps: number } | null = null
    let found = 0
    for (let draw = 0; draw < MOST_DRAWS && found < CANDIDATES; draw++) {
      const level = this.#drawOnce(number, draw)
      const steps = level && shortestSolution(level, settings.horizon - settings.rewardDelay)
      if (level === null || steps === null) continue
      found++
      if (longest === null || steps > longest.steps) longest = { level, steps }
    }
    if (longest) return longest.level
    const { world, size, horizon } = settings
    throw new GymError('CONFIG_INVALID', `no ${world} of size ${size} can be solved and paid within ${horizon} steps`)
  }

  /** Level of the split that the number belongs to; null where the draw yields none. */
  #drawOnce(number: number, draw: number): Level | null {
    const rng = new Rng(deriveKey(this.#key, number, 0), draw)
    const level = WORLDS[this.settings.world](rng, this.settings)
    return level && splitOfContent(level) === splitOf(number) ? level : null
  }
}

/** What a level is says which split it may be in, so that no two splits have a level in common. */
function splitOfContent({ signature }: Level): Split {
  const share = Number.parseInt(hashOf(signature).slice(0, 8), 16) / 2 ** 32
  return share < 0.6 ? 'train' : share < 0.8 ? 'validation' : 'test'
}
