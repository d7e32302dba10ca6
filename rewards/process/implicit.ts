import { defineRewardHook, type ProcessHook } from '../../core/reward/hook.ts'
import type { CategoricalAction } from '../../models/networks/categorical.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'
import type { Scored } from '../../models/scoring/batch-scorer.ts'
import type { Scorer } from '../../models/scoring/scorer.ts'
import { type ActedStep, choiceReader, type FeaturesOf, type StepReader, tokenReader } from './step-reader.ts'

/** Settings of an implicit process reward. */
export interface ImplicitRewardSettings<Action> {
  /** Name of the signal. @default 'implicit' */
  readonly name?: string
  /** The reward model phi. */
  readonly scorer: Scorer<Action>
  /**
   * What phi is compared with: the policy that acted, by the log-probabilities in the evidence (OPRL), or a model
   * (PRIME, often the one that phi began as).
   */
  readonly reference: 'behaviour' | Scorer<Action>
  /** Factor of the difference. @default 0.05 */
  readonly beta?: number
  /** Most steps of one call. @default 256 */
  readonly maxBatch?: number
  /** Milliseconds until a batch is given up. @default 60000 */
  readonly timeoutMs?: number
}

/**
 * Process hook for language models, with the implicit reward of each step: beta * (log pi_phi(action) - log
 * pi_ref(action)), summed over the tokens of the action, and each token's share (PRIME, arXiv 2502.01456, equation 3;
 * OPRL, arXiv 2509.19199, equation 4). Steps without token evidence, and those that a model cannot read, have null with
 * the reason. Where phi is the reference, every reward is exactly 0.
 * @throws GymError HOOK_INVALID for a name that is not lower case with dashes.
 */
export const implicitReward = (settings: ImplicitRewardSettings<TokenAction>): ProcessHook =>
  implicitHook(settings, tokenReader)

/** Settings of an implicit process reward for choices among admissible actions. */
export interface ChoiceRewardSettings extends ImplicitRewardSettings<CategoricalAction> {
  /** Features of each action of the evidence, in its order, as the policy saw them. */
  readonly featuresOf: FeaturesOf
}

/**
 * Process hook for policies over admissible actions: as `implicitReward`, from categorical evidence, without shares of
 * tokens.
 * @throws GymError HOOK_INVALID for a name that is not lower case with dashes.
 */
export const implicitChoiceReward = (settings: ChoiceRewardSettings): ProcessHook =>
  implicitHook(settings, choiceReader('features', settings.featuresOf))

/** Process hook of a model over steps as a reader reads them. @throws GymError HOOK_INVALID as `implicitReward` */
export function implicitHook<Action>(
  settings: ImplicitRewardSettings<Action>,
  reader: StepReader<Action>,
): ProcessHook {
  const { name = 'implicit', scorer, reference, beta = 0.05, maxBatch = 256, timeoutMs = 60_000 } = settings
  return defineRewardHook({
    name,
    version: 1,
    scope: 'process',
    summary: 'how much likelier a reward model makes the action than its reference does',
    maxBatch,
    timeoutMs,
    options: { beta, model: scorer.version, reference: reference === 'behaviour' ? reference : reference.version },
    async reward(steps, { signal }) {
      const { version } = scorer
      const read = steps.map((step) => reader.read(step))
      const { perToken, ...judged } = judgementsOf(await compared(read, settings, signal), beta, version)
      return reader.hasTokens ? { ...judged, perToken } : judged
    },
  })
}

/** Log-probabilities of an action under both models, or why a step has none. */
type Compared =
  | { readonly logProbs: readonly number[]; readonly references: readonly number[] }
  | { readonly problem: string }

async function compared<Action>(
  read: readonly (ActedStep<Action> | string)[],
  { scorer, reference }: ImplicitRewardSettings<Action>,
  signal: AbortSignal,
): Promise<readonly Compared[]> {
  const acted = read.filter((each) => typeof each !== 'string')
  const actions = acted.map(({ action }) => action)
  const scores = await scorer.score(actions, signal)
  const references = await referencesOf(acted, { scorer, reference }, scores, signal)
  let at = -1
  return read.map((each) => {
    if (typeof each === 'string') return { problem: each }
    at++
    return comparedOf(scores[at] ?? UNSCORED, references[at] ?? UNSCORED)
  })
}

const UNSCORED: Scored = { problem: 'the model did not score it' }

async function referencesOf<Action>(
  acted: readonly ActedStep<Action>[],
  { scorer, reference }: ImplicitRewardSettings<Action>,
  scores: readonly Scored[],
  signal: AbortSignal,
): Promise<readonly Scored[]> {
  if (reference === 'behaviour') return acted.map(behaviourOf)
  // The same weights give the same scores, whatever batches they were computed in.
  if (reference.version === scorer.version) return scores
  return reference.score(
    acted.map(({ action }) => action),
    signal,
  )
}

function behaviourOf({ logProbs }: ActedStep<unknown>): Scored {
  if (logProbs.every(Number.isFinite)) return { logProbs }
  return { problem: 'the policy that acted gives the action no probability' }
}

function comparedOf(scored: Scored, reference: Scored): Compared {
  if ('problem' in scored) return scored
  if ('problem' in reference) return { problem: `reference: ${reference.problem}` }
  const [own, other] = [scored.logProbs.length, reference.logProbs.length]
  if (own !== other) return { problem: `the model has ${own} log-probabilities, its reference ${other}` }
  return { logProbs: scored.logProbs, references: reference.logProbs }
}

function judgementsOf(found: readonly Compared[], beta: number, version: string) {
  const shares = found.map((each) =>
    'problem' in each ? null : each.logProbs.map((value, at) => beta * (value - Number(each.references[at]))),
  )
  return {
    perStep: shares.map((values) => values && sumOf(values)),
    perToken: shares,
    models: found.map((each) =>
      'problem' in each ? null : { version, logProb: sumOf(each.logProbs), referenceLogProb: sumOf(each.references) },
    ),
    declined: found.map((each) => ('problem' in each ? each.problem : null)),
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
