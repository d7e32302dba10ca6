import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import { deriveKey, type Key, keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { shortestPlan } from '../expert/plan.ts'
import { type House, houseOf, type Scene } from '../house.ts'
import type { HouseSettings } from '../options.ts'
import { startWorld } from '../state.ts'
import { drawScene } from './draw.ts'

export const SPLITS = ['train', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** Tasks of each split: validation and test have a quarter of train. */
export const splitSizes = ({ tasks }: HouseSettings): Readonly<Record<Split, number>> => {
  const heldOut = Math.max(1, Math.ceil(tasks / 4))
  return { train: tasks, validation: heldOut, test: heldOut }
}

/** Draws before the settings are said to contradict each other. */
const MOST_DRAWS = 500

/** Houses by the number of their task, each drawn when it is first asked for: a function of the settings and its number. */
export class Houses {
  readonly settings: HouseSettings
  /** Number of the first task of each split. */
  readonly firstOf: Readonly<Record<Split, number>>
  readonly #key: Key
  readonly #drawn = new Map<number, House>()

  /** @throws GymError CONFIG_INVALID where no task can be solved within the limit of steps */
  constructor(settings: HouseSettings) {
    this.settings = settings
    const { train, validation } = splitSizes(settings)
    this.firstOf = { train: 0, validation: train, test: train + validation }
    this.#key = keyOfSeed(settings.seed)
    this.at(0)
  }

  at(number: number): House {
    const known = this.#drawn.get(number)
    if (known) return known
    const house = this.#draw(number)
    this.#drawn.set(number, house)
    return house
  }

  #draw(number: number): House {
    const { families, level, steps } = this.settings
    // Families take turns.
    const family = families[number % families.length] ?? families[0]
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const scene = drawScene(new Rng(deriveKey(this.#key, number, 0), draw), family, level)
      if (scene === null || splitOfContent(scene) !== this.#splitOf(number)) continue
      const house = houseOf(scene)
      if (shortestPlan(house, startWorld(house), 'current').length <= steps) return house
    }
    throw new GymError('CONFIG_INVALID', `no task of ${family} at level ${level} can be solved within ${steps} steps`)
  }

  #splitOf(number: number): Split {
    const { validation, test } = this.firstOf
    return number < validation ? 'train' : number < test ? 'validation' : 'test'
  }
}

/** What a game is says which split it may be in, so that no two splits have a game in common. */
function splitOfContent(scene: Scene): Split {
  const share = Number.parseInt(hashOf(JSON.stringify(scene)).slice(0, 8), 16) / 2 ** 32
  return share < 0.6 ? 'train' : share < 0.8 ? 'validation' : 'test'
}
