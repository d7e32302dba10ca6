import { choiceFeatures, FEATURES_NAME, featureLists } from '../../agents/policy/features.ts'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { CategoricalAction } from '../../models/networks/categorical.ts'
import { choiceReader, type StepReader } from './step-reader.ts'

const FEATURES = new RegExp(`^${FEATURES_NAME}/([1-9]\\d{0,8})$`)

/**
 * Reader by the features of the policy over admissible actions, hashed to numbers from 0 to below `count`.
 * @param count size of the network that reads them, from 1
 */
export const policyReader = (count: number): StepReader<CategoricalAction> =>
  choiceReader(`${FEATURES_NAME}/${count}`, ({ observation }, { actions }) =>
    featureLists(choiceFeatures({ observation, actions }, count)),
  )

/**
 * Reader over admissible actions that a saved model names.
 * @throws GymError MODEL_INVALID for one that is not known here
 */
export function choiceReaderNamed(name: string): StepReader<CategoricalAction> {
  const [, count] = FEATURES.exec(name) ?? []
  if (count !== undefined) return policyReader(Number(count))
  throw new GymError(
    'MODEL_INVALID',
    `the model reads ${shown(name)}, which only the program that trained it knows: here are tokens and ${FEATURES_NAME}/COUNT`,
  )
}
