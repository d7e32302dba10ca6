import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resetFrame, resultIn, stateIn, unaskedIn } from '../../../agents/remote/openenv-frames.ts'
import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'

const reply = (data: unknown): string => JSON.stringify({ type: 'observation', data })

describe('frames of OpenEnv', () => {
  it('write a seed beyond 2^53 with all its digits, and nothing but type and data', () => {
    expect(resetFrame({ seed: '9223372036854775809', task: 'a' })).toBe(
      '{"type":"reset","data":{"seed":9223372036854775809,"task":"a"}}',
    )
    expect(resetFrame({ seed: '12' })).toBe('{"type":"reset","data":{"seed":12}}')
    expect(JSON.parse(resetFrame({ seed: 3, split: 'test' }))).toEqual({
      type: 'reset',
      data: { seed: 3, split: 'test' },
    })
    expect(resetFrame({})).toBe('{"type":"reset","data":{}}')
  })

  it.each(['1e3', '-1', '1,"x":2', '', '01'])('refuse the seed %j', (seed) => {
    expect(() => resetFrame({ seed })).toThrow(expect.objectContaining({ code: 'SEED_INVALID' }))
  })

  it.each([
    [
      { observation: { a: 1 }, reward: 0.5, done: false },
      { observation: { a: 1 }, reward: 0.5, done: false, extra: {} },
    ],
    [
      { observation: {}, reward: true, done: true, info: 1 },
      { observation: {}, reward: 1, done: true, extra: { info: 1 } },
    ],
    [
      { observation: {}, done: false },
      { observation: {}, reward: null, done: false, extra: {} },
    ],
  ])('read the result %j', (data, result) => {
    expect(resultIn(reply(data))).toEqual(result)
  })

  it('read the numbers that Python adds to JSON as absent, and texts that look like them as they are', () => {
    const text =
      '{"type":"observation","data":{"observation":{"text":"NaN \\\\\\"Infinity"},"reward":NaN,"done":false,"b":[-Infinity]}}'
    expect(resultIn(text)).toEqual({
      observation: { text: 'NaN \\"Infinity' },
      reward: null,
      done: false,
      extra: { b: [null] },
    })
  })

  it.each([
    '',
    '[]',
    'null',
    '{"type":"observation"}',
    '{"type":"state","data":{}}',
    reply({ observation: 'text', reward: 1, done: false }),
    reply({ observation: {}, reward: '1', done: false }),
    reply({ observation: {}, reward: 1 }),
    reply({ observation: {}, reward: 1, done: 'no' }),
  ])('refuse %j as a result', (text) => {
    expect(() => resultIn(text)).toThrow(expect.objectContaining({ code: 'FRAME_INVALID' }))
  })

  it.each([
    [{ message: 'x', code: 'EXECUTION_ERROR' }, 'ENV_FAILED', 'EXECUTION_ERROR: x'],
    [{ message: 'x', code: 'VALIDATION_ERROR', gym_code: 'TASK_UNKNOWN' }, 'TASK_UNKNOWN', 'x'],
    [{ message: 'x', code: 'CAPACITY_REACHED' }, 'CAPACITY_REACHED', 'x'],
    [{ message: 'x', code: 'OF_TOMORROW' }, 'ENV_FAILED', 'OF_TOMORROW: x'],
    [{ code: 'constructor' }, 'ENV_FAILED', 'constructor: the server gave no message'],
    [7, 'ENV_FAILED', 'an error without a code: the server gave no message'],
  ])('throw the error %j as %s', (data, code, message) => {
    expect(() => stateIn(JSON.stringify({ type: 'error', data }))).toThrow(expect.objectContaining({ code, message }))
    expect(unaskedIn(JSON.stringify({ type: 'error', data }))).toMatchObject({ code, message })
  })

  it('never throw anything but our errors, for any input', () => {
    const frames = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((data) => JSON.stringify({ type: 'observation', data })),
    )
    fc.assert(
      fc.property(frames, (text) => {
        try {
          const { observation, done }: { observation: JsonObject; done: boolean } = resultIn(text)
          expect([typeof observation, typeof done]).toEqual(['object', 'boolean'])
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GymError)
        }
      }),
    )
  })
})
