import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../../../core/data/errors.ts'
import {
  AUTORESETS,
  DELIVERIES,
  encodeRequest,
  parseRequest,
  type VectorRequest,
} from '../../../../../core/protocol/index.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })
const whole = fc.nat(5000)
const action = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as never)
const option = { requiredKeys: [] as [] }

const start = fc
  .tuple(
    fc.oneof(fc.constant({}), fc.record({ task: name }), fc.record({ split: name, index: whole })),
    fc.record({ seed: whole, maxSteps: whole.map((n) => n + 1), member: whole }, option),
  )
  .map(([task, rest]) => ({ ...task, ...rest }))

const slotLists = fc.uniqueArray(whole, { maxLength: 8 })

const requests: fc.Arbitrary<VectorRequest> = fc.oneof(
  fc
    .tuple(
      name,
      fc.array(start, { minLength: 1, maxLength: 5 }),
      fc.record(
        { autoreset: fc.constantFrom(...AUTORESETS), delivery: fc.constantFrom(...DELIVERIES), agent: name },
        option,
      ),
    )
    .map(([id, slots, rest]) => ({ type: 'vector.open' as const, id, slots, ...rest })),
  fc.tuple(name, slotLists, action).map(([vector, slots, one]) => ({
    type: 'vector.step' as const,
    id: 7,
    vector,
    slots,
    actions: slots.map(() => one),
  })),
  fc.record({ type: fc.constant('vector.step' as const), id: whole, vector: name, actions: fc.array(action) }),
  fc.tuple(name, slotLists, start).map(([vector, slots, one]) => ({
    type: 'vector.reset' as const,
    id: 'r',
    ack: 3,
    vector,
    slots,
    starts: slots.map(() => one),
  })),
  fc.record({ type: fc.constant('vector.close' as const), id: whole, vector: name }),
)

const codeOf = (act: () => unknown): string => {
  try {
    act()
    return 'read'
  } catch (thrown) {
    return thrown instanceof GymError ? thrown.code : `not ours: ${thrown}`
  }
}

describe('frames of vector mode', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(parseRequest(JSON.parse(encodeRequest(request)))).toEqual(request)
      }),
    )
  })

  it('are read or refused with a code, with any value in a field', () => {
    const damage = fc.tuple(
      requests,
      fc.nat(),
      fc.oneof(fc.jsonValue(), fc.constant([0, 0]), fc.constant([{ seed: -1 }])),
    )
    fc.assert(
      fc.property(damage, ([request, at, value]) => {
        const fields = Object.keys(request).filter((field) => field !== 'type')
        const damaged = { ...request, [fields[at % fields.length] ?? 'id']: value }
        expect(['read', 'FRAME_INVALID', 'SEED_INVALID']).toContain(codeOf(() => parseRequest<unknown>(damaged)))
      }),
      { numRuns: 1000 },
    )
  })

  it('have no fields but their own', () => {
    fc.assert(
      fc.property(requests, name, (request, other) => {
        const field = `x-${other}`
        expect(codeOf(() => parseRequest<unknown>({ ...request, [field]: 1 }))).toBe('FRAME_INVALID')
      }),
    )
  })

  it.each([
    { type: 'vector.open', id: 1, slots: [] },
    { type: 'vector.open', id: 1, slots: [1] },
    { type: 'vector.open', id: 1, slots: [{ task: 'a', split: 'b' }] },
    { type: 'vector.open', id: 1, slots: [{ id: 1 }] },
    { type: 'vector.open', id: 1, slots: [{ index: 1 }] },
    { type: 'vector.open', id: 1, slots: [{}], autoreset: 'SAME_STEP' },
    { type: 'vector.open', id: 1, slots: [{ group: { id: 'g', size: 1 } }], autoreset: 'next-step' },
    { type: 'vector.step', id: 1, vector: 'v' },
    { type: 'vector.step', id: 1, vector: 'v', actions: 'a' },
    { type: 'vector.step', id: 1, vector: 'v', slots: [0], actions: [] },
    { type: 'vector.step', id: 1, vector: 'v', slots: [0, 0], actions: ['a', 'b'] },
    { type: 'vector.step', id: 1, vector: 'v', slots: [-1], actions: ['a'] },
    { type: 'vector.step', id: 1, vector: 'v', slots: [0.5], actions: ['a'] },
    { type: 'vector.step', id: 1, vector: 'v', actions: ['a'], evidence: [] },
    { type: 'vector.reset', id: 1, vector: 'v', slots: [0], starts: [{}, {}] },
    { type: 'vector.close', id: 1 },
  ])('%j is refused', (frame) => {
    expect(codeOf(() => parseRequest<unknown>(frame))).toBe('FRAME_INVALID')
  })

  it('carry infinities of evidence as Python writes them', () => {
    const text = encodeRequest({
      type: 'vector.step',
      id: 1,
      vector: 'v',
      actions: ['a', 'b'],
      evidence: [{ logProb: Number.NEGATIVE_INFINITY } as never, null],
    })
    expect(text).toContain('"evidence":[{"logProb":-Infinity},null]')
  })
})
