import { describe, expect, it } from 'vitest'
import { connected, served } from '../support/server/client.ts'
import { post } from '../support/server/http.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { echo, mover } from '../support/server/worlds.ts'

/** Integers that no number holds exactly, as they stand in a frame, and where the message is to find them. */
const BIG = [
  ['the action', '12345678901234567890', '12345678901234567890'],
  ['the action', '-9007199254740993', '-9007199254740993'],
  ['the action', `${'7'.repeat(60)}`, '7'.repeat(60)],
  ['the action', `${'7'.repeat(1000)}`, '7'.repeat(99)],
  ['action.by', '{"by": 9007199254740993}', '9007199254740993'],
  ['action.0.to.1', '[{"to": [1, 12345678901234567890]}]', '12345678901234567890'],
] as const

const sentence = (place: string, digits: string) =>
  expect.stringMatching(new RegExp(`${place.replaceAll('.', '\\.')} is ${digits}.*give it as a text`))

describe.each([echo, mover])('a big integer in an action of $id', (environment) => {
  const isFields = environment === mover
  const dataOf = (action: string): string => (isFields ? `{"move": ${action}}` : `{"action": ${action}}`)
  const placeOf = (place: string): string => (isFields ? place.replace(/^the action|^action/, 'action.move') : place)

  it.each(BIG)(
    'is named to a native client, at %s: the step is taken as invalid, and is the same again',
    async (...args) => {
      const [place, action, digits] = args
      const client = new NativeClient(`${(await served([environment])).url}/ws`)
      const { episode } = await client.ask({ type: 'reset' })
      const sent = isFields ? `{"move": ${action}}` : action
      for (let times = 0; times < 2; times++) {
        client.raw(`{"type": "step", "id": "s${times}", "episode": "${episode}", "index": 0, "action": ${sent}}`)
        const reply = await client.replyTo(`s${times}`)
        expect(reply).toMatchObject({ type: 'step', index: 0, isActionValid: false })
        expect(reply).toMatchObject({ info: { problem: sentence(placeOf(place), digits) } })
      }
      expect(await client.ask({ type: 'step', episode, index: 1, action: isFields ? { by: 1 } : 'on' })).toMatchObject({
        index: 1,
        isActionValid: true,
      })
    },
  )

  it.each(BIG)('is named to a plain client, at %s', async (place, action, digits) => {
    const client = await connected(await served([environment]))
    await client.reset()
    client.raw(`{"type": "step", "data": ${dataOf(action)}}`)
    const { data } = await client.next()
    expect(data).toMatchObject({ step: 0, is_action_valid: false, info: { problem: sentence(placeOf(place), digits) } })
  })

  it.each(BIG)('is named over HTTP, at %s', async (place, action, digits) => {
    const server = await served([environment])
    await post(server, '/reset', { episode_id: 'mine' })
    const body = `{"episode_id": "mine", "action": ${dataOf(action)}}`
    const reply: unknown = await (await fetch(`${server.url}/step`, { method: 'POST', body })).json()
    expect(reply).toMatchObject({ is_action_valid: false, info: { problem: sentence(placeOf(place), digits) } })
  })
})

describe('an integer of more digits than are read', () => {
  it('is refused with their number, and no step is taken', async () => {
    const server = await served([echo])
    const plain = await connected(server)
    await plain.reset()
    plain.raw(`{"type": "step", "data": {"action": ${'1'.repeat(1001)}}}`)
    expect((await plain.next()).data).toMatchObject({
      message: expect.stringContaining('at most 1000 digits, not 1001'),
    })
    expect((await plain.step('on')).data).toMatchObject({ step: 0 })
  })
})
