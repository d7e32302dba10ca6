import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { ProcessHook } from '../../core/reward/hook.ts'
import { type CategoricalAction, categoricalNetwork } from '../../models/networks/categorical.ts'
import type { Network } from '../../models/networks/network.ts'
import { decoderNetwork, type TokenAction } from '../../models/networks/token-network.ts'
import { type OnDevice, Reviving } from '../../models/runtime/reviving.ts'
import { type DeviceReport, openRuntime, type Runtime, type RuntimeSettings } from '../../models/runtime/runtime.ts'
import { openScorer } from '../../models/scoring/scorer.ts'
import { readSavedReward, type SavedReward } from './checkpoint.ts'
import { implicitHook } from './implicit.ts'
import type { OnlineState } from './online.ts'
import { choiceReaderNamed } from './readers.ts'
import { type StepReader, tokenReader } from './step-reader.ts'

/** How a saved reward model is attached. */
export interface SavedHookSettings extends RuntimeSettings {
  /** Path of a file that `saveOnlineReward` wrote. */
  readonly model: string
  /** Name of the signal. @default 'implicit' */
  readonly name?: string
  /** Most steps of one call. @default 256 */
  readonly maxBatch?: number
  /** Milliseconds until a batch is given up. @default 60000 */
  readonly timeoutMs?: number
}

/**
 * Process hook of a saved reward model: its weights as they are, on a device of its own. Its options name the device,
 * the software that computes, and the versions of model and reference. Where the device ends, the batch that it judged
 * has null, and the next one is judged on the same device opened again. Close it to end the device.
 * @throws GymError MODEL_INVALID as `readSavedReward`, and for a network or a reading that is not known; CONFIG_INVALID
 * for another device than there are; DEVICE_UNAVAILABLE.
 */
export async function savedRewardHook(settings: SavedHookSettings): Promise<ProcessHook> {
  const saved = readSavedReward(settings.model)
  const { network: architecture = null, reads = null } = saved.options
  const { name, ...sizes } = isRecord(architecture) ? architecture : {}
  if (name === 'decoder' && reads === 'tokens') {
    expectLayers(settings.model, sizes, saved)
    return attached(settings, saved, decoderNetwork(sizesOf(sizes, DECODER_SIZES)), tokenReader)
  }
  if (name !== 'categorical' || typeof reads !== 'string')
    throw invalid(settings.model, `it is a network ${shown(name ?? null)} that reads ${shown(reads)}`)
  const network = categoricalNetwork(sizesOf(sizes, CATEGORICAL_SIZES))
  return attached(settings, saved, network, choiceReaderNamed(reads))
}

/** A file cannot have more layers than weights: nothing is made for those that it claims. */
function expectLayers(path: string, { layers }: JsonObject, { state }: SavedReward): void {
  const weights = Object.keys(state.progress.weights).length
  if (typeof layers !== 'number' || layers > weights)
    throw invalid(path, `it is said to have ${shown(layers ?? null)} layers, and has ${weights} weights`)
}

const DECODER_SIZES = ['vocabulary', 'width', 'heads', 'layers', 'hidden', 'maxLength'] as const
const CATEGORICAL_SIZES = ['features', 'hidden'] as const

/** Sizes by name; one that is not a number is refused by the network. */
function sizesOf<Name extends string>(sizes: JsonObject, names: readonly Name[]) {
  const entries = names.map((name) => [name, Number(sizes[name] ?? Number.NaN)] as const)
  return Object.fromEntries(entries) as Readonly<Record<Name, number>>
}

async function attached<Action extends TokenAction | CategoricalAction>(
  { model: path, device = 'auto', threads = 1, ...named }: SavedHookSettings,
  { state, options }: SavedReward,
  network: Network<Action>,
  reader: StepReader<Action>,
): Promise<ProcessHook> {
  let settings: RuntimeSettings = { device, threads }
  const open = async (): Promise<HookOnDevice> => {
    const runtime = await openRuntime(settings)
    // Whatever was chosen once is the device for good: it is in the manifest.
    settings = { ...settings, device: runtime.report.device }
    const scorers = await scorersOn(runtime, network, state)
    return { runtime, hook: implicitHook({ ...scorers, ...named, beta: Number(options.beta) }, reader) }
  }
  const first = await open()
  const reviving = new Reviving(first, open)
  return {
    ...first.hook,
    options: { ...first.hook.options, file: path, ...describedDevice(first.runtime.report) },
    reward: (steps, context) => reviving.use(({ hook }) => hook.reward(steps, context), context.signal),
    close: () => reviving.close(),
  }
}

interface HookOnDevice extends OnDevice {
  readonly runtime: Runtime
  readonly hook: ProcessHook
}

/** @throws GymError MODEL_INVALID for weights that do not fit; the device is then closed. */
async function scorersOn<Action>(runtime: Runtime, network: Network<Action>, { progress, reference }: OnlineState) {
  try {
    const scorer = await openScorer(runtime, network, progress.weights)
    return { scorer, reference: reference ? await openScorer(runtime, network, reference) : ('behaviour' as const) }
  } catch (thrown) {
    await runtime.close()
    throw thrown
  }
}

/** Device and software of a report, as options of a hook. */
const describedDevice = ({ device, runtime }: DeviceReport) => ({ device, runtime })

const isRecord = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (path: string, problem: string): GymError => new GymError('MODEL_INVALID', `${path}: ${problem}`)
