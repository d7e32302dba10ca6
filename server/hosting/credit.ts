import { isDeepStrictEqual } from 'node:util'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { nearAnd } from '../../core/data/near.ts'
import { shown } from '../../core/data/shown.ts'
import type { Group } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import type { GroupCreditRequest } from '../../core/protocol/index.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import type { CreditRequest, Shaping } from '../../rewards/credit/assign.ts'
import { creditGroup, type GroupCredit, without } from '../../rewards/credit/group.ts'
import { type Columns, expectAssignable, recordedColumns } from '../../rewards/credit/trial.ts'
import type { Estimator } from '../../rewards/estimator/estimator.ts'
import type { Recipe } from '../../rewards/shaping/recipe.ts'

/** What clients may ask for by name. */
export interface CreditTools {
  /** @default none */
  readonly estimators?: readonly Estimator[]
  /** @default none */
  readonly recipes?: readonly Recipe[]
}

/** A requested of credit that was found to be possible. */
export interface CreditPlan {
  readonly requested: GroupCreditRequest
  readonly request: CreditRequest
  readonly shaping: Shaping | null
}

/** What came of a plan. */
export interface ClosingCredit extends GroupCredit {
  readonly as: string
  readonly recipe: string | null
}

/** Finds the means of credit for the groups of one environment. */
export class GroupCreditPlanner {
  readonly #tools: Required<CreditTools>
  readonly #columns: Columns

  constructor({ estimators = [], recipes = [] }: CreditTools, world: World, hooks: HookSet) {
    this.#tools = { estimators, recipes }
    this.#columns = recordedColumns(world.environment, hooks)
  }

  /**
   * @throws GymError ESTIMATOR_UNKNOWN, HOOK_UNKNOWN for a recipe; CONFIG_INVALID for options; SIGNAL_MISSING for what
   *   no group of this environment will have
   */
  plans(requests: readonly GroupCreditRequest[]): readonly CreditPlan[] {
    return requests.map((requested) => {
      const { estimator, options = {} } = requested
      const request = { estimator: named('estimator', estimator, this.#tools.estimators), options }
      const shaping = this.#shaping(requested)
      expectAssignable(this.#columns, request, shaping)
      return { requested: requested, request, shaping }
    })
  }

  #shaping({ recipe, progress }: GroupCreditRequest): Shaping | null {
    if (recipe === undefined) return null
    return { recipe: named('recipe', recipe, this.#tools.recipes), ...(progress !== undefined && { progress }) }
  }
}

const UNKNOWN = { estimator: 'ESTIMATOR_UNKNOWN', recipe: 'HOOK_UNKNOWN' } as const

function named<T extends { readonly name: string }>(noun: keyof typeof UNKNOWN, name: string, all: readonly T[]): T {
  const found = all.find((each) => each.name === name)
  if (found) return found
  const names = all.map((each) => each.name)
  const help = nearAnd(name, names, `it has ${names.join(', ') || 'none'}`)
  throw new GymError(UNKNOWN[noun], `this server has no ${noun} ${shown(name, 100)}: ${help}`)
}

export const isSameCredit = (plans: readonly CreditPlan[], requests: readonly GroupCreditRequest[]): boolean =>
  isDeepStrictEqual(
    plans.map(({ requested }) => requested),
    requests,
  )

/**
 * What was planned, of a group that has closed.
 * @param report Called with the failure of an estimator; the others still run.
 */
export const closingCredit = (
  group: Group,
  plans: readonly CreditPlan[],
  report: (error: unknown) => void,
): readonly ClosingCredit[] =>
  plans.flatMap(({ requested, request, shaping }) => {
    const { as = request.estimator.name, recipe = null } = requested
    return attempted(group, request, shaping, report).map((credit) => ({ as, recipe, ...credit }))
  })

function attempted(
  group: Group,
  request: CreditRequest,
  shaping: Shaping | null,
  report: (error: unknown) => void,
): readonly GroupCredit[] {
  try {
    const credited = creditGroup(group, [request], shaping)
    for (const { reason } of credited) if (reason?.code === 'ESTIMATOR_INVALID') report(new Error(reason.message))
    return credited
  } catch (thrown) {
    report(thrown)
    return [without(request.estimator.name, { code: 'ESTIMATOR_INVALID', message: messageOf(thrown) })]
  }
}
