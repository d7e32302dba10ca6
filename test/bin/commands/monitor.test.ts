import { beforeEach, describe, expect, it } from 'vitest'
import type { Reading } from '../../../rewards/monitors/reading.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const valuesOf = (readings: readonly Reading[]) =>
  new Map(readings.map(({ monitor, signal, value }) => [signal ?? monitor, value]))

describe('stepgym monitor', () => {
  it('reads a recorded run: figures, then sentences that say what to do', async () => {
    const args = [
      '--env',
      'grid',
      '--agent',
      'random',
      '--groups',
      '6',
      '--group-size',
      '4',
      '--hook',
      'repeated-state',
    ]
    await run(['rollout', ...args, '--out', 'runs/a'], { folder })
    const { code, json } = await runJson(['monitor', 'runs/a'], { folder })
    expect([code, json.groups, json.window]).toEqual([0, 6, 64])
    const values = valuesOf(json.readings)
    expect(values.get('degenerate-groups')).toBe(1)
    expect(values.get('over-correction')).toBeGreaterThan(0)
    expect(values.has('repeated-state')).toBe(true)
    const { out } = await run(['monitor', 'runs/a'], { folder })
    expect(out).toMatch(/^runs\/a: 6 groups\n\nmonitor +value +threshold +what it is\n/)
    expect(out).toContain(
      '100 % of groups are degenerate, since all their members have the same outcome: raise the group size or filter tasks',
    )
  })

  it('takes thresholds and a window, and reads trees of forks', async () => {
    await run(['rollout', '--env', 'guess-number', '--groups', '5', '--sampling', 'prefix', '--out', 'b'], { folder })
    const args = ['monitor', 'b', '--window', '4', '--threshold', 'invalid-actions=-1']
    const { json } = await runJson(args, { folder })
    const [invalid] = json.readings
    expect([json.groups, invalid.threshold, invalid.sentence]).toEqual([
      5,
      -1,
      expect.stringMatching(/actions are invalid/),
    ])
    expect((await run(args, { folder })).out).toContain('b: 5 groups, of which the latest 4 count')
  })

  it('refuses a threshold of nothing', async () => {
    const { code, err } = await run(['monitor', 'b', '--threshold', 'spread=1'], { folder })
    expect([code, err]).toEqual([2, expect.stringContaining('Give MONITOR=NUMBER, with one of invalid-actions')])
  })
})
