import type { Step } from '../../core/data/types.ts'
import type { ProcessHook, ProcessJudgements } from '../../core/reward/hook.ts'
import { openParts } from '../../models/runtime/opening.ts'
import { type OnDevice, Reviving } from '../../models/runtime/reviving.ts'
import { openRuntime, type Runtime, type RuntimeSettings } from '../../models/runtime/runtime.ts'
import { openStepValues, type StepValues } from '../../models/scoring/step-values.ts'
import { type ContributionModel, readContributions } from './model-file.ts'
import { stepFeatures } from './step-features.ts'

/** How a model of contributions is attached. */
export interface ContributionHookSettings extends RuntimeSettings {
  /** Path of a file that `saveContributions` wrote. */
  readonly model: string
}

/**
 * The hook that judges by a saved model, on a device of its own. Its options name the device, the software that computes,
 * and the version of the model. Where the device ends, the batch that it judged has null, and the next one is judged on
 * the same device opened again.
 * @throws GymError MODEL_INVALID as `readContributions`; DEVICE_UNAVAILABLE
 */
export async function openedContributions(
  hook: ProcessHook,
  { model: path, device = 'auto', threads = 1 }: ContributionHookSettings,
): Promise<ProcessHook> {
  const model = readContributions(path)
  let settings: RuntimeSettings = { device, threads }
  const open = async (): Promise<ValuesOnDevice> => {
    const runtime = await openRuntime(settings)
    // What was chosen once is the device for good: it is in the manifest.
    settings = { ...settings, device: runtime.report.device }
    return openParts(async (keep) => {
      keep(runtime, (each) => each.close())
      return { runtime, values: await openStepValues(runtime, model.network, model.weights) }
    })
  }
  const first = await open()
  const reviving = new Reviving(first, open)
  const { device: taken, runtime } = first.runtime.report
  return {
    ...hook,
    options: { ...hook.options, model: model.version, outcome: model.outcome, file: path, device: taken, runtime },
    reward: (steps, { signal }) => reviving.use(({ values }) => judged(model, values, steps), signal),
    close: () => reviving.close(),
  }
}

interface ValuesOnDevice extends OnDevice {
  readonly runtime: Runtime
  readonly values: StepValues
}

async function judged(
  { network }: ContributionModel,
  values: StepValues,
  steps: readonly Step[],
): Promise<ProcessJudgements> {
  return { perStep: await values.of(steps.map((step) => stepFeatures(step, network.architecture.features))) }
}
