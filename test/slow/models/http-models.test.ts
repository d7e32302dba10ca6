import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEndpointScorer } from '../../../models/endpoint/endpoint-scorer.ts'
import { readRun } from '../../../records/index.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'
import { printedBy, pythonWith } from '../python.ts'

/** `TEST_LLAMA`: a Python that has llama-cpp-python[server] and gguf, or `install`, which builds the former. */
const ASKED = process.env.TEST_LLAMA
const HERE = import.meta.dirname
/** Rounding of a cache in half precision. */
const BOUND = 5e-3
/** Minutes that the build may take. */
const PATIENCE_MS = 40 * 60_000

interface Reference {
  readonly ids: readonly number[]
  readonly logProbs: readonly number[]
  readonly shifted: readonly number[]
}

const NO_REFERENCE: Reference = { ids: [], logProbs: [], shifted: [] }
const folder = newFolder()
const model = join(folder, 'tiny.gguf')
const ends: (() => unknown)[] = []
let python = ''
let real = ''
let fixture = ''

beforeAll(async () => {
  if (ASKED === undefined) return
  python =
    ASKED === 'install' ? await pythonWith('llama-cpp-python[server]==0.3.36', 'gguf==0.19.0', 'numpy==2.4.6') : ASKED
  await written()
  real = await serving(['-m', 'llama_cpp.server', '--model', model, '--logits_all', 'true', '--chat_format', 'chatml'])
  fixture = await serving([join(HERE, 'token_server.py'), model])
}, PATIENCE_MS)

afterAll(() => {
  for (const end of ends) end()
})

async function written(): Promise<void> {
  await new Promise((resolve) =>
    spawn(python, [join(HERE, 'tiny_gguf.py'), model], { stdio: 'inherit' }).on('exit', resolve),
  )
  expect(existsSync(model)).toBe(true)
}

/** Starts a server on a port of its own. @returns Its address, with `/v1`. */
async function serving(args: readonly string[]): Promise<string> {
  const port = await freePort()
  const named = args[0] === '-m' ? ['--port', `${port}`] : [`${port}`]
  const child = spawn(python, [...args, ...named], { stdio: 'ignore' })
  ends.push(() => child.kill())
  const url = `http://127.0.0.1:${port}/v1`
  for (;;) {
    const isUp = await fetch(`${url}/models`).then(
      () => true,
      () => false,
    )
    if (isUp) return url
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const referenceOf = async (...requests: readonly object[]): Promise<readonly Reference[]> =>
  (await printedBy(python, join(HERE, 'llama_reference.py'), model, JSON.stringify(requests))) as readonly Reference[]

interface LogProbs {
  readonly tokens: readonly string[]
  readonly token_logprobs: readonly (number | null)[]
}

async function completed(body: object): Promise<{ readonly text: string; readonly logprobs: LogProbs }> {
  const answer = await fetch(`${real}/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny', ...body }),
  })
  const { choices } = (await answer.json()) as { readonly choices: readonly { text: string; logprobs: LogProbs }[] }
  return choices[0] ?? expect.unreachable('it answers')
}

const farthest = (found: readonly (number | null)[], expected: readonly number[]): number =>
  Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? Number.NaN))))

/** A run of two episodes of a model behind an address. */
async function played(name: string, baseUrl: string) {
  const options = `baseUrl=${baseUrl},model=tiny,evidence=true,maxTokens=6,retries=0`
  const agent = ['--agent', `chat:${options}`, '--groups', '1', '--group-size', '2', '--max-steps', '3']
  const { code, json } = await runJson(['rollout', '--env', 'guess-number', ...agent, '--out', name], { folder })
  expect([code, json.error]).toEqual([0, undefined])
  return Array.from(readRun(join(folder, name)).trajectories(), ({ trajectory }) => trajectory.steps)
}

describe.skipIf(ASKED === undefined)('the server of llama-cpp-python', () => {
  const PROMPT = 'the inn on the other hand'

  it('gives the log-probabilities of what it samples, and more tokens than asked for where a character is unfinished', async () => {
    const { logprobs } = await completed({ prompt: PROMPT, max_tokens: 8, temperature: 0, logprobs: 1 })
    const count = logprobs.token_logprobs.length
    expect(count).toBeGreaterThanOrEqual(8)
    const [reference] = await referenceOf({ text: PROMPT, greedy: count })
    expect(farthest(logprobs.token_logprobs, reference?.logProbs.slice(-count) ?? [])).toBeLessThan(BOUND)
  })

  it('gives with echo each token under the row after it, so that none of its log-probabilities of a prompt can be used', async () => {
    const { logprobs } = await completed({ prompt: PROMPT, max_tokens: 1, temperature: 0, logprobs: 1, echo: true })
    const [{ ids, logProbs, shifted } = NO_REFERENCE] = await referenceOf({ text: PROMPT })
    const echoed = logprobs.token_logprobs.slice(1, ids.length)
    expect(ids.length).toBeGreaterThan(10)
    expect(farthest(echoed, shifted.slice(1))).toBeLessThan(BOUND)
    expect(farthest(echoed, logProbs)).toBeGreaterThan(0.1)
  })

  it.each(['echo', 'vllm'] as const)(
    'takes no prompt of ids, so that the form `%s` scores nothing with it',
    async (form) => {
      const scorer = openEndpointScorer({ baseUrl: real, model: 'tiny', form, retries: 0 })
      closeAfterTest(() => scorer.close())
      await expect(scorer.score([{ promptTokenIds: [1, 2], actionTokenIds: [3] }])).rejects.toMatchObject({
        code: 'MODEL_FAILED',
        message: expect.stringContaining('Input should be a valid string'),
      })
    },
  )

  it('plays, and its steps have no evidence, as it names no token ids', async () => {
    const episodes = await played('real', real)
    expect(episodes.map((steps) => steps.length)).toEqual([3, 3])
    for (const step of episodes.flat()) expect([typeof step.action, step.evidence]).toEqual(['string', undefined])
  })
})

describe.skipIf(ASKED === undefined)('a fixture that names token ids as vLLM does', () => {
  it('is scored by the form `vllm` as by the logits', async () => {
    const [reference] = await referenceOf({ text: 'the inn on the other hand' })
    const ids = reference?.ids ?? []
    const scorer = openEndpointScorer({ baseUrl: fixture, model: 'tiny', retries: 0 })
    const scored = await scorer.score([{ promptTokenIds: ids.slice(0, 3), actionTokenIds: ids.slice(3) }])
    expect(scored[0]).toEqual({ logProbs: expect.any(Array) })
    const found = scored[0] && 'logProbs' in scored[0] ? [...scored[0].logProbs] : []
    expect(farthest(found, reference?.logProbs.slice(2) ?? [])).toBeLessThan(BOUND)
    await scorer.close()
  })

  it('plays, and each step has the ids that were sampled, with their log-probabilities, over all turns', async () => {
    const steps = (await played('fixture', fixture)).flat()
    const sampled = (await (await fetch(`${fixture}/sampled`)).json()) as readonly {
      readonly prompt: readonly number[]
      readonly ids: readonly number[]
    }[]
    expect([steps.length, sampled.length]).toEqual([6, 6])
    const evidence = steps.map((step) =>
      step.evidence?.kind === 'token' ? step.evidence : expect.unreachable('it has ids'),
    )
    const references = await referenceOf(
      ...evidence.map(({ promptTokenIds, actionTokenIds }) => ({ ids: [...promptTokenIds, ...actionTokenIds] })),
    )
    for (const [at, { promptTokenIds, actionTokenIds, logProbs }] of evidence.entries()) {
      expect(sampled).toContainEqual({ prompt: promptTokenIds, ids: actionTokenIds })
      const expected = references[at]?.logProbs.slice(promptTokenIds.length - 1) ?? []
      expect(expected).toHaveLength(logProbs.length)
      expect(farthest(logProbs, expected)).toBeLessThan(BOUND)
    }
  })
})
