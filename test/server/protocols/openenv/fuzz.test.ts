import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../core/data/types.ts'
import { connected, quiet, served } from '../../../support/server/client.ts'
import { echo } from '../../../support/server/worlds.ts'

const CODES = ['INVALID_JSON', 'UNKNOWN_TYPE', 'VALIDATION_ERROR', 'EXECUTION_ERROR']

const field = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant('one'), fc.constant('g'), fc.nat(3))
const resetData = fc.record(
  {
    seed: field,
    episode_id: field,
    task: field,
    split: field,
    index: field,
    group_id: field,
    group_size: field,
    member: field,
    max_steps: field,
    agent: field,
    stragglers: field,
    group_deadline_s: field,
  },
  { requiredKeys: [] },
)
const stepData = fc.oneof(
  fc.record({ action: fc.constantFrom<Json>('on', 'stop', 'throw', 7, null) }),
  fc.record({ action: field, metadata: field }, { requiredKeys: [] }),
)
const request = fc.oneof(
  fc.record({ type: fc.constant('reset'), data: resetData }),
  fc.constant({ type: 'reset', data: {} }),
  fc.record({ type: fc.constant('step'), data: stepData }),
  fc.constant({ type: 'state' }),
  fc.record({ type: fc.constantFrom('mcp', 'dance', 'step'), data: fc.jsonValue() }),
)
const frame = fc.oneof(
  { weight: 6, arbitrary: request.map((message) => JSON.stringify(message)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: request.map((message) => JSON.stringify(message).slice(0, -2)) },
)

describe('a session of the openenv dialect', () => {
  it('answers any input with one frame of the protocol each, and leaves nothing behind', async () => {
    const server = await served([echo], { limits: { groupMs: 60 } })
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 25 }), async (frames) => {
        const client = await connected(server)
        for (const text of frames) {
          client.raw(text)
          const { type, data } = await client.next()
          expect(['observation', 'state', 'error', 'mcp']).toContain(type)
          if (type === 'error') expect(CODES).toContain(data.code)
          if (type === 'observation') expect(data).toMatchObject({ observation: { text: expect.any(String) } })
        }
        expect(client.frames).toHaveLength(frames.length)
        expect((await client.ask({ type: 'state' })).type).toBe('state')
        client.socket.close()
      }),
      { numRuns: 60 },
    )
    await quiet(server)
  })
})
