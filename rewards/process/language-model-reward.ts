import type { Json } from '../../core/data/types.ts'
import type { ProcessHook } from '../../core/reward/hook.ts'
import { openRuntime, type Runtime, type RuntimeSettings } from '../../models/runtime/runtime.ts'
import { type ImplicitRewardSettings, implicitReward } from './implicit.ts'
import { describedSource, modelSourceOf, openSource } from './model-source.ts'

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
 * with its software; neither addresses nor keys.
 * @param variables environment variables with the keys of endpoints
 * @throws GymError CONFIG_INVALID, MODEL_INVALID, DEVICE_UNAVAILABLE; what was opened before is closed then.
 */
export async function openLanguageModelReward(
  settings: LanguageModelRewardSettings,
  variables?: Readonly<Record<string, string | undefined>>,
): Promise<OpenedReward> {
  const { phi: given, reference: other = 'behaviour', device, threads, ...more } = settings
  const phi = modelSourceOf(given, 'phi')
  const reference = other === 'behaviour' ? other : modelSourceOf(other, 'reference')
  const shared = sharedRuntime({ ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) })
  try {
    const scorer = await openSource(phi, shared.open, variables)
    const compared = reference === 'behaviour' ? reference : await openSource(reference, shared.open, variables)
    const hook = implicitReward({ ...more, scorer, reference: compared })
    const named = {
      phi: describedSource(phi),
      ...(reference !== 'behaviour' && { against: describedSource(reference) }),
    }
    return { hook: { ...hook, options: { ...hook.options, ...named, ...shared.described() } }, close: shared.close }
  } catch (thrown) {
    await shared.close()
    throw thrown
  }
}

/** One device for all models that run here. */
function sharedRuntime(settings: RuntimeSettings) {
  let runtime: Runtime | null = null
  return {
    open: async (): Promise<Runtime> => {
      runtime ??= await openRuntime(settings)
      return runtime
    },
    /** Device and software, for the options of a hook. */
    described: () => (runtime === null ? {} : { device: runtime.report.device, runtime: runtime.report.runtime }),
    close: async (): Promise<void> => {
      await runtime?.close()
    },
  }
}
