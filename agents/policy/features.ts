import type { Json } from '../../core/data/types.ts'
import type { Feature } from '../../models/networks/categorical.ts'
import { type Act, actOf } from './act.ts'
import { hashText, mixed } from './hashing.ts'
import { mapHashes } from './map.ts'
import { matchOf, type PageMatch, pageMatch } from './match.ts'
import { type FeatureRows, packed } from './packed.ts'
import { pageOf } from './page.ts'

/** State in which a policy chooses among admissible actions, as far as its features read it. */
export interface ChoiceState {
  readonly observation: string
  readonly actions: readonly Json[]
  /** What the task asks for; left out, it is what the observation says after `Instruction:` or `Goal:`. */
  readonly instruction?: string
}

/** Number of features, where nothing else is set: 2^12. Sizes of a policy are this times its hidden width. */
export const DEFAULT_FEATURES = 4096

/** Name of these features with their version: weights that were learnt on others give these no meaning. */
export const FEATURES_NAME = 'choice-features@1'

/**
 * Hashed features of each admissible action: what it is, how it matches the instruction, and both crossed with what the
 * page says. A pure function of the state.
 * @param count Features are numbers from 0 to below it. @default 4096
 */
export function choiceFeatures(state: ChoiceState, count: number = DEFAULT_FEATURES): FeatureRows {
  const { instruction, segments } = pageOf(state.observation, state.instruction)
  const acts = state.actions.map(actOf)
  const match = pageMatch(instruction, segments, acts)
  const shared = [hashText(`seen ${state.observation}`), ...stateHashes(match), ...mapHashes(segments, instruction)]
  return packed(
    acts.map((act, at) => actionHashes(act, match, at, shared)),
    count,
  )
}

/** The same features as a network of `models/` reads them: each with the value 1. */
export const featureLists = ({ starts, slots }: FeatureRows): readonly (readonly Feature[])[] =>
  Array.from({ length: starts.length - 1 }, (_, at) =>
    Array.from(slots.subarray(starts[at], starts[at + 1]), (feature) => ({ feature, value: 1 })),
  )

/** What the page says, whichever action is taken. */
function stateHashes({ landmark, coverage, openOptions, price, cheapest }: PageMatch): readonly number[] {
  return [
    hashText(`landmark ${landmark}`),
    hashText(`options ${Math.min(openOptions, 2)} coverage ${coverage}`),
    hashText(`options ${Math.min(openOptions, 2)} price ${price} landmark ${landmark}`),
    hashText(`coverage ${coverage} price ${price} landmark ${landmark}`),
    hashText(`cheapest ${cheapest}`),
  ]
}

function actionHashes(act: Act, page: PageMatch, at: number, shared: readonly number[]): readonly number[] {
  const verb = hashText(`verb ${act.verb}`)
  const whole = hashText(`action ${act.text}`)
  const match = matchOf(page, at)
  const own = [
    hashText(`phrase ${match.isPhrase} ${match.isOption}`),
    hashText(`words ${match.words}`),
    hashText(`context ${match.context}`),
    hashText(`context ${match.context} price ${match.price}`),
    hashText(`best ${match.isBest} first ${match.isFirstBest} price ${match.price}`),
    hashText(`rank ${match.rank} options ${Math.min(page.openOptions, 2)}`),
  ]
  return [
    verb,
    whole,
    ...own.map((hash) => mixed(verb, hash)),
    ...shared.map((hash) => mixed(whole, hash)),
    mixed(
      verb,
      mixed(hashText(`landmark ${page.landmark}`), hashText(`phrase ${match.isPhrase} best ${match.isFirstBest}`)),
    ),
  ]
}
