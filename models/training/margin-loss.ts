import type { Tensor } from '../graph/graph.ts'
import { matMul, multiply, negate, scale, softplus, subtract, sum } from '../graph/operations.ts'

/** Inputs of the loss: B actions of at most T tokens, N margins. */
export interface MarginInputs {
  /** Log-probabilities under the model that is trained, [B, T]. */
  readonly logProbs: Tensor
  /** Log-probabilities under the reference, [B, T]. */
  readonly reference: Tensor
  /** 1 for a token of the action, 0 for the prompt and padding, [B, T]. */
  readonly mask: Tensor
  /** Share of each action in each margin, [N, B]. */
  readonly shares: Tensor
  /** Weight of each margin in the loss, [N, 1]. */
  readonly weights: Tensor
}

/**
 * Loss of an implicit reward model: the weighted sum of -log sigmoid over margins, each a linear combination of the
 * scores beta * sum(log pi_phi - log pi_ref) of actions. A row of shares +1 or -1 for every action of a trajectory is
 * the cross-entropy of its outcome (PRIME); 1 / n for the n steps of a success and -1 / m for the m steps of a failure
 * is a preference (OPRL).
 * @returns the loss, a scalar, and the scores, [B, 1]
 */
export function marginLoss(inputs: MarginInputs, beta: number): { readonly loss: Tensor; readonly scores: Tensor } {
  const { logProbs, reference, mask, shares, weights } = inputs
  const scores = scale(sum(multiply(mask, subtract(logProbs, reference)), [1], { keepAxes: true }), beta)
  const losses = softplus(negate(matMul(shares, scores)))
  return { loss: sum(multiply(weights, losses), [0, 1]), scores }
}

/** A trajectory whose actions are scored. */
export interface OutcomeOf<Action> {
  readonly actions: readonly Action[]
  readonly isSuccess: boolean
}

/** Margins over the actions of a batch of groups. */
export interface Margins<Action> {
  readonly actions: readonly Action[]
  /** One row a margin: places in `actions` with their shares. */
  readonly rows: readonly (readonly { readonly place: number; readonly share: number }[])[]
}

/** Margins of all pairs of a success and a failure of one group, each trajectory by the mean of its steps (OPRL). */
export function preferenceMargins<Action>(groups: readonly (readonly OutcomeOf<Action>[])[]): Margins<Action> {
  const { actions, placed } = placedActions(groups)
  const rows = placed.flatMap((group) => {
    const [won, lost] = [true, false].map((isSuccess) => group.filter((each) => each.isSuccess === isSuccess))
    return (won ?? []).flatMap((success) =>
      (lost ?? []).map((failure) => [...sharesOf(success, 1), ...sharesOf(failure, -1)]),
    )
  })
  return { actions, rows }
}

const sharesOf = ({ places }: { readonly places: readonly number[] }, sign: 1 | -1) =>
  places.map((place) => ({ place, share: sign / places.length }))

/** Margins of the sum over each trajectory, by its outcome (PRIME). */
export function outcomeMargins<Action>(groups: readonly (readonly OutcomeOf<Action>[])[]): Margins<Action> {
  const { actions, placed } = placedActions(groups)
  const rows = placed
    .flat()
    .map(({ places, isSuccess }) => places.map((place) => ({ place, share: isSuccess ? 1 : -1 })))
  return { actions, rows: rows.filter((row) => row.length > 0) }
}

/** All actions in order, and the trajectories by the places of theirs; those without actions are left out. */
function placedActions<Action>(groups: readonly (readonly OutcomeOf<Action>[])[]) {
  const actions: Action[] = []
  const placed = groups.map((group) =>
    group
      .filter((trajectory) => trajectory.actions.length > 0)
      .map((trajectory) => ({
        isSuccess: trajectory.isSuccess,
        places: trajectory.actions.map((action) => actions.push(action) - 1),
      })),
  )
  return { actions, placed }
}
