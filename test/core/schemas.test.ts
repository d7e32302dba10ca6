import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkEnvironment } from '../../core/check/environment.ts'
import { GymError } from '../../core/data/errors.ts'
import type { Json } from '../../core/data/types.ts'
import { fullMessageOf } from '../../core/data/user-code.ts'
import { type ActionParser, parserOf, schemaOf } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { schemasOf } from '../../server/http/routes.ts'

const base = { id: 'mover@1', maxSteps: 9, reset: () => ({ at: 0, last: '' }) } as const
const observe = { text: ({ at, last }: { readonly at: number; readonly last: string }) => `${last} to ${at}` }
const rest = { observe, examples: [{ verb: 'left', by: 1 }] }
const moved = (
  state: { readonly at: number },
  { verb, by }: { readonly verb: 'left' | 'right'; readonly by: number },
) => ({ state: { at: state.at + (verb === 'left' ? -by : by), last: verb }, reward: 0, terminated: false }) as const

/** One action in the three libraries; `step` gets its type from each of them. */
const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  zod: defineEnvironment({
    ...base,
    action: z.object({ verb: z.enum(['left', 'right']), by: z.number() }),
    step: (state, action) => moved(state, action),
    ...rest,
  }),
  valibot: defineEnvironment({
    ...base,
    action: toStandardJsonSchema(v.object({ verb: v.picklist(['left', 'right']), by: v.number() })),
    step: (state, action) => moved(state, action),
    ...rest,
  }),
  arktype: defineEnvironment({
    ...base,
    action: type({ verb: "'left'|'right'", by: 'number' }),
    step: (state, action) => moved(state, action),
    ...rest,
  }),
}

async function taken(environment: Environment, action: Json) {
  const world = await openWorld(environment)
  const episode = await startEpisode(world, { task: world.tasks.byId('default'), seed: 1 })
  const step = await episode.step(action)
  return { ...step, text: episode.text(), ending: episode.ending }
}

describe.each(Object.keys(ENVIRONMENTS))('an action schema of %s', (library) => {
  const environment = ENVIRONMENTS[library] as Environment

  it('lets pass what fits', async () => {
    const { isActionValid, text } = await taken(environment, { verb: 'right', by: 2 })
    expect([isActionValid, text]).toEqual([true, 'right to 2'])
  })

  it.each<readonly [string, Json, RegExp]>([
    ['a value of another kind', { verb: 'right', by: 'far' }, /^by\b.*number/i],
    ['a word outside the choices', { verb: 'up', by: 1 }, /^verb\b.*"left"/],
    ['a missing field', { verb: 'left' }, /^by\b/],
    ['a text', 'left', /object/i],
    ['null', null, /object/i],
    ['a list', [], /\S/],
  ])('refuses %s as a step that explains it', async (_, action, problem) => {
    const { isActionValid, info, reward, ending } = await taken(environment, action)
    expect({ isActionValid, code: info.code, reward, ending }).toEqual({
      isActionValid: false,
      code: 'ACTION_INVALID',
      reward: 0,
      ending: null,
    })
    expect(info.problem).toMatch(problem)
  })

  it('says its JSON Schema, and the server serves it', async () => {
    const { actionSchema } = environment
    expect(actionSchema).toMatchObject({ type: 'object', properties: { by: { type: 'number' } } })
    expect(actionSchema).toMatchObject({ properties: { verb: { enum: ['left', 'right'] } } })
    expect([...((actionSchema as { readonly required: string[] }).required ?? [])].sort()).toEqual(['by', 'verb'])
    expect(schemasOf(await openWorld(environment), 'mover').action).toMatchObject({
      title: 'MoverAction',
      properties: { by: { type: 'number' }, metadata: {} },
    })
  })

  it('keeps the contract', async () => {
    for await (const { rule, status, detail } of checkEnvironment(environment))
      expect({ rule, status, detail }).not.toMatchObject({ status: 'failed' })
  })
})

describe('an action schema', () => {
  it('is recognised by `~standard` first: zod has a parse that throws, arktype is a function', () => {
    for (const schema of [z.number(), type('number'), v.number()] satisfies ActionParser<number>[]) {
      expect(parserOf<number>(schema)(3)).toBe(3)
      expect(parserOf<number>(schema)('three')).toMatchObject({ message: expect.stringMatching(/number/) })
    }
  })

  it('names no place where an issue is about the whole action', () => {
    const schemas = [z.object({ n: z.number() }), type({ n: 'number' }), v.object({ n: v.number() })]
    for (const schema of schemas satisfies ActionParser<object>[])
      for (const action of ['text', null, 3])
        expect(parserOf<object>(schema)(action)).toMatchObject({ message: expect.not.stringMatching(/^\S*:/) })
    expect(parserOf(type({ n: 'number' }))('text')).toMatchObject({ message: 'must be an object (was a string)' })
  })

  it('passes on what it makes of the action', () => {
    expect(parserOf(z.string().transform((text) => text.length))('four')).toBe(4)
    expect(parserOf(type('string').pipe((text) => text.length))('four')).toBe(4)
    const length = v.pipe(
      v.string(),
      v.transform((text) => text.length),
    )
    expect(parserOf(length)('four')).toBe(4)
  })

  it('is served as null if it has no JSON Schema, or JSON Schema cannot express it', () => {
    expect(schemaOf(v.number())).toBeNull()
    expect(schemaOf(z.object({ at: z.date() }))).toBeNull()
    expect(schemaOf(type('string').pipe((text) => text.length))).toMatchObject({ type: 'string' })
  })

  it.each<readonly [string, ActionParser<unknown>]>([
    ['zod', z.string().refine(async (text) => text.length > 3)],
    [
      'valibot',
      asStandard(
        v.pipeAsync(
          v.string(),
          v.checkAsync(async (text) => text.length > 3),
        ),
      ),
    ],
    ['a promise that fails', { '~standard': { validate: () => Promise.reject(new Error('late')) } }],
  ])('that validates asynchronously is ENV_INVALID: %s', async (_, action) => {
    const environment = defineEnvironment({
      ...base,
      action,
      step: (state) => moved(state, { verb: 'left', by: 1 }),
      ...rest,
    })
    const thrown = await taken(environment, 'left').catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(GymError)
    expect(thrown).toMatchObject({ code: 'ENV_INVALID' })
    expect(fullMessageOf(thrown)).toContain('asynchronously')
  })

  it('explains briefly what is wrong in a hundred places', () => {
    const numbers = Array.from({ length: 100 }, () => 'x'.repeat(500))
    const read = parserOf(z.array(z.number()))(numbers) as { readonly message: string }
    expect(read.message).toMatch(/^0: .*; 95 more$/)
    const echoed = parserOf(type("'a'|'b'"))('x'.repeat(60_000)) as { readonly message: string }
    expect(echoed.message.length).toBeLessThan(1100)
  })

  it('has a reason even if it gives none', () => {
    const mute = { '~standard': { validate: () => ({ issues: [] }) } }
    const empty = { '~standard': { validate: () => ({ issues: [{ message: '', path: ['a'] }] }) } }
    expect(parserOf(mute)(1)).toMatchObject({ message: 'the action does not fit its schema' })
    expect(parserOf(empty)(1)).toMatchObject({ message: 'a: invalid' })
  })
})

/** Valibot types its asynchronous schemas as such; at run time they are Standard Schemas like any other. */
function asStandard(schema: object): ActionParser<unknown> {
  return schema as ActionParser<unknown>
}

describe('an action parser', () => {
  const withParser = (action: ActionParser<unknown>): Environment =>
    defineEnvironment({ ...base, action, step: (state) => moved(state, { verb: 'left', by: 1 }), ...rest })

  it.each<readonly [string, () => never, string]>([
    [
      'an error',
      () => {
        throw new TypeError('say left or right')
      },
      'say left or right',
    ],
    [
      'an error of the package',
      () => {
        throw new GymError('ACTION_INVALID', 'say left')
      },
      'say left',
    ],
    [
      'a text',
      () => {
        throw 'no'
      },
      'no',
    ],
    [
      'nothing to read',
      () => {
        throw new Error('')
      },
      'the action cannot be read',
    ],
  ])('that throws %s refuses the action with that message', async (_, parse, problem) => {
    for (const parser of [parse, { parse, jsonSchema: {} }]) {
      const { isActionValid, info, ending } = await taken(withParser(parser), 'up')
      expect({ isActionValid, info, ending }).toEqual({
        isActionValid: false,
        info: { code: 'ACTION_INVALID', problem },
        ending: null,
      })
    }
  })

  it('that throws refuses also in an environment written without defineEnvironment', async () => {
    const plain: Environment = { ...withParser((raw) => raw), parse: JSON.parse }
    expect(await taken(plain, '{')).toMatchObject({
      isActionValid: false,
      info: { problem: expect.stringMatching(/JSON/) },
    })
  })

  it.each([undefined, null, 'left', 3, {}, { parse: 3 }, { '~standard': {} }])('is not %j: ENV_INVALID', (action) => {
    const make = (): unknown => withParser(action as never)
    expect(make).toThrow(
      expect.objectContaining({ code: 'ENV_INVALID', message: expect.stringContaining('Standard Schema') }),
    )
  })
})
