import { isDeepStrictEqual } from 'node:util'
import { GymError, messageOf } from '../../core/errors.ts'
import type { CreditWish } from '../../core/protocol.ts'
import type { HookSet } from '../../core/reward.ts'
import type { Group } from '../../core/types.ts'
import type { World } from '../../core/world.ts'
import type { CreditRequest, Shaping } from '../../rewards/assign/assign.ts'
import { creditGroup, type GroupCredit, without } from '../../rewards/assign/group.ts'
import { type Columns, expectAssignable } from '../../rewards/assign/trial.ts'
import type { Estimator } from '../../rewards/credit/estimator.ts'
import type { Recipe } from '../../rewards/shaping/recipe.ts'

/** What clients may ask for by name. */
export interface CreditTools {
  /** @default none */
  readonly estimators?: readonly Estimator[]
  /** @default none */
  readonly recipes?: readonly Recipe[]
}

/** A wish of credit that was found to be possible. */
export interface CreditPlan {
  readonly wish: CreditWish
  readonly request: CreditRequest
  readonly shaping: Shaping | null
}

/** What came of a plan. */
export interface ClosingCredit extends GroupCredit {
  readonly as: string
  readonly recipe: string | null
}

/** Finds the means of credit for the groups of one environment. */
export class CreditDesk {
  readonly #tools: Required<CreditTools>
  readonly #columns: Columns

  constructor({ estimators = [], recipes = [] }: CreditTools, world: World, hooks: HookSet) {
    this.#tools = { estimators, recipes }
    this.#columns = columnsOf(world, hooks)
  }

  /**
   * @throws GymError ESTIMATOR_UNKNOWN, HOOK_UNKNOWN for a recipe; CONFIG_INVALID for options; SIGNAL_MISSING for what
   *   no group of this environment will have
   */
  plans(wishes: readonly CreditWish[]): readonly CreditPlan[] {
    return wishes.map((wish) => {
      const { estimator, options = {} } = wish
      const request = { estimator: named('estimator', estimator, this.#tools.estimators), options }
      const shaping = this.#shaping(wish)
      expectAssignable(this.#columns, request, shaping)
      return { wish, request, shaping }
    })
  }

  #shaping({ recipe, progress }: CreditWish): Shaping | null {
    if (recipe === undefined) return null
    return { recipe: named('recipe', recipe, this.#tools.recipes), ...(progress !== undefined && { progress }) }
  }
}

const UNKNOWN = { estimator: 'ESTIMATOR_UNKNOWN', recipe: 'HOOK_UNKNOWN' } as const

function named<T extends { readonly name: string }>(noun: keyof typeof UNKNOWN, name: string, all: readonly T[]): T {
  const found = all.find((each) => each.name === name)
  if (found) return found
  const has = all.map((each) => each.name).join(', ') || 'none'
  throw new GymError(UNKNOWN[noun], `this server has no ${noun} ${JSON.stringify(name.slice(0, 100))}: it has ${has}`)
}

function columnsOf({ environment }: World, { turn, process, outcome, group }: HookSet): Columns {
  const names = (hooks: readonly { readonly name: string }[]): readonly string[] => hooks.map(({ name }) => name)
  return {
    anchors: ['text', 'state', ...Object.keys(environment.anchors ?? {})],
    signals: ['env', ...names([...turn, ...process, ...group])],
    outcomes: names([...outcome, ...group]),
  }
}

export const isSameCredit = (plans: readonly CreditPlan[], wishes: readonly CreditWish[]): boolean =>
  isDeepStrictEqual(
    plans.map(({ wish }) => wish),
    wishes,
  )

/**
 * What was planned, of a group that has closed.
 * @param report told of an estimator that broke; the others go on
 */
export const closingCredit = (
  group: Group,
  plans: readonly CreditPlan[],
  report: (error: unknown) => void,
): readonly ClosingCredit[] =>
  plans.flatMap(({ wish, request, shaping }) => {
    const { as = request.estimator.name, recipe = null } = wish
    return attempted(group, request, shaping, report).map((credit) => ({ as, recipe, ...credit }))
  })

function attempted(
  group: Group,
  request: CreditRequest,
  shaping: Shaping | null,
  report: (error: unknown) => void,
): readonly GroupCredit[] {
  try {
    return creditGroup(group, [request], shaping)
  } catch (thrown) {
    report(thrown)
    return [without(request.estimator.name, { code: 'ESTIMATOR_INVALID', message: messageOf(thrown) })]
  }
}
