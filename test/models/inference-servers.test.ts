import { describe, expect, it } from 'vitest'
import chat from '../../agents/chat.ts'
import type { Evidence, JsonObject } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import retail from '../../envs/tools/retail/index.ts'
import { type Asked, type FakeEndpoint, fakeEndpoint } from '../support/chat-endpoint.ts'

/*
 * Endpoints that answer as vLLM 0.33 and SGLang 0.5.23 do: with the same fields, and each of them only where the
 * request asks for it.
 */
const TEXT = 'Done, anything else?'
const PROMPT = [151644, 8948, 198]
const IDS = [17453, 11, 4113, 770, 30, 151645]
const LOG_PROBS = [-0.01, -0.5, 0, -2.25, -1e-7, -3]

const content = (logProbs: readonly number[]) =>
  logProbs.map((logprob, at) => ({ token: `t${at}`, logprob, bytes: [116, 48 + at], top_logprobs: [] }))
const usage = { prompt_tokens: 3, total_tokens: 9, completion_tokens: 6, prompt_tokens_details: null }

function vllm({ body }: Asked, { logProbs = LOG_PROBS, finish = 'stop' } = {}): JsonObject {
  const hasIds = body.return_token_ids === true
  const spans = [{ version: 'step-40', start: 0, end: 4 }]
  const message = { role: 'assistant', content: TEXT, refusal: null, annotations: null, audio: null, reasoning: null }
  const choice = {
    index: 0,
    message: { ...message, function_call: null },
    logprobs: body.logprobs === true ? { content: content(logProbs) } : null,
    finish_reason: finish,
    stop_reason: null,
    token_ids: hasIds ? IDS : null,
    weight_versions: body.return_weight_versions === true ? [...spans, { version: 'step-41', start: 4, end: 6 }] : null,
  }
  const ids = { prompt_logprobs: null, prompt_token_ids: hasIds ? PROMPT : null, kv_transfer_params: null }
  return { ...COMMON, choices: [choice], service_tier: null, system_fingerprint: null, usage, ...ids }
}

function sglang({ body }: Asked, { logProbs = LOG_PROBS, finish = 'stop' } = {}): JsonObject {
  const choice = {
    index: 0,
    message: { role: 'assistant', content: TEXT, reasoning_content: null },
    logprobs: body.logprobs === true ? { content: content(logProbs) } : null,
    finish_reason: finish,
    matched_stop: 151645,
    ...(body.return_token_ids === true && { prompt_token_ids: PROMPT, response_token_ids: IDS }),
  }
  return { ...COMMON, choices: [choice], usage: { ...usage, reasoning_tokens: 0 }, metadata: { weight_version: '41' } }
}

const COMMON = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'Qwen/Qwen3-4B' }

const answering = (server: typeof vllm, settings = {}): Promise<FakeEndpoint> =>
  fakeEndpoint((asked) => ({ text: JSON.stringify(server(asked, settings)) }))

/** The first step of an episode that the model behind the endpoint plays. */
async function firstStep({ baseUrl }: FakeEndpoint, options: JsonObject) {
  const agent = await createAgent(chat, { baseUrl, model: 'm', retries: 1, ...options })
  const world = await openWorld(retail)
  const settings = { groupId: 'g', size: 1, agent, hooks: hookSet([]), runKey: 'k' }
  const { trajectories, aborted } = await rolloutGroup(
    world,
    { task: world.tasks.at('train', 0), seed: 1, maxSteps: 1 },
    settings,
  )
  return { step: trajectories[0]?.steps[0], ended: aborted[0]?.endingReason ?? null }
}

async function evidenceOf(server: typeof vllm, options: JsonObject, settings = {}): Promise<Evidence | undefined> {
  return (await firstStep(await answering(server, settings), options)).step?.evidence
}

describe.each([
  { name: 'vLLM', server: vllm, version: 'Qwen/Qwen3-4B' },
  { name: 'SGLang', server: sglang, version: '41' },
])('evidence of a model behind $name', ({ server, version }) => {
  it('has the ids and log-probabilities of every token', async () => {
    expect(await evidenceOf(server, { evidence: true })).toEqual({
      kind: 'token',
      policyId: 'm',
      policyVersion: version,
      temperature: 1,
      topP: 1,
      promptTokenIds: PROMPT,
      actionTokenIds: IDS,
      logProbs: LOG_PROBS,
      finishReason: 'stop',
    })
  })

  it('is not asked for by default', async () => {
    expect(await evidenceOf(server, {})).toBeUndefined()
  })

  it.each([
    ['fewer log-probabilities than tokens', { logProbs: LOG_PROBS.slice(1) }],
    ['a log-probability that is not known', { logProbs: [...LOG_PROBS.slice(1), -9999] }],
  ])('is left out with %s', async (_, settings) => {
    expect(await evidenceOf(server, { evidence: true }, settings)).toBeUndefined()
  })

  it('names why an answer ended', async () => {
    expect(await evidenceOf(server, { evidence: true }, { finish: 'length' })).toMatchObject({ finishReason: 'length' })
  })

  it('is of a whole answer: one that the server aborts is asked for again, and fails in the end', async () => {
    const endpoint = await answering(server, { finish: 'abort' })
    const { step, ended } = await firstStep(endpoint, { evidence: true })
    expect(step).toBeUndefined()
    expect(ended).toMatch(/^MODEL_FAILED: .*aborted its answer, asked 2 times$/)
    expect(endpoint.asked).toHaveLength(2)
  })
})

describe('evidence of a model whose weights change', () => {
  it('names all versions that sampled one answer', async () => {
    const options = { evidence: true, extra: { return_weight_versions: true } }
    expect(await evidenceOf(vllm, options)).toMatchObject({ policyVersion: 'step-40+step-41' })
  })
})
