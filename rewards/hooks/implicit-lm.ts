import { GymError } from '../../core/data/errors.ts'
import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import type { Device } from '../../models/runtime/messages.ts'

const NO_MODEL =
  'the hook implicit-lm needs a language model: phi=FOLDER of an export to ONNX, or phiEndpoint={ baseUrl, model }'

/** Why nothing can be judged yet. */
const NOT_OPEN = 'no model is loaded: name it with the option phi, and open the hook with openHooks'

/**
 * beta * (log pi_phi(action) - log pi_ref(action)) of language models. Options: `phi` and `reference` as paths (a folder
 * with model.onnx, or a saved reward model), or `phiEndpoint` and `referenceEndpoint` as `{ baseUrl, model, form,
 * apiKey: 'env:NAME' }`; `reference` is the policy that acted where it is `behaviour`; `threads` of a CPU for one
 * operation, `maxBatch` steps of one call, `timeoutMs` until a call is given up. Once open, the options have the
 * versions of the models and the device that scores, and no address.
 */
export default defineRewardHook({
  name: 'implicit-lm',
  version: 1,
  scope: 'process',
  summary: 'how much likelier a language model makes the action than its reference does',
  maxBatch: 256,
  timeoutMs: 60_000,
  options: {
    ...{ phi: '', phiEndpoint: {}, reference: 'behaviour', referenceEndpoint: {}, device: 'auto', beta: 0.05 },
    ...{ threads: 1, maxBatch: 256, timeoutMs: 60_000 },
  },
  ranges: { beta: AMOUNT_RANGE, threads: [1, 1024], maxBatch: [1, 1_000_000], timeoutMs: [1, 86_400_000] },
  reward: (steps) => ({ perStep: steps.map(() => null), declined: steps.map(() => NOT_OPEN) }),
  async open({ phi, phiEndpoint, reference, referenceEndpoint, device, ...numbers }) {
    const chosen = sourceOf(phi, phiEndpoint)
    if (chosen === '') throw new GymError('CONFIG_INVALID', NO_MODEL)
    const { openLanguageModelReward } = await languageModels()
    const { hook, close } = await openLanguageModelReward({
      ...{ name: 'implicit-lm', phi: chosen, reference: sourceOf(reference, referenceEndpoint) },
      ...numbers,
      device: device as Device | 'auto',
    })
    return { ...hook, close }
  },
})

/** Loaded where they are used. Outside the hook: within it the compiler leaves the extension of the file as it is. */
const languageModels = () => import('../process/language-model-reward.ts')

/** An endpoint where one is given, else a path. */
const sourceOf = <Endpoint extends object>(path: string, endpoint: Endpoint): string | Endpoint =>
  Object.keys(endpoint).length > 0 ? endpoint : path
