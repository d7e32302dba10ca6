import { describe, expect, it } from 'vitest'
import { nameAtHome } from '../../../server/hosting/worker-place.ts'
import { limitsOf } from '../../../server/limits.ts'
import { homeOf } from '../../../server/workers/home.ts'
import { groupIn, nameOf, resumedIn } from '../../../server/workers/names.ts'

const limits = limitsOf()
const request = { query: new URLSearchParams(), headers: {}, body: {} }

describe('the home of a name', () => {
  it('is where new names of a worker lead', () => {
    for (const index of [0, 1, 2]) {
      let made = 0
      const place = { index, homeOf: (name: string) => homeOf(name, 3), urlOf: () => null }
      const name = nameAtHome(place, () => `session ${made++}`)
      expect(homeOf(name, 3)).toBe(index)
    }
    expect(nameAtHome(undefined, () => 'the first')).toBe('the first')
  })
})

describe('the name in a frame', () => {
  const resumed = resumedIn(limits)
  const group = groupIn(limits)

  it('is the session that a first frame resumes', () => {
    const frame = JSON.stringify({ type: 'resume', id: 1, session: 'abc.code', lastSeq: 3 })
    expect(resumed(frame, true)).toBe('abc')
    expect(resumed(frame, false)).toBeNull()
    for (const text of ['', '{"type":"resume"', '{"type":"step","action":"resume"}', '{"type":"resume","session":7}'])
      expect(resumed(text, true)).toBeNull()
  })

  it('is the group of a reset in the protocol of OpenEnv', () => {
    const reset = (data: unknown): string => JSON.stringify({ type: 'reset', data })
    expect(group(reset({ group_id: 'g' }), false)).toBe('g')
    for (const text of [reset({}), reset({ group_id: 7 }), reset('group_id'), '{"group_id"', '"group_id"'])
      expect(group(text, true)).toBeNull()
    expect(group('{"type":"step","data":{"action":"\\"group_id\\""}}', true)).toBeNull()
  })
})

describe('the name in a request', () => {
  it.each([
    [{ headers: { 'mcp-session-id': 'm' }, body: { params: { session_id: 's' } } }, 'm'],
    [{ headers: { 'x-session-id': 'o' } }, 'o'],
    [{ query: new URLSearchParams('session_id=q') }, 'q'],
    [{ query: new URLSearchParams('episode_id=e') }, 'e'],
    [{ query: new URLSearchParams('group=g') }, 'g'],
    [{ body: { group_id: 'g', episode_id: 'e' } }, 'g'],
    [{ body: { episode_id: 'e' } }, 'e'],
    [{ body: { params: { session_id: 's' } } }, 's'],
    [{ body: { episode_id: 7, group_id: null, params: [] } }, null],
    [{}, null],
  ])('of %j is %s', (given, name) => {
    expect(nameOf({ ...request, ...given })).toBe(name)
  })
})
