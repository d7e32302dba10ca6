import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import {
  encodeFrame,
  encodeRequest,
  parseRequest,
  parseServerFrame,
  type Request,
  requestIdOf,
} from '../../core/protocol/index.ts'

const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/\p{Surrogate}/u.test(text))
const id = fc.oneof(name, fc.integer())
const count = fc.nat()
const positive = fc.integer({ min: 1, max: 1000 })
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))

/** A record whose other fields may be absent. */
const shaped = (type: string, fields: Record<string, fc.Arbitrary<unknown>>, required: readonly string[] = []) =>
  fc.record(
    { type: fc.constant(type), id, ack: count, ...fields },
    { requiredKeys: ['type', 'id', ...required] as never[] },
  )

const request = fc.record(
  {
    estimator: name,
    options: fc.dictionary(
      name,
      fc.oneof(fc.boolean(), fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }), name),
    ),
    recipe: name,
    progress: fc.double({ min: 0, max: 1, noNaN: true }),
    as: name,
  },
  { requiredKeys: ['estimator'] },
)
const several = {
  minLength: 1,
  maxLength: 16,
  selector: (each: { as?: string; estimator: string }) => each.as ?? each.estimator,
}
const terms = {
  stragglers: fc.constantFrom('truncate', 'abort', 'wait'),
  deadlineMs: positive,
  replacements: count,
  credit: fc.uniqueArray(request, several),
}
const requests = fc.oneof(
  shaped('reset', {
    task: fc.string(),
    seed: fc.oneof(count, fc.constant('18446744073709551615')),
    maxSteps: positive,
    agent: name,
    member: count,
    group: fc.record({ id: name, size: positive, ...terms }, { requiredKeys: ['id'] }),
  }),
  shaped('reset', { split: fc.string(), index: count }, ['split']),
  shaped('step', { episode: name, action: json, index: count, evidence: fc.dictionary(name, json) }, [
    'episode',
    'action',
  ]),
  shaped('observe', { episode: name, view: name, tools: fc.boolean() }, ['episode']),
  shaped('snapshot', { episode: name, sealed: fc.boolean() }, ['episode']),
  shaped('fork', { snapshot: name, count: positive, rng: fc.constantFrom('fresh', 'common'), number: count }, [
    'snapshot',
  ]),
  shaped('fork', { episode: name }, ['episode']),
  shaped('restore', { sealed: name, agent: name }, ['sealed']),
  shaped('group', { size: positive, ...terms }, ['size']),
  shaped('tasks', { split: fc.string(), offset: count, limit: positive }),
  shaped('subscribe', { events: fc.subarray(['rewards', 'group.closed', 'ended']) }, ['events']),
  shaped('resume', { session: fc.string(), lastSeq: count }, ['session', 'lastSeq']),
  shaped('close', { episode: name }),
  shaped('close', { snapshot: name }, ['snapshot']),
)

const read = (text: string): unknown => parseRequest(JSON.parse(text))
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'nothing was thrown'
  } catch (thrown) {
    return thrown instanceof GymError ? thrown.code : String(thrown)
  }
}

const REFUSALS = ['FRAME_INVALID', 'FRAME_UNKNOWN', 'SEED_INVALID']

/** Values that no request may have in the field. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  type: ['jump', '', 3, null, {}],
  id: [1.5, '', '\ud800', true, null, [], {}],
  ack: [-1, 0.5, '1', true, [], {}],
  episode: [3, true, [], {}],
  seed: [-1, 0.5, 'one', true, {}],
  task: [3, true, [], {}],
  size: [0, -1, 1.5, '2', true, []],
  count: [0, -1, 1.5, '2', true],
  offset: [-1, 0.5, '1', true],
  rng: ['other', 3, true],
  sealed: [1, {}, []],
  credit: ['grpo', 3, {}, [3]],
  events: ['rewards', {}, ['everything']],
}

describe('frames of the native dialect', () => {
  it('read as they were written, with any fields', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plain: Request = JSON.parse(JSON.stringify(request))
        expect(read(encodeRequest(plain))).toEqual(plain)
      }),
    )
  })

  it('are refused for a field that they have not, at any depth', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom('__proto__', 'constructor', 'ID', 'kind'), (request, extra) => {
        const text = JSON.stringify(request)
        expect(codeOf(() => read(`${text.slice(0, -1)},${JSON.stringify(extra)}:1}`))).toBe('FRAME_INVALID')
      }),
    )
    const nested = '{"type":"reset","id":1,"group":{"id":"g","colour":1}}'
    expect(() => read(nested)).toThrow('group of reset has no field "colour"')
  })

  it('are refused with a code of the protocol if a field has a value that it cannot have', () => {
    const broken = requests.chain((request) =>
      fc
        .constantFrom(...Object.keys(request).filter((field) => field in WRONG))
        .chain((field) => fc.constantFrom(...(WRONG[field] ?? [])).map((value) => ({ ...request, [field]: value }))),
    )
    fc.assert(
      fc.property(broken, (frame) => {
        expect(REFUSALS).toContain(codeOf(() => parseRequest(frame)))
      }),
      { numRuns: 500 },
    )
  })

  it('lead to no other error, with any content', () => {
    const frames = fc.oneof(
      fc.dictionary(fc.string(), json),
      fc.tuple(requests, fc.constantFrom(...Object.keys(WRONG)), json).map(([request, field, value]) => ({
        ...request,
        [field]: value,
      })),
    )
    fc.assert(
      fc.property(frames, (frame) => {
        expect([...REFUSALS, 'nothing was thrown']).toContain(codeOf(() => parseRequest(frame)))
      }),
    )
  })

  it.each([
    ['{"type":"jump","id":1}', 'FRAME_UNKNOWN'],
    ['{"type":"constructor","id":1}', 'FRAME_UNKNOWN'],
    ['{"type":"step","id":1,"episode":"e"}', 'FRAME_INVALID'],
    ['{"type":"step","id":1.5,"episode":"e","action":1}', 'FRAME_INVALID'],
    ['{"type":"step","episode":"e","action":1}', 'FRAME_INVALID'],
    ['{"type":"step","id":"","episode":"e","action":1}', 'FRAME_INVALID'],
    ['{"type":"step","id":"\\ud800","episode":"e","action":1}', 'FRAME_INVALID'],
    ['{"type":"reset","id":1,"seed":-1}', 'SEED_INVALID'],
    ['{"type":"reset","id":1,"task":"a","split":"train"}', 'FRAME_INVALID'],
    ['{"type":"reset","id":1,"index":3}', 'FRAME_INVALID'],
    ['{"type":"fork","id":1}', 'FRAME_INVALID'],
    ['{"type":"fork","id":1,"episode":"e","snapshot":"s"}', 'FRAME_INVALID'],
    ['{"type":"close","id":1,"episode":"e","snapshot":"s"}', 'FRAME_INVALID'],
    ['{"type":"group","id":1}', 'FRAME_INVALID'],
    ['{"type":"subscribe","id":1,"events":["everything"]}', 'FRAME_INVALID'],
  ])('refuse %s as %s', (text, code) => {
    expect(codeOf(() => read(text))).toBe(code)
  })

  it('have an action even if it is null, and no field where one is null', () => {
    expect(read('{"type":"step","id":1,"episode":"e","action":null,"ack":null}')).toEqual({
      type: 'step',
      id: 1,
      episode: 'e',
      action: null,
    })
  })

  it('carry log-probabilities of what could not be chosen', () => {
    const sampling = { policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 }
    const evidence = {
      kind: 'categorical',
      ...sampling,
      actions: ['a', 'b'],
      index: 0,
      logProb: 0,
      logProbs: [0, -1 / 0],
    } as const
    expect(encodeRequest({ type: 'step', id: 1, episode: 'e', action: 'a', evidence })).toContain(
      '"logProbs":[0,-Infinity]',
    )
  })

  it('give the id of a frame that is wrong otherwise, and null if it has none', () => {
    expect(requestIdOf({ id: 7, type: [] })).toBe(7)
    expect(requestIdOf({ id: {} })).toBe(null)
    expect(requestIdOf([])).toBe(null)
    expect(requestIdOf({})).toBe(null)
  })

  it('from the server read as they were written', () => {
    const frame = { type: 'error', id: 3, seq: 9, code: 'FORBIDDEN', message: 'no' } as const
    expect(parseServerFrame(encodeFrame(frame))).toEqual(frame)
    for (const text of ['[]', '{', '{"id":1}']) expect(codeOf(() => parseServerFrame(text))).toBe('FRAME_INVALID')
  })
})
