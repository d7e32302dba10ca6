import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import chat from '../../agents/chat.ts'
import { checkAgent } from '../../core/check/agent.ts'
import type { Json, JsonObject, Trajectory } from '../../core/data/types.ts'
import type { Environment } from '../../core/episode/environment.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import guessNumber from '../../envs/guess-number.ts'
import bfcl from '../../envs/tools/bfcl/index.ts'
import mcp from '../../envs/tools/mcp/index.ts'
import retail from '../../envs/tools/retail/index.ts'
import webshop from '../../envs/webshop/index.ts'
import { createRun } from '../../records/recorder.ts'
import {
  type Asked,
  type ChatMessage,
  calling,
  completion,
  fakeEndpoint,
  type Script,
} from '../support/chat-endpoint.ts'

const KEY = 'sk-very-secret'
const folder = mkdtempSync(join(tmpdir(), 'stepgym-chat-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

interface Played {
  readonly trajectories: readonly Trajectory[]
  readonly aborted: readonly Trajectory[]
  readonly asked: readonly Asked[]
  readonly usage: string
}

/** A group that a fake model plays; its record is in `folder`. */
async function played(
  environment: Environment,
  script: Script,
  options: JsonObject = {},
  { size = 1, maxSteps = 6, set = {} } = {},
): Promise<Played> {
  const endpoint = await fakeEndpoint(script)
  const agent = await createAgent(chat, { baseUrl: endpoint.baseUrl, model: 'm', retries: 0, ...options })
  const world = await openWorld(environment, set)
  const hooks = hookSet([])
  const log = createRun(mkdtempSync(join(folder, 'run-')), { world, agent: agent.name, agentOptions: options, hooks })
  const settings = { groupId: 'g', size, agent, hooks, runKey: 'k', log }
  const task = world.tasks.at(world.tasks.splits[0] ?? 'train', 0)
  const { trajectories, aborted } = await rolloutGroup(world, { task, seed: 1, maxSteps }, settings)
  log.close()
  return { trajectories, aborted, asked: endpoint.asked, usage: agent.usage?.().text ?? '' }
}

const actionsOf = ({ trajectories }: Played): readonly Json[] =>
  trajectories.flatMap(({ steps }) => steps.map(({ action }) => action))
const said = (messages: readonly ChatMessage[], role: string): readonly (Json | undefined)[] =>
  messages.filter((message) => message.role === role).map(({ content }) => content)

const toolTexts = ({ tools }: JsonObject): readonly string[] =>
  Array.isArray(tools) ? tools.map((tool) => JSON.stringify(tool)) : []

describe('chat in an environment of tools', () => {
  const TURNS: readonly JsonObject[] = [
    { content: 'Who are you?' },
    calling(['find_user_id_by_email', { email: 'nobody@example.com' }], ['calculate', { expression: '1 + 1' }]),
    calling(['calculate', { expression: '2 + 2' }]),
  ]
  const script: Script = ({ number }) => TURNS[number] ?? { content: 'Everything is done.' }

  it('calls tools natively, one or several at once, and speaks to the user', async () => {
    const game = await played(retail, script)
    const [first, second, third, last] = game.trajectories[0]?.steps ?? []
    expect(first?.action).toEqual({ respond: 'Who are you?' })
    expect(second?.nextObservation).toContain('[find_user_id_by_email]\nError: user not found\n[calculate]\n2.0')
    expect(third?.nextObservation).toBe('[calculate]\n4.0')
    expect(last).toMatchObject({ terminated: true })
    expect(game.usage).toBe('4 answers, 400 tokens in, 40 out')
  })

  it('allows members of a group different budgets of tokens, in turns', async () => {
    const { asked } = await played(
      retail,
      () => ({ content: 'I am done.' }),
      { tokenBudgets: [512, 1024] },
      { size: 3, maxSteps: 1 },
    )
    const budgets = asked.map(({ body }) => /within (\d+) tokens/.exec(String(said(body.messages, 'system')[0]))?.[1])
    expect(budgets.toSorted()).toEqual(['1024', '512', '512'])
    expect(() => createAgent(chat, { model: 'm', tokenBudgets: [0] })).toThrow(
      /tokenBudgets is a list of whole numbers/,
    )
  })

  it('gives tools, policy and the conversation so far', async () => {
    const { asked } = await played(retail, script)
    const [first, , , last] = asked.map(({ body }) => body)
    expect(first?.tools).toContainEqual(
      expect.objectContaining({ function: expect.objectContaining({ name: 'cancel_pending_order' }) }),
    )
    expect(first).toMatchObject({ tool_choice: 'auto', max_tokens: 1024, temperature: 1, top_p: 1 })
    expect(said(first?.messages ?? [], 'system')[0]).toContain('Policy:\n')
    const messages = last?.messages ?? []
    expect(messages.map(({ role }) => role)).toEqual([
      ...['system', 'user', 'assistant', 'user', 'assistant', 'tool', 'tool', 'assistant', 'tool'],
    ])
    expect(said(messages, 'tool')).toEqual(['Error: user not found', '2.0', '[calculate]\n4.0'].map(withoutHeader))
    expect(said(messages, 'user')[0]).toMatch(/^Hello\./)
    const ids = messages.flatMap(({ tool_calls: calls }) => (Array.isArray(calls) ? calls : []))
    expect(new Set(ids.map((call) => JSON.stringify(call))).size).toBe(3)
  })

  it('gives tools that arrive later from the turn on in which they arrive', async () => {
    const set = { tasks: 6, missingFunctions: 1, missingDetails: 0 }
    const { asked } = await played(bfcl, () => ({ content: 'I cannot do that yet.' }), {}, { set })
    const given = asked.map(({ body }) => toolTexts(body))
    const seen = asked.map(({ body }) => said(body.messages, 'user').join('\n'))
    const arrival = seen.findIndex((text) => text.includes('New functions:'))
    expect(arrival).toBeGreaterThan(0)
    const before = given[0] ?? []
    expect(given.slice(0, arrival)).toEqual(Array.from({ length: arrival }, () => before))
    const [arrived, ...more] = given[arrival]?.slice(before.length) ?? []
    expect(given[arrival]?.slice(0, before.length)).toEqual(before)
    expect(more).toEqual([])
    expect(seen[arrival]).toContain(`New functions:\n${arrived}\n`)
  })

  it('makes calls that the endpoint left in the text', async () => {
    const text =
      '<think>How?</think><tool_call>\n{"name": "calculate", "arguments": {"expression": "2 + 2"}}\n</tool_call>'
    const { trajectories, asked } = await played(retail, () => ({ content: text }), {}, { maxSteps: 2 })
    expect(trajectories[0]?.steps[0]?.nextObservation).toBe('[calculate]\n4.0')
    expect(said(asked[1]?.body.messages ?? [], 'assistant')[0]).toMatch(/^<tool_call>/)
  })

  it('gives the tools of an MCP server, which no task lists', async () => {
    const turns: readonly JsonObject[] = [calling(['list_notes', {}], ['read_note', { title: 'meeting' }])]
    const game = await played(mcp, ({ number }) => turns[number] ?? { content: 'On Tuesday at 10:30.' })
    for (const { body } of game.asked)
      expect(toolTexts(body).map((text) => JSON.parse(text).function.name)).toEqual([
        ...['write_note', 'read_note', 'list_notes'],
      ])
    expect(said(game.asked[1]?.body.messages ?? [], 'tool')).toEqual([
      'groceries\nmeeting',
      'Tuesday at 10:30 in room 4',
    ])
    expect(actionsOf(game).at(-1)).toEqual({ respond: 'On Tuesday at 10:30.' })
  })

  it('sends a seed of the episode and step, so that members differ and a second rollout is the same', async () => {
    const seeds = async () => (await played(retail, script, {}, { size: 2 })).asked.map(({ body }) => body.seed)
    const [one, other] = [await seeds(), await seeds()]
    expect([...one].sort()).toEqual([...other].sort())
    expect(new Set(one).size).toBe(one.length)
    expect((await played(retail, script, { seed: false })).asked[0]?.body).not.toHaveProperty('seed')
  })

  it('forces a tool, forbids several calls and adds fields if it is to', async () => {
    const options = { toolChoice: 'think', parallel: false, extra: { reasoning_effort: 'low' } }
    const { asked } = await played(retail, script, options)
    expect(asked[0]?.body).toMatchObject({
      tool_choice: { type: 'function', function: { name: 'think' } },
      parallel_tool_calls: false,
      reasoning_effort: 'low',
    })
  })

  it('keeps within its budget by leaving out the earliest turns, never the request', async () => {
    const { asked } = await played(
      retail,
      () => calling(['calculate', { expression: '1 + 1' }]),
      { historyCharacters: 6000 },
      { maxSteps: 30 },
    )
    const sizes = asked.map(({ body }) => JSON.stringify(body.messages).length)
    expect(Math.max(...sizes)).toBeLessThan(6500)
    const last = asked.at(-1)?.body.messages ?? []
    expect(said(last, 'user').join(' ')).toMatch(/^Hello\..*earlier turns are left out/s)
    expect(last.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('2.0') })
  })
})

const withoutHeader = (text: string): string => text.replace(/^\[calculate\]\n/, '')

describe('chat in other environments', () => {
  it('plays by text, with the admissible actions, without its thinking', async () => {
    const answers = ['<think>red?</think>search[red shoes]', 'I go back. <action>click[back to search]</action>']
    const game = await played(webshop, ({ number }) => ({ content: answers[number] ?? 'click[buy now]' }))
    expect(actionsOf(game).slice(0, 2)).toEqual(['search[red shoes]', 'click[back to search]'])
    expect(game.asked[0]?.body).not.toHaveProperty('tools')
    expect(String(said(game.asked[1]?.body.messages ?? [], 'user').at(-1))).toContain('Admissible actions:\n')
  })

  it('sends an action of fields as the arguments of one tool', async () => {
    const { default: fileDesk } = await import('../../envs/file-desk.ts')
    const game = await played(fileDesk, () => calling(['act', { tool: 'list' }]))
    const [asked] = game.asked
    if (asked?.body.tools === undefined) expect(actionsOf(game)[0]).toBeTypeOf('string')
    else expect(actionsOf(game)[0]).toEqual({ tool: 'list' })
  })

  it('keeps the contract of agents', async () => {
    const endpoint = await fakeEndpoint(({ body }) => ({ content: `${(Number(body.seed) % 100) + 1}` }))
    const agent = await createAgent(chat, { baseUrl: endpoint.baseUrl, model: 'm' })
    const results = []
    for await (const result of checkAgent(agent, guessNumber)) results.push(result)
    expect(results.filter(({ status }) => status === 'failed')).toEqual([])
  })
})

describe('evidence of chat', () => {
  it('has token ids and log-probabilities if the endpoint gives them', async () => {
    const traced: Script = () => ({
      text: JSON.stringify(
        completion(
          {},
          {
            prompt_token_ids: [5, 6],
            system_fingerprint: 'build-7',
            choices: [
              {
                message: { content: 'Done, anything else?' },
                finish_reason: 'stop',
                token_ids: [7, 8],
                logprobs: { content: [{ logprob: -1 }, { logprob: -0.25 }] },
              },
            ],
          },
        ),
      ),
    })
    const { trajectories, asked } = await played(retail, traced, { evidence: true, temperature: 0.7 })
    expect(asked[0]?.body).toMatchObject({ logprobs: true, return_token_ids: true })
    expect(trajectories[0]?.steps[0]?.evidence).toEqual({
      kind: 'token',
      policyId: 'm',
      policyVersion: 'build-7',
      temperature: 0.7,
      topP: 1,
      promptTokenIds: [5, 6],
      actionTokenIds: [7, 8],
      logProbs: [-1, -0.25],
      finishReason: 'stop',
    })
  })

  it('is left out if it does not', async () => {
    const { trajectories } = await played(retail, () => ({ content: 'Done.' }), { evidence: true })
    expect(trajectories[0]?.steps[0]).not.toHaveProperty('evidence')
  })
})

describe('a hostile endpoint', () => {
  const BAD: readonly (readonly [string, Script])[] = [
    ['unknown tools', () => calling(['rm -rf', {}])],
    ['arguments that are no JSON', () => calling(['calculate', '{"expression": '])],
    ['arguments of the wrong kind', () => calling(['calculate', '[1]'])],
    ['the key __proto__', () => calling(['calculate', '{"__proto__": {"expression": "1"}}'])],
    ['no choices', () => ({ text: '{"choices": []}' })],
    ['an empty message', () => ({ content: '' })],
    [
      'a hundred calls',
      () => calling(...Array.from({ length: 100 }, () => ['calculate', { expression: '1' }] as const)),
    ],
    ['a very long message', () => ({ content: 'x'.repeat(200_000) })],
    ['calls that are none', () => ({ content: null, tool_calls: [null, 7, { function: null }] })],
  ]

  it.each(BAD)('that answers with %s makes an invalid action, and the next turn is asked for', async (_, script) => {
    const { trajectories, aborted, asked } = await played(retail, script, {}, { maxSteps: 3 })
    expect(aborted).toEqual([])
    expect(trajectories[0]?.steps.map(({ isActionValid }) => isActionValid)).toEqual([false, false, false])
    for (const { body } of asked)
      for (const { tool_calls: calls } of body.messages)
        for (const call of (calls ?? []) as readonly { function: { name: string; arguments: string } }[]) {
          expect(call.function.name).toMatch(/^[\w-]{1,64}$/)
          expect(JSON.parse(call.function.arguments)).toBeTypeOf('object')
        }
  })

  it('that fails for good aborts the episode with MODEL_FAILED', async () => {
    const { aborted, usage } = await played(retail, () => ({ status: 404, text: 'no such model' }))
    expect(aborted[0]?.endingReason).toMatch(/^MODEL_FAILED: agent chat: the endpoint answered 404: no such model/)
    expect(usage).toContain('1 requests given up')
  })

  it('gets its key, and no record, name or error has it', async () => {
    vi.stubEnv('CHAT_TEST_KEY', KEY)
    const { trajectories, aborted, asked } = await played(
      retail,
      ({ number, headers }) =>
        number === 0 ? { content: `${headers.authorization}` } : { status: 401, text: `${headers.authorization}` },
      { apiKey: 'env:CHAT_TEST_KEY' },
    )
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(JSON.stringify([trajectories, aborted])).not.toContain(KEY)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /json/.test(file))
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toContain(KEY)
  })
})

describe('options of chat', () => {
  it.each([
    [{}, 'model=NAME'],
    [{ model: 'm', apiKey: KEY }, 'apiKey is env:NAME'],
    [{ model: 'm', temperature: -1 }, 'temperature'],
    [{ model: 'm', topP: 0 }, 'topP'],
    [{ model: 'm', maxTokens: 0.5 }, 'maxTokens'],
    [{ model: 'm', historyCharacters: 10 }, 'historyCharacters'],
    [{ model: 'm', retries: -1 }, 'retries'],
  ])('are refused where they cannot be used: %j', (options, message) => {
    expect(() => createAgent(chat, options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => createAgent(chat, options)).toThrow(message)
    expect(() => createAgent(chat, options)).not.toThrow(KEY)
  })
})
