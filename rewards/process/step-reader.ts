import type { CategoricalEvidence, Evidence, Step } from '../../core/data/types.ts'
import type { CategoricalAction, Feature } from '../../models/networks/categorical.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'

/** Action of a step as a model reads it. */
export interface ActedStep<Action> {
  readonly action: Action
  /** Log-probabilities under the policy that acted, as many as the action has parts. */
  readonly logProbs: readonly number[]
}

/** How a model reads steps. */
export interface StepReader<Action> {
  /** What is read, with its version: a model learnt from one reading knows no other. */
  readonly name: string
  /** Whether the parts of an action are its tokens. */
  readonly hasTokens: boolean
  /** @returns the action, or why the step has none */
  read(step: Step): ActedStep<Action> | string
}

/** Reader for language models: prompt and action as tokens, from token evidence. */
export const tokenReader: StepReader<TokenAction> = {
  name: 'tokens',
  hasTokens: true,
  read({ evidence }) {
    const tokens = evidenceOf(evidence, 'token')
    return typeof tokens === 'string' ? tokens : { action: tokens, logProbs: tokens.logProbs }
  },
}

/** Features of each action of the evidence, in its order. */
export type FeaturesOf = (step: Step, evidence: CategoricalEvidence) => readonly (readonly Feature[])[]

/**
 * Reader for policies over admissible actions: the choice and the features of every action, from categorical evidence.
 * @param name of the features; another name, or another version in it, for other features
 */
export const choiceReader = (name: string, featuresOf: FeaturesOf): StepReader<CategoricalAction> => ({
  name,
  hasTokens: false,
  read(step) {
    const choice = evidenceOf(step.evidence, 'categorical')
    if (typeof choice === 'string') return choice
    const { index, logProb } = choice
    return { action: { candidates: featuresOf(step, choice), index }, logProbs: [logProb] }
  },
})

/** Evidence of one kind, or why a step has none. */
function evidenceOf<Kind extends Evidence['kind']>(
  evidence: Evidence | undefined,
  kind: Kind,
): Extract<Evidence, { kind: Kind }> | string {
  if (evidence === undefined) return `it has no evidence: give ${EXPECTED[kind]} with the step`
  return isOfKind(evidence, kind) ? evidence : `its evidence is ${evidence.kind}: this model reads ${EXPECTED[kind]}`
}

const EXPECTED = {
  token: 'the tokens of its action (chat agents: evidence=true)',
  categorical: 'the choice of its action (agents policy, random and shop-novice give it)',
}

const isOfKind = <Kind extends Evidence['kind']>(
  evidence: Evidence,
  kind: Kind,
): evidence is Extract<Evidence, { kind: Kind }> => evidence.kind === kind
