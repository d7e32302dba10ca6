import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { recordOf } from '../../../models/endpoint/answers.ts'
import { type EndpointScorerSettings, openEndpointScorer } from '../../../models/endpoint/endpoint-scorer.ts'
import type { FormName } from '../../../models/endpoint/forms.ts'
import type { TokenAction } from '../../../models/networks/token-network.ts'
import type { Scored } from '../../../models/scoring/batch-scorer.ts'
import { type Answer, type Asked, fakeEndpoint } from '../../support/chat-endpoint.ts'
import { echoAnswer, llamaCppAnswer, pairLogProb, vllmAnswer } from '../../support/scoring-endpoint.ts'

const SERVERS = { vllm: vllmAnswer, echo: echoAnswer, 'llama.cpp': llamaCppAnswer } as const
const ACTIONS: readonly TokenAction[] = [
  { promptTokenIds: [3, 1], actionTokenIds: [4, 1, 5] },
  { promptTokenIds: [9], actionTokenIds: [2] },
  { promptTokenIds: [6, 5, 3], actionTokenIds: [5, 8] },
]
const expected = ({ promptTokenIds, actionTokenIds }: TokenAction): Scored => {
  const before = [...promptTokenIds.slice(-1), ...actionTokenIds]
  return { logProbs: actionTokenIds.map((token, at) => pairLogProb(Number(before[at]), token)) }
}
const problemsOf = (found: readonly Scored[]): readonly (string | null)[] =>
  found.map((each) => ('problem' in each ? each.problem : null))

/** A scorer at a server that answers so. */
async function scorerAt(
  script: (asked: Asked) => Answer | JsonObject,
  settings: Partial<EndpointScorerSettings> = {},
  variables: Readonly<Record<string, string>> = {},
  limits = {},
) {
  const endpoint = await fakeEndpoint((asked) => {
    const answer = script(asked)
    return typeof answer.text === 'string' ? answer : { text: JSON.stringify(answer) }
  })
  const given = { baseUrl: endpoint.baseUrl, model: 'm', retries: 0, ...settings }
  return { endpoint, scorer: openEndpointScorer(given, limits, variables) }
}

describe.each(Object.entries(SERVERS))('an endpoint of the form %s', (name, server) => {
  const form = name as FormName

  it('gives the log-probability of each token of each action', async () => {
    const { scorer } = await scorerAt(server, { form })
    expect(await scorer.score(ACTIONS)).toEqual(ACTIONS.map(expected))
    expect(scorer.waiting()).toBe(0)
  })

  it('that answers with other things than it was asked for scores nothing, and says why', async () => {
    const answers: readonly Json[] = [{}, { choices: [] }, { choices: [{}] }, { choices: 'x' }, { error: 'busy' }]
    for (const answer of answers) {
      const { scorer } = await scorerAt(() => ({ text: JSON.stringify(answer) }), { form })
      const problems = problemsOf(await scorer.score(ACTIONS))
      expect(problems).toHaveLength(ACTIONS.length)
      for (const problem of problems) expect(problem).toMatch(/^the endpoint (gives no|read)/)
    }
  })
})

/** A copy of an answer in which one value, by its path, is another; undefined leaves it out. */
function changed(value: Json, [key, ...rest]: readonly (string | number)[], to: Json | undefined): Json {
  if (key === undefined) return to ?? null
  if (Array.isArray(value)) {
    const items = value.map((item, at) => (at === key ? changed(item, rest, to) : item))
    return to === undefined && rest.length === 0 ? items.filter((_, at) => at !== key) : items
  }
  return Object.fromEntries(
    Object.entries(recordOf(value)).flatMap(([name, field]) => {
      if (name !== String(key)) return [[name, field]]
      return to === undefined && rest.length === 0 ? [] : [[name, changed(field ?? null, rest, to)]]
    }),
  )
}

describe('an answer that does not fit its action', () => {
  const rows = ['choices', 0, 'prompt_logprobs']
  const echo = ['choices', 0, 'logprobs']
  const probability = ['completion_probabilities', 0]
  it.each<[string, FormName, readonly (string | number)[], Json | undefined, RegExp]>([
    ['one row too few', 'vllm', [...rows, 1], undefined, /4 prompt_logprobs for 5 tokens/],
    ['a row of null', 'vllm', [...rows, 2], null, /token 2 has null, which is not a log-probability/],
    ['a row of another token', 'vllm', [...rows, 2], { '77': { logprob: -1 } }, /token 2 has null/],
    ['a text', 'vllm', [...rows, 3], { '1': { logprob: '-1' } }, /token 3 has "-1"/],
    ['a probability', 'vllm', [...rows, 3], { '1': { logprob: 0.5 } }, /token 3 has 0.5/],
    ['the logarithm of 0', 'vllm', [...rows, 3], { '1': { logprob: -9999 } }, /token 3 has -9999/],
    ['another token id', 'vllm', ['choices', 0, 'prompt_token_ids', 1], 8, /token 1 of the endpoint is 8, not 1/],
    ['a prompt cut off', 'vllm', ['choices', 0, 'prompt_token_ids', 0], undefined, /read 4 tokens, not 5/],
    ['no ids', 'vllm', ['choices', 0, 'prompt_token_ids'], null, /gives no prompt_token_ids/],
    ['texts for ids', 'echo', [...echo, 'tokens', 1], 'x', /token 1 of the endpoint is "x", not 1/],
    ['one value too few', 'echo', [...echo, 'token_logprobs', 0], undefined, /5 token_logprobs for 6 tokens/],
    ['null for a token', 'echo', [...echo, 'token_logprobs', 4], null, /token 4 has null/],
    ['another sampled token', 'llama.cpp', [...probability, 'id'], 7, /token 0 of the endpoint is 7, not \d/],
    ['a token added to the prompt', 'llama.cpp', ['tokens_evaluated'], 33, /read 33 tokens, not \d/],
    ['a prompt that is too long', 'llama.cpp', ['truncated'], true, /has cut the prompt off/],
    [
      'no probabilities',
      'llama.cpp',
      ['completion_probabilities'],
      [],
      /read 1 tokens|token 0 of the endpoint is null/,
    ],
  ])('%s (%s) leaves it without a score, and the others have theirs', async (_, form, path, to, message) => {
    const isFirst = ({ body }: Asked): boolean => Array.isArray(body.prompt) && body.prompt[0] === 3
    const server = SERVERS[form]
    const { scorer } = await scorerAt(
      (asked) => (isFirst(asked) ? { text: JSON.stringify(changed(server(asked), path, to)) } : server(asked)),
      { form },
    )
    const [first, ...others] = await scorer.score(ACTIONS)
    expect(problemsOf(first ? [first] : [])).toEqual([expect.stringMatching(message)])
    expect(others).toEqual(ACTIONS.slice(1).map(expected))
  })

  it('is not remembered: the next answer is asked for', async () => {
    let isRight = false
    const { scorer } = await scorerAt((asked) => (isRight ? vllmAnswer(asked) : { text: '{}' }), { version: 'step-1' })
    expect(problemsOf(await scorer.score(ACTIONS.slice(1, 2)))).toEqual(['the endpoint gives no choices'])
    isRight = true
    expect(await scorer.score(ACTIONS.slice(1, 2))).toEqual(ACTIONS.slice(1, 2).map(expected))
  })
})

describe('a request that the endpoint does not take', () => {
  it('leaves its action without a score, and the others have theirs', async () => {
    const { scorer } = await scorerAt((asked) =>
      Array.isArray(asked.body.prompt) && asked.body.prompt.length > 4
        ? { status: 400, text: 'the prompt is longer than the context' }
        : vllmAnswer(asked),
    )
    const found = await scorer.score(ACTIONS.slice(0, 2))
    expect(problemsOf(found)).toEqual([
      'the scoring endpoint answered 400: the prompt is longer than the context',
      null,
    ])
  })
})

describe('an endpoint that fails', () => {
  const MODEL_FAILED = (message: string | RegExp) =>
    expect.objectContaining({ code: 'MODEL_FAILED', message: expect.stringMatching(message) })

  it.each<[string, Answer, Partial<EndpointScorerSettings>, RegExp]>([
    ['hangs', { text: '{', isHeld: true }, { timeoutMs: 50 }, /did not answer in 50 ms/],
    ['breaks off', { text: '{"choices":', isBroken: true }, {}, /broke its answer off|cannot be reached/],
    ['floods', { text: ' '.repeat(17 * 2 ** 20) }, {}, /answered with more than 16 MiB/],
    ['answers with text', { text: 'Internal error' }, {}, /something that is not a JSON object/],
    ['is out of order', { status: 500, text: 'no' }, {}, /answered 500: no/],
    ['refuses the key', { status: 401, text: 'who are you?' }, {}, /answered 401: who are you\?/],
  ])('is a failure of all actions where it %s', async (_, answer, settings, message) => {
    const { scorer } = await scorerAt(() => answer, settings)
    await expect(scorer.score(ACTIONS)).rejects.toThrow(MODEL_FAILED(message))
    expect(scorer.waiting()).toBe(0)
  })

  it('in the middle of a batch is asked no further, and nothing stays waiting', async () => {
    const { scorer, endpoint } = await scorerAt(
      (asked) => (asked.number < 5 ? vllmAnswer(asked) : { status: 503, text: '' }),
      {},
      {},
      { inFlight: 2 },
    )
    const many = Array.from({ length: 200 }, (_, at) => ({ promptTokenIds: [1], actionTokenIds: [at] }))
    await expect(scorer.score(many)).rejects.toThrow(MODEL_FAILED(/answered 503/))
    expect(endpoint.asked.length).toBeLessThanOrEqual(7)
    expect(scorer.waiting()).toBe(0)
  })

  it('is asked again after what may pass', async () => {
    const { scorer, endpoint } = await scorerAt(
      (asked) => (asked.number === 0 ? { status: 429, text: '', headers: { 'retry-after': '0' } } : vllmAnswer(asked)),
      { retries: 2 },
    )
    expect(await scorer.score(ACTIONS.slice(0, 1))).toEqual(ACTIONS.slice(0, 1).map(expected))
    expect(endpoint.asked).toHaveLength(2)
    expect(scorer.usage()).toMatchObject({ answers: 1, retries: 1, failures: 0 })
  })

  it('is left at once where the caller gives up', async () => {
    const stop = new AbortController()
    const { scorer } = await scorerAt(() => {
      stop.abort(new Error('enough'))
      return { text: '{', isHeld: true }
    })
    await expect(scorer.score(ACTIONS, stop.signal)).rejects.toThrow('enough')
    expect(scorer.waiting()).toBe(0)
  })
})

describe('the settings of an endpoint', () => {
  it('take the key from the environment: no message, problem or version has it', async () => {
    const settings = { apiKey: 'env:SCORER_KEY', name: 'the reward model' }
    const variables = { SCORER_KEY: 'sk-very-secret' }
    const leaking = (asked: Asked): Answer => ({
      status: asked.number === 0 ? 401 : 400,
      text: `bad key ${asked.headers.authorization}`,
    })
    const { scorer, endpoint } = await scorerAt(leaking, settings, variables)
    await expect(scorer.score(ACTIONS.slice(0, 1))).rejects.toThrow('the reward model answered 401: bad key Bearer ***')
    expect(problemsOf(await scorer.score(ACTIONS.slice(0, 1)))).toEqual([
      'the reward model answered 400: bad key Bearer ***',
    ])
    expect(endpoint.asked[0]?.headers.authorization).toBe('Bearer sk-very-secret')
    expect(scorer.version).toMatch(/^[0-9a-f]{16}$/)
  })

  it('mask a key in an answer that does not fit', async () => {
    const { scorer } = await scorerAt(
      (asked) => ({
        text: JSON.stringify(changed(vllmAnswer(asked), ['choices', 0, 'prompt_token_ids', 0], 'sk-secret')),
      }),
      { apiKey: 'env:K' },
      { K: 'sk-secret' },
    )
    expect(problemsOf(await scorer.score(ACTIONS.slice(0, 1)))).toEqual(['token 0 of the endpoint is "***", not 3'])
  })

  it.each<[Partial<EndpointScorerSettings>, RegExp]>([
    [{ apiKey: 'sk-1' }, /apiKey is env:NAME/],
    [{ form: 'tgi' as FormName }, /form is vllm, echo, llama.cpp, not "tgi"/],
    [{ model: '' }, /needs the name of a model/],
    [{ baseUrl: 'ftp://h' }, /baseUrl is the http or https address/],
    [{ timeoutMs: 0 }, /timeoutMs is a number of milliseconds/],
  ])('%j are refused', (settings, message) => {
    expect(() => openEndpointScorer({ baseUrl: 'http://h/v1', model: 'm', ...settings })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('give a version of their own to each address, model, form and name of the weights', () => {
    const base = { baseUrl: 'http://h/v1', model: 'm' } as const
    const versions = [
      {},
      { baseUrl: 'http://g/v1' },
      { model: 'n' },
      { form: 'echo' as const },
      { version: 'step-2' },
    ].map((more) => openEndpointScorer({ ...base, ...more }).version)
    expect(new Set(versions).size).toBe(versions.length)
    expect(openEndpointScorer(base).version).toBe(versions[0])
  })

  it('keep scores only where the weights have a name', async () => {
    const named = await scorerAt(vllmAnswer, { version: 'step-1' })
    const unnamed = await scorerAt(vllmAnswer)
    for (const { scorer } of [named, unnamed]) for (const _ of [1, 2]) await scorer.score(ACTIONS)
    expect([named.endpoint.asked.length, unnamed.endpoint.asked.length]).toEqual([3, 6])
    expect(unnamed.scorer.cost({ input: 2, cachedInput: 1, output: 4 })).toBeCloseTo((2 * 12 * 2 + 6 * 4) / 1e6, 12)
  })

  it('may name the vocabulary and the longest sequence: what exceeds them is not sent', async () => {
    const { scorer, endpoint } = await scorerAt(vllmAnswer, { vocabulary: 9, maxLength: 3 })
    expect(problemsOf(await scorer.score(ACTIONS))).toEqual([
      'it has 5 tokens: the model reads 4',
      'token 9 is not in the vocabulary of 9',
      'it has 5 tokens: the model reads 4',
    ])
    expect(endpoint.asked).toHaveLength(0)
  })
})
