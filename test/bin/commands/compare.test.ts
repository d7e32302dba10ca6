import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

describe('stepgym compare', () => {
  it.each([
    [['--quick', '--full'], /either --quick or --full/],
    [['--methods', 'rloo,rloo'], /"rloo" twice/],
    [['--methods', 'rlooo'], /rlooo.*methods beside estimators: oracle, random-reward, untrained, hgpo-base/],
    [['--rates', '0'], /above 0 and at most 10, not "0"/],
    [['--rates', 'fast'], /not "fast"/],
    [['--rates', '0.1,0.1'], /twice/],
    [['--seeds', '101'], /at most 100/],
    [['--seeds', '0'], /seeds/],
    [['--workers', 'many'], /workers/],
  ])('refuses %j, and writes nothing', async (flags, message) => {
    const folder = newFolder()
    const { code, err, out } = await run(['compare', ...flags], { folder })
    expect(code).not.toBe(0)
    expect(`${err}${out}`).toMatch(message)
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })
})
