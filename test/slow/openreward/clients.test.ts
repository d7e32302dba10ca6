import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Trajectory } from '../../../core/data/types.ts'
import guessNumber from '../../../envs/guess-number.ts'
import retail from '../../../envs/tools/retail/index.ts'
import type { GymServer } from '../../../server/listen.ts'
import { newFolder } from '../../support/folder.ts'
import { quiet, served } from '../../support/server/client.ts'
import { echo } from '../../support/server/worlds.ts'
import { hasPython, printedBy, pythonWith } from '../python.ts'
import { runProgram } from '../python-client/kit.ts'
import { cuttingProxy } from './cutting-proxy.ts'

/** The release that docs/open-reward-standard.md names. */
const OPENREWARD = 'openreward==0.1.167'
const SCRIPT = join(import.meta.dirname, 'clients.py')
const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/open-reward-standard.md'), 'utf8')

const play = (python: string, scene: string, url: string): Promise<unknown> => printedBy(python, SCRIPT, scene, url)

describe.skipIf(!hasPython())(`the SDK ${OPENREWARD}, unchanged,`, () => {
  let python = ''
  beforeAll(async () => {
    python = await pythonWith(OPENREWARD)
  })
  const ended: Trajectory[] = []
  const listening = async (...settings: Parameters<typeof served>): Promise<GymServer> => {
    const server = await served(...settings)
    ended.length = 0
    server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
    return server
  }

  it('is the release that the page names', () => {
    expect(PAGE).toContain(`\`${OPENREWARD.replace('==', '` ')}`)
  })

  it('lists splits, tasks and tools', async () => {
    const { url } = await listening([echo])
    expect(await play(python, 'tasks', url)).toEqual({
      splits: ['train', 'test'],
      number: 2,
      listed: [
        { id: 'one', split: 'train', public: { hint: 1 } },
        { id: 'two', split: 'train', public: null },
      ],
      one: 'three',
      range: ['two'],
      tools: ['act'],
      openai: ['action'],
    })
  })

  it('plays an episode, sees its rewards, and is refused after its end', async () => {
    const server = await listening([echo])
    expect(await play(python, 'played', server.url)).toEqual({
      prompt: expect.stringMatching(/two \d+$/),
      detail: expect.objectContaining({ seed: 7, max_steps: 1000 }),
      messages: ['user'],
      tools: ['act'],
      first: ['hello', 5, false],
      rewards: ['env'],
      last: [4, true, 'terminated'],
      late: 'episode_finished',
    })
    expect(ended.map(({ ending, steps }) => [ending, steps.map(({ action }) => action)])).toEqual([
      ['terminated', ['hello', 'stop']],
    ])
    await quiet(server)
  })

  it('reads results whole, whatever is in them', async () => {
    const { url } = await listening([echo])
    expect(await play(python, 'whole', url)).toEqual([true, true, true, true, true])
  })

  it('loses and repeats no step where connections break in the middle of calls', async () => {
    const server = await listening([echo])
    const proxy = await cuttingProxy(Number(new URL(server.url).port), 3)
    const results = await play(python, 'many', proxy.url)
    const expected = Array.from({ length: 16 }, (_, index) =>
      Array.from({ length: 5 }, (_, step) => [`${index} ${step}`, step]),
    )
    expect(results).toEqual(expected)
    expect(proxy.cuts).toBeGreaterThan(10)
    expect(ended.map(({ steps }) => steps.length)).toEqual(Array.from({ length: 16 }, () => 5))
    proxy.close()
    await quiet(server)
  })

  it('raises what a server refuses', async () => {
    const server = await listening([echo], { tokens: [{ role: 'trainer', token: 'trainers-token' }] })
    expect(await play(python, 'refused', server.url)).toEqual({
      token: ['AuthenticationError', null],
      environment: ['SessionResponseError', 404],
      split: ['SessionResponseError', 404],
      index: ['SessionResponseError', 404],
      tool: ['ToolCallError', 'not_found'],
      number: ['ToolCallError', 'input_validation'],
      failure: ['ToolFailed', null],
      toolset: ['SessionResponseError', 422],
    })
    await quiet(server)
  })

  it('calls the tools of an environment in a folder', async () => {
    const { url } = await listening([echo, retail])
    expect(await play(python, 'retail', url)).toEqual({ tools: 17, found: 'Error: user not found', step: 0 })
  })

  it('runs what the page shows', async () => {
    const { url } = await listening([guessNumber])
    const code = [...PAGE.matchAll(/^```python\n([\s\S]*?)^```/gm)].map(([, block = '']) => block).join('\n')
    const file = join(newFolder(), 'snippet.py')
    writeFileSync(file, code.replace('http://127.0.0.1:8000', url))
    const printed = (await runProgram(python, file, {})).trim().split('\n')
    expect(printed.at(-1)).toBe('7')
    expect(printed.join('\n')).toMatch(/\['act'\]\n.*(higher|lower|correct).*'name': 'env'/)
  })
})
