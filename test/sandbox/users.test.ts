import { describe, expect, it } from 'vitest'
import { unprivilegedId } from '../../sandbox/linux/users.ts'

describe('the user of a worker', () => {
  it('is one of its own where all users are there', () => {
    const ids = Array.from({ length: 20 }, () => unprivilegedId('         0          0 4294967295\n'))
    expect(new Set(ids).size).toBe(20)
    for (const id of ids) expect([id >= 2_010_000_000, id < 2 ** 31]).toEqual([true, true])
  })

  it('is the one that owns nothing in a user namespace without the others', () => {
    for (const map of ['0 100000 65536\n', '0 1000 1\n1 100000 65535\n', '', 'x'])
      expect(unprivilegedId(map)).toBe(65_534)
  })
})
