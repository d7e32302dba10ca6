import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../records/index.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

const item = (id: string, label: number, steps: readonly string[] = ['Two and two.', 'That is 4.', 'So 5.']) => ({
  ...{ id, generator: 'solver', problem: 'What is 2 + 2?', steps, label, final_answer_correct: label === -1 },
})

async function imported(rows: readonly object[]) {
  const folder = newFolder()
  writeFileSync(join(folder, 'gsm8k.json'), JSON.stringify(rows))
  const result = await run(['import', 'gsm8k.json', '--format', 'processbench', '--out', 'pb'], { folder })
  return { folder, ...result }
}

describe('stepgym import --format processbench', () => {
  it('makes a step of each step of a solution, and outcomes of its labels', async () => {
    const { folder, code } = await imported([item('gsm8k-0', 2), item('gsm8k-1', -1, ['It is 4.'])])
    expect(code).toBe(0)
    const [wrong, right] = [...readRun(join(folder, 'pb')).trajectories()].map(({ trajectory }) => trajectory)
    expect(wrong?.steps.map(({ action }) => action)).toEqual(['Two and two.', 'That is 4.', 'So 5.'])
    const outcomes = [wrong, right].map((each) => each?.rewards.map(({ name, value }) => [name, value]))
    expect(outcomes).toEqual([
      [
        ['first-error', 2],
        ['success', 0],
        ['final-answer', 0],
      ],
      [
        ['first-error', -1],
        ['success', 1],
        ['final-answer', 1],
      ],
    ])
    expect(wrong?.steps[0]?.observation).toContain('What is 2 + 2?')
    expect(
      JSON.stringify(wrong?.steps.map(({ observation, nextObservation }) => [observation, nextObservation])),
    ).not.toContain('first-error')
  })

  it.each([
    [item('a', 3), 'position of the first wrong step of 3'],
    [item('a', -2), 'position of the first wrong step of 3'],
    [{ ...item('a', 0), label: '0' }, 'position of the first wrong step'],
    [{ ...item('a', 0), steps: ['x', 4] }, 'steps[1] should be a text'],
    [{ ...item('a', 0), problem: null }, 'problem should be a text'],
    [item('a', -1, []), 'no message of the assistant'],
  ])('refuses %o', async (row, message) => {
    const { code, err } = await imported([row])
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it('has its first wrong steps held against a hook by stepgym eval rewards', async () => {
    const { folder } = await imported([item('gsm8k-0', 2), item('gsm8k-1', 1), item('gsm8k-2', -1, ['It is 4.'])])
    writeFileSync(
      join(folder, 'wary.mjs'),
      `export default { name: 'wary', version: 1, scope: 'turn', reward: ({ action }) => (action.includes('5') ? 0 : 1) }\n`,
    )
    const { code, json } = await runJson(['eval', 'rewards', 'pb', '--hook', './wary.mjs'], { folder })
    expect(code).toBe(0)
    expect(json.firstErrors.wary).toMatchObject({
      solutions: 3,
      best: { errorAccuracy: 0.5, correctAccuracy: 1, f1: expect.closeTo(2 / 3, 9) },
    })
    const { out } = await run(['eval', 'rewards', 'pb', '--hook', './wary.mjs', '--other', 'pb'], { folder })
    expect(out).toMatch(/\nwary +3 +0\.05 +0\.667 +0\.500 +1\.000\n/)
    expect(out).toMatch(/\nsignal +by +pairs here +pairs in pb /)
  })
})
