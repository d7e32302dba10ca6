import { GymError } from '../../core/data/errors.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { ProcessHook } from '../../core/reward/hook.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'
import { type OnDevice, Reviving } from '../../models/runtime/reviving.ts'
import { openRuntime, type Runtime, type RuntimeSettings } from '../../models/runtime/runtime.ts'
import type { Scorer } from '../../models/scoring/scorer.ts'
import { type ImplicitRewardSettings, implicitReward } from './implicit.ts'
import { describedSource, type ModelSource, modelSourceOf, openSource } from './model-source.ts'

/** Settings of an implicit process reward from language models that a configuration names. */
export interface LanguageModelRewardSettings
  extends RuntimeSettings,
    Pick<ImplicitRewardSettings<never>, 'name' | 'beta' | 'maxBatch' | 'timeoutMs'> {
  /** The reward model: a folder, a file `.safetensors`, or `{ baseUrl, model, form, apiKey: 'env:NAME' }`. */
  readonly phi: Json
  /** What it is compared with: named as phi, or the policy that acted. @default 'behaviour' */
  readonly reference?: Json
}

/** Process hook with models that are open. */
export interface OpenedReward {
  readonly hook: ProcessHook
  /** Ends the scorers and their device. */
  close(): Promise<void>
}

/**
 * Opens `implicitReward` with models that a configuration names. Models that run here share one device, which is opened
 * only for them. The options of the hook, which records keep, name the versions, the kinds of the models, and the device
 * with its software; neither addresses nor keys. Where the device ends, or does not answer within the hook's time, the
 * batch that it judged has null, and the next one is judged on the same device opened again.
 * @param variables environment variables with the keys of endpoints
 * @throws GymError CONFIG_INVALID, MODEL_INVALID, DEVICE_UNAVAILABLE; what was opened before is closed then.
 */
export async function openLanguageModelReward(
  settings: LanguageModelRewardSettings,
  variables?: Readonly<Record<string, string | undefined>>,
): Promise<OpenedReward> {
  const { phi: given, reference: other = 'behaviour', device = 'auto', threads = 1, ...more } = settings
  const sources: Sources = {
    phi: modelSourceOf(given, 'phi'),
    reference: other === 'behaviour' ? other : modelSourceOf(other, 'reference'),
  }
  const scorers = scorerSource(variables)
  const first = await openedOn({ device, threads }, sources, more, scorers)
  // Whatever was chosen once is the device for good: it is in the manifest.
  const same = { device: first.runtime.report?.device ?? device, threads }
  const reviving = new Reviving(first, async () => expectSame(first, await openedOn(same, sources, more, scorers)))
  const { hook } = first
  const reward: ProcessHook['reward'] = (steps, context) =>
    reviving.use((opened) => opened.hook.reward(steps, context), context.signal)
  return { hook: { ...hook, options: optionsOf(first, sources), reward }, close: () => reviving.close() }
}

/** Models to score with. */
interface Sources {
  readonly phi: ModelSource
  readonly reference: 'behaviour' | ModelSource
}

/** Device of models that run here; it never ends where there are none. */
interface SharedDevice extends Pick<Runtime, 'hasEnded' | 'close'> {
  readonly report?: Runtime['report']
}

interface HookOnDevice extends OnDevice {
  readonly runtime: SharedDevice
  readonly hook: ProcessHook
}

const NO_DEVICE: SharedDevice = { hasEnded: false, close: async () => {} }

/** Opens models; a scorer of an endpoint is one for good, with what it remembers. */
function scorerSource(variables: Readonly<Record<string, string | undefined>> | undefined) {
  const endpoints = new Map<ModelSource, Scorer<TokenAction>>()
  return async (source: ModelSource, runtime: () => Promise<Runtime>): Promise<Scorer<TokenAction>> => {
    const scorer = endpoints.get(source) ?? (await openSource(source, runtime, variables))
    if (source.kind === 'endpoint') endpoints.set(source, scorer)
    return scorer
  }
}

async function openedOn(
  settings: RuntimeSettings,
  { phi, reference }: Sources,
  more: Omit<ImplicitRewardSettings<never>, 'scorer' | 'reference'>,
  scorerOf: ReturnType<typeof scorerSource>,
): Promise<HookOnDevice> {
  let runtime: Runtime | null = null
  const shared = async (): Promise<Runtime> => {
    runtime ??= await openRuntime(settings)
    return runtime
  }
  const deviceOf = (): SharedDevice => runtime ?? NO_DEVICE
  try {
    const scorer = await scorerOf(phi, shared)
    const compared = reference === 'behaviour' ? reference : await scorerOf(reference, shared)
    const hook = implicitReward({ ...more, scorer, reference: compared })
    return { runtime: deviceOf(), hook }
  } catch (thrown) {
    await deviceOf().close()
    throw thrown
  }
}

/** @throws GymError MODEL_INVALID for other weights than those whose versions are recorded; the device is then closed. */
async function expectSame(first: HookOnDevice, again: HookOnDevice): Promise<HookOnDevice> {
  const [before, now] = [first.hook.options, again.hook.options]
  if (before?.model === now?.model && before?.reference === now?.reference) return again
  await again.runtime.close()
  throw new GymError('MODEL_INVALID', 'the files of the models have changed since the hook was opened: open it again')
}

function optionsOf({ hook, runtime: { report } }: HookOnDevice, { phi, reference }: Sources): JsonObject {
  return {
    ...hook.options,
    phi: describedSource(phi),
    ...(reference !== 'behaviour' && { against: describedSource(reference) }),
    ...(report && { device: report.device, runtime: report.runtime }),
  }
}
