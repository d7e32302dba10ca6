import { dirname } from 'node:path'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { type TokenAction, type TokenLimits, tokenReader } from '../networks/token-network.ts'
import type { TensorValues } from '../runtime/messages.ts'
import type { Runtime, Session } from '../runtime/runtime.ts'
import type { ItemModel, ScorerLimits } from '../scoring/batch-scorer.ts'
import { rowScores } from '../scoring/row-scores.ts'
import { type Scorer, scorerFrom } from '../scoring/scorer.ts'
import { expectCausal } from './causal-check.ts'
import { type CausalInput, type CausalModel, causalModelOf } from './causal-model.ts'
import { firstOf, languageFeeds } from './feeds.ts'
import { LOG_PROBS, withLogProbHead } from './log-prob-head.ts'
import { digestOf, modelConfigOf, modelFileOf, readModelFile } from './model-folder.ts'
import { readOnnxModel, tensorsIn } from './onnx-model.ts'
import { checkedTensorFiles } from './tensor-files.ts'

/** Folder of a language model, and how long its sequences may be. */
export interface LanguageModelSettings {
  /** Folder of an export to ONNX, with `config.json` and the files of weights that the model names. */
  readonly folder: string
  /** Path of the model within the folder. @default `model.onnx`, or `onnx/model.onnx` */
  readonly file?: string
  /** Most tokens of a sequence. @default `max_position_embeddings` of `config.json` */
  readonly maxLength?: number
}

/**
 * Opens a causal language model of Hugging Face, exported to ONNX, as a scorer: the log-probability of each token of an
 * action, log softmax of its logits. Its version is a digest of all files. Before it is used, a few sequences show that
 * a token's log-probability depends neither on later tokens nor on what it is batched with.
 * @throws GymError MODEL_INVALID for files that are missing, truncated or hostile, for a model that is not causal, or
 * that onnxruntime refuses; CONFIG_INVALID for limits that cannot be used.
 */
export async function openLanguageModel(
  runtime: Pick<Runtime, 'loadModel'>,
  settings: LanguageModelSettings,
  limits: Partial<ScorerLimits> = {},
): Promise<Scorer<TokenAction>> {
  const path = modelFileOf(settings.folder, settings.file)
  const read = inFile(path, () => preparedModel(path, settings))
  const version = await digestOf([path, ...read.files])
  const session = await loaded(runtime, path, read)
  try {
    const model = itemModelOf(session, read.causal, read.sizes)
    await expectCausal(model, read.sizes, path)
    return scorerFrom(model, version, limits, () => session.close())
  } catch (thrown) {
    await session.close().catch(() => {})
    throw thrown
  }
}

/** A model of a file, checked and with its head. */
interface Prepared {
  readonly model: Uint8Array
  readonly causal: CausalModel
  readonly sizes: TokenLimits
  readonly files: readonly string[]
}

function preparedModel(path: string, { maxLength }: LanguageModelSettings): Prepared {
  const file = readModelFile(path)
  const model = readOnnxModel(file)
  const files = checkedTensorFiles(tensorsIn(file), dirname(path))
  const causal = causalModelOf(model)
  return { model: withLogProbHead(model, causal), causal, sizes: sizesOf(path, causal, maxLength), files }
}

function sizesOf(path: string, causal: CausalModel, given: number | undefined): TokenLimits {
  const config = modelConfigOf(path)
  const vocabulary = causal.vocabulary ?? config.vocabulary
  if (vocabulary === null) throw new GymError('MODEL_INVALID', 'neither its logits nor config.json say the vocabulary')
  if (config.vocabulary !== null && config.vocabulary !== vocabulary)
    throw new GymError('MODEL_INVALID', `its logits have ${vocabulary} tokens, config.json ${config.vocabulary}`)
  const maxLength = given ?? config.maxLength
  if (maxLength === null)
    throw new GymError(
      'CONFIG_INVALID',
      'no config.json beside it says the longest sequence: copy that of the model there, or give maxLength',
    )
  if (!(Number.isSafeInteger(maxLength) && maxLength >= 2))
    throw new GymError('CONFIG_INVALID', `maxLength is a whole number from 2, not ${shown(maxLength)}`)
  return { vocabulary, maxLength }
}

/** Names the file in the messages of errors. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    const message = messageOf(thrown)
    const code = thrown instanceof GymError ? thrown.code : 'MODEL_INVALID'
    throw new GymError(code, message.includes(path) ? message : `${path}: ${message}`)
  }
}

async function loaded(runtime: Pick<Runtime, 'loadModel'>, path: string, { model, files }: Prepared): Promise<Session> {
  try {
    return await runtime.loadModel(model, {}, { folder: files.length > 0 ? dirname(path) : null })
  } catch (thrown) {
    throw new GymError('MODEL_INVALID', `${path}: onnxruntime refuses it: ${messageOf(thrown)}`)
  }
}

function itemModelOf(session: Session, { inputs }: CausalModel, sizes: TokenLimits): ItemModel<TokenAction> {
  const names = new Set<CausalInput>(inputs.map(({ name }) => name))
  const { problemOf, keyOf, widthOf, spanOf } = tokenReader(sizes)
  return {
    problemOf,
    keyOf,
    lengthOf: widthOf,
    run: async (actions) => {
      const first = firstOf(actions)
      const feeds: TensorValues = languageFeeds(actions, first, names)
      const values = await session.run({ feeds, fetches: [LOG_PROBS] })
      return actions.map((action, row) => {
        const { begin, length } = spanOf(action)
        return rowScores(values, { begin: begin - first, length }, row)
      })
    },
  }
}
