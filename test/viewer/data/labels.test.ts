import { describe, expect, it } from 'vitest'
import { goalLabel, goalOf } from '../../../viewer/data/labels.ts'

/** An episode as far as its goal is read from it. */
const seeing = (observation: string) => ({ recorded: { start: { observation, taskId: 'task-7' } } })

describe('the goal of an episode', () => {
  it('is the part of its first observation that says so', () => {
    expect(goalOf(seeing('You are in a room with a very long description.\nYour task is to: find the lamp.'))).toBe(
      'Your task is to: find the lamp.',
    )
    expect(goalOf(seeing('Goal: take the key.\n##########\n@ you, b blue key, g green key'))).toBe(
      'Goal: take the key.',
    )
  })

  it('is the longest part where none says so, and the name of the task where there is no text', () => {
    expect(goalOf(seeing('WebShop [SEP] Instruction: [SEP] Find me a lamp [SEP] Search'))).toBe('Find me a lamp')
    expect(goalOf(seeing('data:image/png;base64,AAAA'))).toBe('task-7')
    expect(goalOf(seeing(''))).toBe('task-7')
  })

  it('is shorter in a table', () => {
    const episode = seeing('a'.repeat(5000))
    expect([goalOf(episode).length, goalLabel(episode).length]).toEqual([4001, 401])
  })
})
