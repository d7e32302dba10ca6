import { describe, expect, it } from 'vitest'
import { chosenOptions } from '../../core/data/options.ts'
import { createAgent, defineAgent } from '../../core/rollout/agent-factory.ts'

const DEFAULTS = { count: 3, name: 'x', isOn: false, list: [1], map: { a: 1 }, any: null }

describe('chosenOptions', () => {
  it('lays what was chosen over the defaults and changes neither', () => {
    const defaults = Object.freeze({ ...DEFAULTS })
    expect(chosenOptions('it', defaults, {})).toEqual(DEFAULTS)
    expect(chosenOptions('it', defaults, { count: 4, list: [] })).toEqual({ ...DEFAULTS, count: 4, list: [] })
  })

  it.each([{ count: '4' }, { count: null }, { name: 1 }, { isOn: 0 }, { list: {} }, { map: [] }, { map: null }])(
    'refuses another kind of value: %j',
    (chosen) => {
      const message = expect.stringMatching(/^option \w+ of it is an? \w+, not /)
      expect(() => chosenOptions('it', DEFAULTS, chosen)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message }),
      )
    },
  )

  it.each([1, 'a', null, [], {}])('takes %j where the default is null', (any) => {
    expect(chosenOptions('it', DEFAULTS, { any })).toEqual({ ...DEFAULTS, any })
  })

  it('refuses names that it does not know, inherited ones too', () => {
    expect(() => chosenOptions('it', DEFAULTS, { cuont: 1 })).toThrow(
      'it has no option cuont: did you mean count? It has count, name',
    )
    expect(() => chosenOptions('it', {}, { a: 1 })).toThrow('it has none')
    expect(() => chosenOptions('it', DEFAULTS, { toString: 'x' })).toThrow('it has no option toString')
  })
})

describe('an agent factory', () => {
  const factory = defineAgent({
    name: 'greeter',
    options: { greeting: 'hello' },
    create: ({ greeting }) => ({ name: 'greeter', act: () => ({ action: greeting }) }),
  })

  it('gets its defaults with what was chosen over them', async () => {
    const act = async (agent: ReturnType<typeof createAgent>): Promise<unknown> =>
      (await agent).act({
        observation: '',
        history: [],
        actions: null,
        get rng(): never {
          throw new Error('unused')
        },
        signal: AbortSignal.abort(),
      })
    expect(await act(createAgent(factory))).toEqual({ action: 'hello' })
    expect(await act(createAgent(factory, { greeting: 'hi' }))).toEqual({ action: 'hi' })
  })

  it('has a name that can be a file', () => {
    expect(() => defineAgent({ name: 'My Agent', create: factory.create })).toThrow(
      expect.objectContaining({ code: 'AGENT_INVALID' }),
    )
  })
})
