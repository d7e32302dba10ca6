import { extname } from 'node:path'
import { GymError } from '../../core/data/errors.ts'
import { chosenOptions } from '../../core/data/options.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { type EndpointScorerSettings, openEndpointScorer } from '../../models/endpoint/endpoint-scorer.ts'
import { FORMS, type FormName } from '../../models/endpoint/forms.ts'
import { type LanguageModelSettings, openLanguageModel } from '../../models/imported/language-model.ts'
import { modelFileOf } from '../../models/imported/model-folder.ts'
import { decoderNetwork, type TokenAction } from '../../models/networks/token-network.ts'
import type { Runtime } from '../../models/runtime/runtime.ts'
import { openScorer, type Scorer } from '../../models/scoring/scorer.ts'
import { readSavedReward } from './checkpoint.ts'

/** Origin of a token model: a folder with an export to ONNX, a saved reward model, or an endpoint. */
export type ModelSource =
  | { readonly kind: 'folder'; readonly settings: LanguageModelSettings }
  | { readonly kind: 'checkpoint'; readonly path: string }
  | { readonly kind: 'endpoint'; readonly settings: EndpointScorerSettings }

const FOLDER_DEFAULTS = { folder: '', file: '', maxLength: 0 }
const ENDPOINT_DEFAULTS = {
  ...{ name: '', baseUrl: '', model: '', form: 'vllm', apiKey: '', timeoutMs: 60_000, retries: 3, version: '' },
  ...{ vocabulary: Number.MAX_SAFE_INTEGER, maxLength: Number.MAX_SAFE_INTEGER },
}

/**
 * Reads how a configuration names a model: a path as text (a folder, or a file `.safetensors`), or an object with
 * `folder`, or one with `baseUrl` and `model` as `openEndpointScorer` takes them.
 * @param what the model is, for messages
 * @throws GymError CONFIG_INVALID
 */
export function modelSourceOf(given: Json, what: string): ModelSource {
  if (typeof given === 'string' && given !== '')
    return extname(given) === '.safetensors' ? { kind: 'checkpoint', path: given } : inFolder({ folder: given }, what)
  if (isRecord(given) && 'folder' in given) return inFolder(given, what)
  if (isRecord(given) && 'baseUrl' in given) return atEndpoint(given, what)
  throw new GymError(
    'CONFIG_INVALID',
    `${what} is a folder with model.onnx, a file .safetensors, or { baseUrl, model } of an endpoint, not ${shown(given)}`,
  )
}

function inFolder(given: JsonObject, what: string): ModelSource {
  const { folder, file, maxLength } = chosenOptions(what, FOLDER_DEFAULTS, given)
  const settings = { folder: String(folder), ...(file !== '' && { file: String(file) }) }
  return { kind: 'folder', settings: { ...settings, ...(maxLength !== 0 && { maxLength: Number(maxLength) }) } }
}

function atEndpoint(given: JsonObject, what: string): ModelSource {
  const { name, baseUrl, model, form, apiKey, timeoutMs, retries, version, vocabulary, maxLength } = chosenOptions(
    what,
    ENDPOINT_DEFAULTS,
    given,
  )
  if (!isForm(form)) throw new GymError('CONFIG_INVALID', `form of ${what} is ${FORM_NAMES}, not ${shown(form)}`)
  const place = { baseUrl: String(baseUrl), model: String(model), form, apiKey: String(apiKey) }
  const limits = { timeoutMs: Number(timeoutMs), retries: Number(retries), vocabulary: Number(vocabulary) }
  const named = { ...(name !== '' && { name: String(name) }), ...(version !== '' && { version: String(version) }) }
  return { kind: 'endpoint', settings: { ...place, ...limits, ...named, maxLength: Number(maxLength) } }
}

const FORM_NAMES = Object.keys(FORMS).join(', ')
const isForm = (form: Json | undefined): form is FormName => typeof form === 'string' && Object.hasOwn(FORMS, form)

/** A source as records keep it: without the address and the name of the key of an endpoint. */
export function describedSource(source: ModelSource): JsonObject {
  if (source.kind === 'folder') return { folder: source.settings.folder }
  if (source.kind === 'checkpoint') return { file: source.path }
  const { model, form = 'vllm', version = null } = source.settings
  return { endpoint: model, form, version }
}

/**
 * Opens the scorer of a source.
 * @param runtime called for models that run here
 * @throws GymError MODEL_INVALID, CONFIG_INVALID, DEVICE_UNAVAILABLE
 */
export async function openSource(
  source: ModelSource,
  runtime: () => Promise<Runtime>,
  variables?: Readonly<Record<string, string | undefined>>,
): Promise<Scorer<TokenAction>> {
  if (source.kind === 'endpoint') return openEndpointScorer(source.settings, {}, variables)
  if (source.kind === 'folder') {
    // No device is opened for a model that is not there.
    modelFileOf(source.settings.folder, source.settings.file)
    return openLanguageModel(await runtime(), source.settings)
  }
  const { state, options } = readSavedReward(source.path)
  const sizes = isRecord(options.network ?? null) ? Object(options.network) : {}
  if (sizes.name !== 'decoder')
    throw new GymError('MODEL_INVALID', `${source.path}: it is not a model of tokens: ${shown(sizes.name ?? null)}`)
  const { name: _, ...config } = sizes
  return openScorer(await runtime(), decoderNetwork(config), state.progress.weights)
}

const isRecord = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
