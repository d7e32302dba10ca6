import { describe, expect, it } from 'vitest'
import { toolCallOf } from '../../../../bin/commands/play/tools.ts'
import { run } from '../../../support/command.ts'

const BRIEF = { tools: [{ type: 'function', function: { name: 'look', parameters: { properties: { at: {} } } } }] }

describe('stepgym play with tools', () => {
  it('shows policy and tools, takes calls as they are written there, and everything else as a message', async () => {
    const lines = ['Who are you?', 'calculate(expression=2 * 3)', 'get_order_details(order_id=#W1)', ':quit']
    const { code, out, err } = await run(['play', 'tools/retail', '--set', 'tasks=20'], { lines, columns: 200 })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('\npolicy\n')
    expect(out).toContain('\ntools, called as calculate(expression=...)\n')
    expect(out).toContain('  get_order_details(order_id)  ')
    expect(out).toContain('[calculate]\n6.0\n')
    expect(out).toContain('[get_order_details]\nError: order not found\n')
  })

  it.each([
    ['look(at=3)', { name: 'look', arguments: { at: 3 } }],
    ['look(at=a, b,c=[1,2])', { name: 'look', arguments: { at: 'a, b', c: [1, 2] } }],
    ['look()', { name: 'look', arguments: {} }],
    ['look(somewhere)', null],
    ['other(at=3)', null],
    ['I look(at=3) it', null],
  ])('reads %s as %j', (line, call) => expect(toolCallOf(line, BRIEF)).toEqual(call))
})
