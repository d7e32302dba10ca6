import { describe, expect, it } from 'vitest'
import type { Json } from '../../../core/data/types.ts'
import { messageIn, outcomeIn, shownIn, spacesIn } from '../../../envs/gymnasium/answers.ts'
import { Bridge } from '../../../envs/gymnasium/bridge.ts'
import { readGymnasiumEntries } from '../../../envs/gymnasium/entries.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { failureOf } from './failure.ts'

const FAKE = new URL('fake-bridge.mjs', import.meta.url).pathname
const PROGRAM = { command: process.execPath, args: [FAKE], env: {}, inherit: [] }
const LIMITS = { startMs: 30_000, callMs: 30_000 }

async function started(id: string, python = 'python3', program = PROGRAM): Promise<Bridge> {
  const entry = readGymnasiumEntries({ e: { gymnasium: id, python } }).get('e')
  if (!entry) return expect.unreachable('it is configured')
  const bridge = await Bridge.start(entry, LIMITS, program)
  closeAfterTest(() => bridge.close())
  return bridge
}

describe('a process with an environment', () => {
  // One test, so that the processes start at once.
  it('is lost where it misbehaves, with the reason, and no other is', async () => {
    const reasons: Readonly<Record<string, string>> = {
      hangs: 'it did not answer within 200 ms',
      'computes without end': 'it did not answer within 200 ms',
      crashes: 'it ended (exit code 3)',
      'writes garbage': 'it wrote something that is not a message',
      'writes without end': 'it wrote more than 16777216 bytes for one request',
      'answers another request': 'it answered with something that is not the answer to its request',
      'speaks unasked': 'it wrote something that was not asked for',
      throws: 'the environment failed: ValueError: it broke',
    }
    const good = await started('echo')
    const found = await Promise.all(
      Object.keys(reasons).map(async (id) => {
        const bridge = await started(id)
        const ms = /hangs|computes/.test(id) ? 200 : 30_000
        const { why } = await failureOf(() => bridge.ask({ do: 'step' }, ms))
        const again = await failureOf(() => bridge.ask({ do: 'step' }, ms))
        return [id, why, again.why === why, bridge.isRunning]
      }),
    )
    expect(found).toEqual(
      Object.entries(reasons).map(([id, reason]) => [id, `the Gymnasium process is lost: ${reason}`, true, false]),
    )
    expect(await good.ask({ do: 'step' }, 30_000)).toEqual({ observation: 'seen' })
  })

  it('says what to do where it cannot start', async () => {
    const advices: Readonly<Record<string, RegExp>> = {
      missing: /cannot be opened by python3: ModuleNotFoundError.*install it with `python3 -m pip install gymnasium`/,
      broken: /ImportError: cannot import name x: its field `module` is imported/,
      dies: /it ended \(exit code 1\); it wrote: MemoryError/,
    }
    const found = await Promise.all(Object.keys(advices).map((id) => failureOf(() => started(id))))
    for (const [at, advice] of Object.values(advices).entries())
      expect(found[at]).toEqual({ code: 'CONFIG_INVALID', why: expect.stringMatching(advice) })
    const nowhere = { ...PROGRAM, command: '/nowhere/python' }
    expect(await failureOf(() => started('echo', '/nowhere/python', nowhere))).toEqual({
      code: 'CONFIG_INVALID',
      why: expect.stringMatching(/\/nowhere\/python cannot be started .*name one in `python`/),
    })
  })

  it('takes one request at a time, and none that was given up', async () => {
    const bridge = await started('hangs')
    const stop = new AbortController()
    const waiting = failureOf(() => bridge.ask({ do: 'step' }, 30_000, stop.signal))
    await expect(bridge.ask({ do: 'step' }, 30_000)).rejects.toThrow('busy with another request')
    stop.abort()
    expect((await waiting).why).toContain('the request was given up')
  })
})

describe('an answer of a bridge', () => {
  const stepped = { observation: 1, reward: 1, terminated: false, truncated: false }

  it.each<[string, (answer: Json) => unknown, Json]>([
    ['no object', outcomeIn, [1]],
    ['no observation', shownIn, { info: {} }],
    ['a rendering that is no text', shownIn, { observation: 1, rendering: 1 }],
    ['info that is no object', shownIn, { observation: 1, info: [] }],
    ['a space of parts', shownIn, { observation: 1, discrete: { start: 0.5, n: 2 } }],
    ['a mask of texts', shownIn, { observation: 1, mask: ['a'] }],
    ['an end that is no flag', outcomeIn, { ...stepped, terminated: 'no' }],
    ['a reward that is no number', outcomeIn, { ...stepped, reward: 'much' }],
    ['one space only', spacesIn, { action: {} }],
  ])('with %s is refused', (_, read, answer) => {
    expect(() => read(answer)).toThrow('it answered with something that is not the answer to its request')
  })

  it.each(['hello', '[1]', '', `${'['.repeat(50_000)}`, '{"a":NaN}'])(
    'is refused where it is not a message: %.20s',
    (line) => {
      expect(() => messageIn(line)).toThrow('it wrote something that is not a message')
    },
  )
})
