import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ActionParser, problem } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { exampleAction, exampleOfSchema } from '../../core/episode/example.ts'

const acting = (action: ActionParser<unknown>, examples?: readonly string[]) =>
  defineEnvironment({
    id: 'acting@1',
    maxSteps: 1,
    action,
    reset: () => ({}),
    step: (state) => ({ state, reward: 0, terminated: true }),
    observe: { text: () => '' },
    ...(examples && { examples }),
  })

describe('an example action', () => {
  it('is the first that the environment gives', () => {
    expect(exampleAction(acting((raw) => raw, ['go', 'stop']) as never)).toBe('go')
  })

  it.each([
    ['texts', z.string().min(6)],
    ['choices', z.enum(['left', 'right'])],
    ['numbers within bounds', z.number().int().min(3).max(9)],
    ['negative numbers', z.number().int().max(-4)],
    ['numbers between bounds that are excluded', z.number().gt(1.5).lt(3)],
    ['nested fields', z.object({ at: z.object({ x: z.number(), y: z.number() }), note: z.string().optional() })],
    ['lists', z.array(z.boolean()).min(2)],
    ['one of several forms', z.union([z.object({ say: z.string() }), z.object({ wait: z.literal(true) })])],
    ['fields with defaults', z.object({ by: z.number().default(2) })],
  ])('is made of a schema of %s, and its parser reads it', (_, schema) => {
    const environment = acting(schema as never)
    const made = exampleAction(environment as never)
    expect(schema.safeParse(made).success).toBe(true)
  })

  it('is not there if the parser refuses what the schema allows, or nothing says how actions look', () => {
    const choosy = { parse: () => problem('never'), jsonSchema: { type: 'string' } }
    const failing = {
      parse: (): never => {
        throw new Error('no')
      },
      jsonSchema: { type: 'string' },
    }
    for (const parser of [choosy, failing, (raw: unknown) => raw])
      expect(exampleAction(acting(parser) as never)).toBeNull()
  })

  it('is not looked for endlessly in a schema that contains itself', () => {
    const schema: Record<string, unknown> = { type: 'object', required: ['next'] }
    schema.properties = { next: schema }
    expect(exampleOfSchema(schema)).toBeUndefined()
  })
})
