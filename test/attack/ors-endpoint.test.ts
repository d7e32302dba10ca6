import { describe, expect, it } from 'vitest'
import retail from '../../envs/tools/retail/index.ts'
import { quiet, served } from '../support/server/client.ts'
import { OrsClient } from '../support/server/ors-client.ts'

const ODD: readonly unknown[] = [null, true, 0, -1, 1e308, '', 'x', [], [[]], {}, { __proto__: null, a: 1 }]
const CALCULATE = { name: 'calculate', input: { expression: '2 * 3' } }

describe('hostile requests to the addresses of the Open Reward Standard', () => {
  it('with fields of any type are answered, and leave the session as it was', async () => {
    const server = await served([retail])
    const session = await new OrsClient(server).open({ split: 'train', index: 0 })
    for (const odd of ODD)
      for (const [path, body] of [
        ['/create', odd],
        ['/create', { task_spec: odd }],
        ['/create', { split: odd, index: odd }],
        ['/create', { env_name: odd, task_spec: { id: odd } }],
        ['/create_session', { env: odd }],
        ['/call', odd],
        ['/call', { ...CALCULATE, name: odd }],
        ['/call', { ...CALCULATE, input: odd }],
        ['/call', { ...CALCULATE, input: { expression: odd } }],
        ['/call', { ...CALCULATE, task_id: odd }],
        ['/ping', odd],
      ] as const) {
        const response = await session.ask('POST', path, body)
        expect(response.status).toBeLessThan(500)
        expect(await response.text()).not.toMatch(/node_modules|\/server\/|at .*\.ts/)
      }
    expect(await session.json('GET', '/prompt')).toMatchObject({ status: 200 })
  }, 60_000)

  it('with keys such as __proto__ change no object', async () => {
    const server = await served([retail])
    const session = await new OrsClient(server).open({ split: 'train', index: 0 })
    const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"expression":"2 * 3"}'
    for (const [path, body] of [
      ['/call', `{"name":"calculate","input":${evil},"__proto__":{"polluted":1}}`],
      ['/create', `{"task_spec":${evil}}`],
    ] as const)
      expect((await session.ask('POST', path, {}, { body })).status).toBeLessThan(500)
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(await session.call(name, {})).toMatchObject({ ok: true, output: { metadata: { is_action_valid: false } } })
    expect(({} as { readonly polluted?: number }).polluted).toBeUndefined()
  })

  it('that create sessions without end take no more than the places there are', async () => {
    const server = await served([retail], { limits: { sessions: 3, waitingSessions: 1, waitMs: 1 } })
    const client = new OrsClient(server)
    const created = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        client.session(`${at}`).json('POST', '/create', { split: 'train', index: 0 }),
      ),
    )
    expect(created.map(({ status }) => status).sort()).toEqual([200, 200, 200, ...Array(3).fill(503)])
    expect(server.connections).toBe(3)
    for (let at = 0; at < 6; at++) await client.session(`${at}`).json('POST', '/delete')
    await quiet(server)
  })
})
