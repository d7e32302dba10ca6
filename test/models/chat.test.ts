import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GymError } from '../../core/data/errors.ts'
import { ChatClient } from '../../models/chat/client.ts'
import { redactorOf } from '../../models/chat/redact.ts'
import { readReply } from '../../models/chat/reply.ts'
import { retryAfterMs, retryPauseMs } from '../../models/chat/retry.ts'
import { endpointOf } from '../../models/chat/settings.ts'
import { costOf } from '../../models/chat/usage.ts'
import { completion, type FakeEndpoint, fakeEndpoint } from '../support/chat-endpoint.ts'
import { garbageCollector } from '../support/server/heap.ts'

const KEY = 'sk-very-secret'
const VARIABLES = { CHAT_KEY: KEY }
const SETTINGS = { name: 'the endpoint', model: 'm', apiKey: '', timeoutMs: 60_000, retries: 3 }
const NOW = { 'retry-after': '0' }

const clientOf = ({ baseUrl }: FakeEndpoint, more: Partial<typeof SETTINGS> = {}): ChatClient =>
  new ChatClient({ ...SETTINGS, baseUrl, ...more }, VARIABLES)

const failureOf = async (asking: Promise<unknown>): Promise<GymError> => {
  try {
    await asking
  } catch (thrown) {
    return thrown as GymError
  }
  throw new Error('it did not fail')
}

describe('a chat client', () => {
  it('posts to /chat/completions with model and key, and reads content, calls and usage', async () => {
    const endpoint = await fakeEndpoint(() => ({ content: 'Hi' }))
    const client = clientOf(endpoint, { apiKey: 'env:CHAT_KEY' })
    const reply = await client.complete({ messages: [], seed: 4 })
    expect(reply).toMatchObject({ content: 'Hi', calls: [], finishReason: 'stop', version: 'fake-1', trace: null })
    const [asked] = endpoint.asked
    expect(asked?.path).toBe('/v1/chat/completions')
    expect(asked?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(asked?.body).toEqual({ model: 'm', messages: [], seed: 4 })
    expect(client.usage).toMatchObject({
      answers: 1,
      promptTokens: 100,
      completionTokens: 10,
      retries: 0,
      uncounted: 0,
    })
  })

  it('asks again after 429, 5xx, broken and malformed answers, and then answers', async () => {
    const trouble = [
      { status: 429, headers: NOW, text: 'slow down' },
      { status: 503, headers: NOW, text: '' },
      { isBroken: true, text: '{"choices": [' },
      { text: '<html>' },
    ]
    const endpoint = await fakeEndpoint(({ number }) => trouble[number] ?? { content: 'at last' })
    const client = clientOf(endpoint, { retries: 4 })
    expect((await client.complete({})).content).toBe('at last')
    expect(client.usage).toMatchObject({ answers: 1, retries: 4, failures: 0 })
  })

  it('gives up after its retries, and at once for what another attempt cannot change', async () => {
    const busy = await fakeEndpoint(() => ({ status: 500, headers: NOW, text: 'broken' }))
    expect(await failureOf(clientOf(busy, { retries: 1 }).complete({}))).toMatchObject({
      code: 'MODEL_FAILED',
      message: expect.stringContaining('answered 500: broken, asked 2 times'),
    })
    const strict = await fakeEndpoint(() => ({ status: 400, text: '{"error": "no such model"}' }))
    expect((await failureOf(clientOf(strict).complete({}))).message).toContain('no such model')
    expect(strict.asked).toHaveLength(1)
  })

  it('waits no longer than its timeout, also for an answer that drips', async () => {
    const answers = [
      { text: '{}', delayMs: 120_000 },
      { text: '{"choices": [', isHeld: true },
    ]
    const endpoint = await fakeEndpoint(({ number }) => answers[number] ?? { text: '{}' })
    const client = clientOf(endpoint, { timeoutMs: 50, retries: 0 })
    for (const _ of answers)
      expect(await failureOf(client.complete({}))).toMatchObject({
        code: 'MODEL_FAILED',
        message: expect.stringContaining('did not answer in 50 ms'),
      })
  })

  it('waits no longer than its timeout where garbage is collected meanwhile, as fetch may forget its signals then', async () => {
    const endpoint = await fakeEndpoint(() => ({ text: '{"choices": [', isHeld: true }))
    const client = clientOf(endpoint, { timeoutMs: 1000, retries: 0 })
    const collecting = setInterval(garbageCollector(), 5)
    const failure = await failureOf(client.complete({}, new AbortController().signal))
    clearInterval(collecting)
    expect(failure.message).toContain('did not answer in 1000 ms')
  }, 10_000)

  it('is cancelled with its caller, also between attempts', async () => {
    const endpoint = await fakeEndpoint(() => ({ status: 429, headers: { 'retry-after': '60' }, text: '' }))
    const controller = new AbortController()
    const asking = clientOf(endpoint).complete({}, controller.signal)
    setTimeout(() => controller.abort(new Error('enough')), 50)
    expect((await failureOf(asking)).message).toBe('enough')
  })

  it('reads no more than 16 MiB', async () => {
    const endpoint = await fakeEndpoint(() => ({ text: `{"x": "${'a'.repeat(17 * 2 ** 20)}"}` }))
    expect((await failureOf(clientOf(endpoint).complete({}))).message).toContain('more than 16 MiB')
    expect(endpoint.asked).toHaveLength(1)
  })

  it('lets no key into messages and answers, whatever the endpoint repeats', async () => {
    const echo = await fakeEndpoint(({ number, headers: { authorization = '' } }) =>
      number === 0 ? { status: 401, text: `bad key ${authorization}` } : { content: `your key is ${authorization}` },
    )
    const client = clientOf(echo, { apiKey: 'env:CHAT_KEY' })
    const refused = await failureOf(client.complete({}))
    expect(refused.message).toContain('bad key Bearer ***')
    const reply = await client.complete({})
    expect(JSON.stringify([refused.message, refused.cause, reply])).not.toContain(KEY)
    expect(reply.content).toBe('your key is Bearer ***')
  })

  it('cannot be made with a key in its settings, without a model, or for an invalid address', () => {
    const make = (more: object) => () => endpointOf({ ...SETTINGS, baseUrl: 'http://h/v1', ...more }, VARIABLES)
    expect(make({ apiKey: KEY })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(make({ apiKey: KEY })).not.toThrow(KEY)
    expect(make({ apiKey: 'env:NOT_THERE' })).toThrow('NOT_THERE that apiKey names is not set')
    expect(make({ model: '' })).toThrow('model=NAME')
    expect(make({ baseUrl: 'ftp://h' })).toThrow('http or https')
    expect(make({ baseUrl: `http://me:${KEY}@h/v1` })).not.toThrow(KEY)
    expect(make({ baseUrl: `http://me:${KEY}@h/v1` })).toThrow('user or password')
    expect(make({ baseUrl: 'http://h/v1/?api-version=2' })().url.href).toBe(
      'http://h/v1/chat/completions?api-version=2',
    )
  })
})

describe('pauses between attempts', () => {
  it('double up to half a minute, or are what the endpoint asks for, within two minutes', () => {
    expect([0, 1, 2, 20].map((attempt) => retryPauseMs(attempt, null, 1))).toEqual([250, 500, 1000, 30_000])
    expect(retryPauseMs(3, null, 0)).toBe(1000)
    expect(retryPauseMs(0, 2000)).toBe(2000)
    expect(retryPauseMs(0, 1e9)).toBe(120_000)
  })

  it('are read from Retry-After as seconds or as a date', () => {
    expect(retryAfterMs('2')).toBe(2000)
    expect(retryAfterMs('Wed, 21 Oct 2026 07:28:05 GMT', Date.parse('2026-10-21T07:28:00Z'))).toBe(5000)
    expect(retryAfterMs('soon')).toBeNull()
    expect(retryAfterMs(null)).toBeNull()
  })
})

describe('a reply', () => {
  it('holds token ids and log-probabilities if they fit each other', () => {
    const traced = (tokenIds: readonly number[]) =>
      completion(
        { content: 'ab' },
        {
          prompt_token_ids: [1, 2, 3],
          choices: [
            {
              message: { content: 'ab' },
              finish_reason: 'stop',
              token_ids: tokenIds,
              logprobs: {
                content: [
                  { token: 'a', logprob: -0.5 },
                  { token: 'b', logprob: 0.0001 },
                ],
              },
            },
          ],
        },
      )
    expect(readReply(JSON.stringify(traced([7, 8]))).trace).toEqual({
      promptTokenIds: [1, 2, 3],
      tokenIds: [7, 8],
      logProbs: [-0.5, 0],
    })
    expect(readReply(JSON.stringify(traced([7]))).trace).toBeNull()
  })

  it('is read from lists of parts, arguments that are objects, and the former function_call', () => {
    const parts = completion({ content: [{ type: 'text', text: 'a' }, { type: 'image' }, 'b'] })
    expect(readReply(JSON.stringify(parts)).content).toBe('ab')
    const former = completion({ function_call: { name: 'look', arguments: { at: 1 } } })
    expect(readReply(JSON.stringify(former)).calls).toEqual([{ id: '', name: 'look', arguments: '{"at":1}' }])
  })

  it('is a reply for any JSON object, and TryAgain for anything else', () => {
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((value) => ({ choices: value })),
      fc.jsonValue().map((value) => ({ choices: [{ message: value, logprobs: value }], usage: value })),
      fc.jsonValue().map((value) => ({ choices: [{ message: { tool_calls: [value, { function: value }] } }] })),
    )
    fc.assert(
      fc.property(hostile, (value) => {
        const text = JSON.stringify(value)
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        if (!isObject) expect(() => readReply(text)).toThrow('not a JSON object')
        else
          for (const call of readReply(text, redactorOf(KEY)).calls)
            expect(typeof call.name + typeof call.arguments).toBe('stringstring')
      }),
    )
  })
})

describe('cost', () => {
  it('counts cached input at its own price', () => {
    const usage = {
      answers: 1,
      retries: 0,
      failures: 0,
      promptTokens: 1e6,
      cachedTokens: 4e5,
      completionTokens: 2e5,
      uncounted: 0,
    }
    expect(costOf(usage, { input: 1, cachedInput: 0.1, output: 5 })).toBeCloseTo(0.6 + 0.04 + 1, 12)
  })
})
