import { describe, expect, it } from 'vitest'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

describe('stepgym eval hacking', () => {
  const folder = newFolder()

  it('says which attacks a hook pays for, beside controls of known rank', async () => {
    const { code, out } = await run(['eval', 'hacking', 'success'], { folder })
    expect(code).toBe(0)
    expect(out).toMatch(/^perfect +100 % +nothing$/m)
    expect(out).toMatch(/^success +100 % +hard-coded 100 %\*, flip 50 %\*$/m)
    expect(out).toContain('padding: the answer has a phrase ten times more')
  })

  it('attacks a hook under the options that are given', async () => {
    const { json } = await runJson(['eval', 'hacking', '--hook', 'step-cost:cost=0'], { folder })
    const report = json.find(({ hook }: { readonly hook: string }) => hook === 'step-cost')
    expect(report).toMatchObject({
      accuracy: 0.5,
      attacks: expect.arrayContaining([{ attack: 'one token', fooled: 0, passed: 1 }]),
    })
  })

  it('refuses a hook that it does not know', async () => {
    const { code, err } = await run(['eval', 'hacking', 'succes'], { folder })
    expect([code, err]).toEqual([1, expect.stringMatching(/succes/)])
  })
})
