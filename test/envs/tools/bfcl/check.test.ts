import { describe, expect, it } from 'vitest'
import { checkTurn, digestOf, goldTurns } from '../../../../envs/tools/bfcl/check.ts'
import { explainTurn } from '../../../../envs/tools/bfcl/explain.ts'
import { parseCalls } from '../../../../envs/tools/bfcl/python/call-text.ts'
import { play, worldOf } from './support.ts'

const world = worldOf(['TicketAPI', 'GorillaFileSystem', 'MathAPI'], { TicketAPI: { current_user: 'ada' } })
const goldOf = (text: string) => {
  const [turn] = goldTurns(world, [parseCalls(text) ?? []])
  if (!turn) throw new Error('no turn')
  return turn
}

/** The verdict on calls, and why. */
function judged(gold: string, played: string) {
  const { texts, changes } = play(world, played)
  const turn = { hasCalled: texts.length > 0, digests: texts.map(digestOf), changes }
  return { ...checkTurn(world, goldOf(gold), turn), sentences: explainTurn(world, goldOf(gold), turn) }
}

describe('the check of a turn', () => {
  it.each([
    ['the gold calls', "create_ticket('a'), add(1, 2)", "create_ticket('a'), add(1, 2)"],
    ['another order', "create_ticket('a'), add(1, 2)", "add(1, 2), create_ticket(title='a', priority=1)"],
    ['more reading', "create_ticket('a')", "create_ticket('a'), get_ticket(1), nonsense()"],
    ['anything, where nothing is asked for', '[]', "create_ticket('a')"],
  ])('passes %s', (_, gold, played) => {
    expect(judged(gold, played)).toMatchObject({ problem: null, sentences: [] })
  })

  it.each([
    ["create_ticket('a')", '[]', 'empty_turn_model_response', ["nothing was called; expected [create_ticket('a')]"]],
    [
      "create_ticket('a')",
      "create_ticket('b')",
      'instance_state_mismatch',
      ["wrong: TicketAPI.ticket_queue[0]['title'] is 'b', expected 'a'"],
    ],
    [
      "create_ticket('a')",
      'add(1, 2)',
      'instance_state_mismatch',
      [
        expect.stringMatching(/^wrong: TicketAPI.ticket_queue is \[\], expected \[\{'id': 1/),
        'wrong: TicketAPI.ticket_counter is 1, expected 2',
      ],
    ],
    [
      "touch('f')",
      "touch('g')",
      'instance_state_mismatch',
      [
        "missing: GorillaFileSystem.root['contents']['f'], expected {'name': 'f', 'content': ''}",
        "extra: GorillaFileSystem.root['contents']['g'] should not be there, found {'name': 'g', 'content': ''}",
      ],
    ],
    ['add(1, 2), add(1, 2)', 'add(1, 2)', 'execution_response_mismatch', ['not obtained: the result of [add(1, 2)]']],
    ['add(1, 2)', 'add(1, 2.0)', 'execution_response_mismatch', ['not obtained: the result of [add(1, 2)]']],
  ])('of %s refuses %s: %s', (gold, played, problem, sentences) => {
    expect(judged(gold, played)).toMatchObject({ problem, sentences })
  })

  it('compares public attributes only, as Python does: 1 == 1.0 == True', () => {
    const car = worldOf(['VehicleControlAPI'])
    const [gold] = goldTurns(car, [parseCalls('pressBrakePedal(1), adjustClimateControl(20, fanSpeed=1)') ?? []])
    const { texts, changes } = play(car, 'pressBrakePedal(0.5), adjustClimateControl(20.0, fanSpeed=True)')
    const { problem } = gold
      ? checkTurn(car, gold, { hasCalled: true, digests: [...gold.digests, ...texts.map(digestOf)], changes })
      : { problem: 'nothing' }
    expect(problem).toBeNull()
  })
})
