import { describe, expect, it } from 'vitest'
import { openParts } from '../../../models/runtime/opening.ts'

describe('something of several parts', () => {
  it('is what was opened, with every part open', async () => {
    const closed: string[] = []
    const whole = await openParts(
      async (keep) => keep('a', async (part) => closed.push(part)) + keep('b', async () => {}),
    )
    expect([whole, closed]).toEqual(['ab', []])
  })

  it('leaves no part open where a later one fails, and fails with its reason, the last part closed first', async () => {
    const closed: string[] = []
    const opening = openParts(async (keep) => {
      keep('a', async (part) => closed.push(part))
      keep('b', async (part) => {
        closed.push(part)
        throw new Error('b cannot be closed')
      })
      throw new Error('c cannot be opened')
    })
    await expect(opening).rejects.toThrow('c cannot be opened')
    expect(closed).toEqual(['b', 'a'])
  })
})
