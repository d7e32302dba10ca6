import { describe, expect, it } from 'vitest'
import type { Step } from '../../../core/data/types.ts'
import { hookSet, withOptions } from '../../../core/reward/hook.ts'
import { closeHooks, openHooks } from '../../../core/reward/open-hooks.ts'
import hook from '../../../rewards/hooks/implicit-lm.ts'
import { fakeEndpoint } from '../../support/chat-endpoint.ts'
import { vllmAnswer } from '../../support/scoring-endpoint.ts'

const steps = [
  { index: 0, evidence: { kind: 'token', promptTokenIds: [4, 1], actionTokenIds: [5, 2], logProbs: [-1, -1] } },
] as unknown as readonly Step[]
const CONTEXT = { options: {}, signal: new AbortController().signal }

describe('implicit-lm', () => {
  it('judges with an endpoint once it is open, and keeps its address out of the options', async () => {
    const { baseUrl } = await fakeEndpoint((asked) => ({ text: JSON.stringify(vllmAnswer(asked)) }))
    const chosen = withOptions(hook, { phiEndpoint: { baseUrl, model: 'm', retries: 0 }, beta: 1 })
    const hooks = await openHooks([chosen])
    const [opened] = hooks.process
    const judged = await opened?.reward(steps, CONTEXT as never)
    // The test's server gives 5 after 1 the log-probability -0.125, and 2 after 5 -2.125.
    expect(judged?.perStep).toEqual([expect.closeTo(-0.125 - 2.125 + 2, 10)])
    expect(opened?.options).toMatchObject({ reference: 'behaviour', phi: { endpoint: 'm' }, beta: 1 })
    expect(JSON.stringify(opened?.options)).not.toContain('127.0.0.1')
    await closeHooks(hooks)
  })

  it('has null with the reason before it is open', async () => {
    const [closed] = hookSet([hook]).process
    const judged = await closed?.reward(steps, CONTEXT as never)
    expect(judged).toMatchObject({ perStep: [null], declined: [expect.stringContaining('no model is loaded')] })
  })

  it('is not opened without a model', async () => {
    await expect(openHooks([hook])).rejects.toThrow(/needs a language model: phi=FOLDER/)
  })
})
