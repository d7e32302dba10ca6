import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { hookSet } from '../../core/reward/hook.ts'
import retail from '../../envs/tools/retail/index.ts'
import { redactorOf } from '../../models/chat/redact.ts'
import { readReply } from '../../models/chat/reply.ts'
import { readRun } from '../../records/index.ts'
import { listen } from '../../server/listen.ts'
import { type Answer, calling, completion, fakeEndpoint } from '../support/chat-endpoint.ts'
import { type Ran, run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { share } from '../support/long.ts'
import { connected } from '../support/server/client.ts'
import { post } from '../support/server/http.ts'
import { NativeClient } from '../support/server/native-client.ts'

const KEY = 'sk-zqcanaryqz/"0123456789abcdef'

/** Every character as JSON, an address or HTML may write it. */
const WRITTEN: Readonly<Record<string, (code: number) => string>> = {
  json: (code) => `\\u${code.toString(16).padStart(4, '0')}`,
  'json twice': (code) => `\\\\u${code.toString(16).padStart(4, '0').toUpperCase()}`,
  address: (code) => `%${code.toString(16).padStart(2, '0')}`,
  'html, decimal': (code) => `&#${code};`,
  'html, hexadecimal': (code) => `&#x0${code.toString(16)};`,
}
const written = (form: keyof typeof WRITTEN): string =>
  Array.from(KEY, (character) => WRITTEN[form]?.(character.charCodeAt(0))).join('')

const said = (content: Json, more: JsonObject = {}): Answer => ({
  text: JSON.stringify(completion({ content }, more)),
})
const called = (...calls: readonly (readonly [string, Json])[]): Answer => ({
  text: JSON.stringify(completion(calling(...calls))),
})

/** Clears the screen, turns the text round, begins a line of its own. */
const ACTING = 'x\u001b[2J\u0085\u202egnp\r\nstepgym: all is well'

const ENDPOINTS: Readonly<Record<string, Answer>> = {
  'never ends its answer': { text: '{"choices":[', isHeld: true },
  'breaks its answer off': { text: '{"choices":[', isBroken: true },
  'promises more than it sends': { headers: { 'content-length': '5000000000' }, text: '{}', isHeld: true },
  'sends what is not compressed as it says': { headers: { 'content-encoding': 'gzip' }, text: '{}' },
  'is always busy': { status: 429, headers: { 'retry-after': '0' }, text: KEY },
  'asks for eternity': { status: 503, headers: { 'retry-after': '1e999' }, text: '' },
  'leads elsewhere': { status: 307, headers: { location: `http://127.0.0.1:9/${encodeURIComponent(KEY)}` }, text: '' },
  'refuses, with the key': { status: 401, text: `no: ${KEY}` },
  ...Object.fromEntries(
    Object.keys(WRITTEN).map((form) => [`refuses, with the key as ${form}`, { status: 401, text: written(form) }]),
  ),
  'says the key where a message is cut': { text: `${'x'.repeat(70)}${KEY}` },
  'says the key in two parts': said([KEY.slice(0, 7), { type: 'text', text: KEY.slice(7) }]),
  'says the key as its name': said('Hello', { model: KEY, system_fingerprint: KEY }),
  'says the key in a call': called([KEY, { [KEY]: KEY }], ['calculate', `{"expression":"${written('json')}"}`]),
  'says what acts on terminals': said(ACTING),
  'calls what acts on terminals': called([ACTING, { [ACTING]: ACTING }]),
  'refuses with what acts on terminals': { status: 400, text: ACTING },
  'nests 100,000 lists': { text: `{"choices":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
  'nests 100,000 lists in a call': called(['calculate', '['.repeat(100_000)]),
  'uses __proto__': { text: '{"__proto__":{"choices":[{"message":{"content":"evil"}}]},"choices":[{"message":{}}]}' },
  'calls __proto__': called(['__proto__', '{"__proto__":{"polluted":1}}'], ['constructor', '{}']),
  'has choices of another type': { text: '{"choices":{"0":{"message":7}},"usage":[],"model":{}}' },
  'has ids that are no texts, or twice': {
    text: JSON.stringify(
      completion({
        content: null,
        tool_calls: [7, null, 'call_1', 'call_1', '', ''].map((id) => ({
          id,
          function: { name: 'calculate', arguments: '{"expression":"1"}' },
        })),
      }),
    ),
  },
  'calls 20,000 tools at once': called(...Array.from({ length: 20_000 }, () => ['calculate', {}] as const)),
  'counts tokens beyond numbers': said('Hello', { usage: { prompt_tokens: 1e308, completion_tokens: -1 } }),
  'has NaN among its numbers': { text: '{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":NaN}}' },
  'says half a character': { text: '{"choices":[{"message":{"content":"\\ud800"}}]}' },
  'says nothing': { text: '' },
}

let folder: string
beforeEach(() => {
  folder = newFolder()
  vi.stubEnv('ATTACK_KEY', KEY)
})
afterEach(() => vi.unstubAllEnvs())

const decoded = (text: string): string =>
  text
    .replace(/\\+u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Nothing that acts on the terminal, and not even part of the key, is in the output or the record. */
function expectHarmless({ out, err }: Ran): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
  expect(`${out}${err}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(`${out}${err}`).not.toMatch(/^stepgym: all is well/m)
  const files = readdirSync(join(folder, 'run'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /json/.test(name),
  )
  expect(files.length).toBeGreaterThan(1)
  for (const text of [out, err, ...files.map((name) => readFileSync(join(folder, 'run', name), 'utf8'))])
    expect(decoded(text)).not.toMatch(/zqcanary|sk-zq/)
}

const rollout = (agent: string, user: readonly string[]): Promise<Ran> => {
  const set = ['tasks=20', ...user.map((field) => `user.${field}`)].flatMap((field) => ['--set', field])
  const size = ['--groups', '1', '--group-size', '2', '--max-steps', '3']
  return run(['rollout', '--env', 'tools/retail', ...set, '--agent', agent, ...size, '--out', 'run'], { folder })
}

/** Both episodes have ended, and what was recorded of them reads and replays. */
async function expectWhole(): Promise<void> {
  const endings = [...readRun(join(folder, 'run')).trajectories()].map(({ trajectory }) => trajectory.ending)
  for (const ending of endings) expect(['terminated', 'truncated', 'aborted']).toContain(ending)
  expect(endings.length).toBeLessThanOrEqual(2)
  const { out, code } = await run(['replay', 'run'], { folder })
  const expected = endings.length === 0 ? ['holds no episode', 1] : ['no divergence', 0]
  expect([out, code]).toEqual([expect.stringContaining(String(expected[0])), expected[1]])
}

const fieldsOf = (baseUrl: string): readonly string[] => [
  ...['model=m', `baseUrl=${baseUrl}`],
  ...['apiKey=env:ATTACK_KEY', 'timeoutMs=300', 'retries=1'],
]

/** In the fast suite every second endpoint is behind the agent, the others are behind the user. */
const behind = (place: 0 | 1) => Object.entries(ENDPOINTS).filter((_, number) => share(number % 2 === place, true))

describe('an endpoint', () => {
  it.each(behind(0))('behind the agent that %s ends its episodes, and tells no key', async (_, answer) => {
    const { baseUrl } = await fakeEndpoint(() => answer)
    expectHarmless(await rollout(`chat:${fieldsOf(baseUrl).join(',')},evidence=true`, []))
    await expectWhole()
  })

  it.each(behind(1))('behind the user that %s ends its episodes, and tells no key', async (_, answer) => {
    const { baseUrl } = await fakeEndpoint(() => answer)
    expectHarmless(await rollout('scripted:actions=[{"respond":"yes"}]', fieldsOf(baseUrl)))
    await expectWhole()
  })
})

describe('a user that fails at the reset on a server', () => {
  const INITIALIZE = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } }

  it('is an error with a place and a reference in every protocol, and the server stays', async () => {
    const { baseUrl } = await fakeEndpoint(() => ({ status: 401, text: `no: ${KEY} ${ACTING}` }))
    const user = { model: 'secret-model', baseUrl, apiKey: 'env:ATTACK_KEY', retries: 0 }
    const environments = [{ name: 'retail', load: async () => retail, options: { tasks: 20, user } }]
    const server = await listen({ environments, hooks: hookSet([]) })
    try {
      const plain = JSON.stringify(await (await connected(server)).reset())
      const native = new NativeClient(`${server.url}/ws`)
      await native.welcome()
      const reply = JSON.stringify(await native.replyTo(native.send({ type: 'reset' })))
      const http = JSON.stringify((await post(server, '/reset', {})).body)
      const mcp = await posted(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'initialize', params: INITIALIZE })
      for (const answer of [plain, reply, http, mcp]) {
        expect(answer).toMatch(/EFFECT_FAILED|reset: an effect/)
        expect(answer).toMatch(/reference [\w-]{8}/)
        expect(decoded(answer)).not.toMatch(/zqcanary|secret-model|127\.0\.0\.1|u001b|owned/)
      }
      expect(server.host.counts.episodes).toBe(0)
      expect((await fetch(`${server.url}/health`)).status).toBe(200)
    } finally {
      await server.close('done')
    }
  })
})

/** What is answered, as text. */
async function posted(url: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).text()
}

describe('a key', () => {
  it.each(Object.keys(WRITTEN))('is not repeated if it is written as %s', (form) => {
    const redact = redactorOf(KEY)
    expect(redact(`before ${written(form)} after`)).toMatch(/^before \\*\*\*\* after$/)
    expect(redact(`${KEY.slice(0, 9)}${written(form).slice(9)}`)).not.toBe('***')
  })

  it('is looked for in time that does not grow faster than a text', () => {
    const redact = redactorOf(KEY)
    for (const part of ['\\', '%', '&#0', 's', 'sk-', '\\\\u0073'])
      expect(redact(part.repeat(1_000_000)).length).toBe(part.length * 1_000_000)
  })
})

describe('a trace', () => {
  const traced = (prompt: string, ids: string, logprob: string): string =>
    `{"choices":[{"message":{"content":"a"},"token_ids":${ids},"logprobs":{"content":[{"logprob":${logprob}}]}}],"prompt_token_ids":${prompt}}`

  it('is left out whole if one of its numbers is wrong', () => {
    expect(readReply(traced('[1,2]', '[3]', '-1')).trace).toEqual({
      promptTokenIds: [1, 2],
      tokenIds: [3],
      logProbs: [-1],
    })
    for (const prompt of ['[1,"x"]', '[1,-1]', '[1,0.5]', '[1,null]', '[1e999]', '{"0":1}'])
      expect(readReply(traced(prompt, '[3]', '-1')).trace).toBeNull()
    for (const ids of ['["3"]', '[-3]', '[3,4]', '[[3]]']) expect(readReply(traced('[1]', ids, '-1')).trace).toBeNull()
    for (const logprob of ['-1e999', '1e999', '1', 'null', '"-1"', '[]'])
      expect(readReply(traced('[1]', '[3]', logprob)).trace).toBeNull()
  })
})
