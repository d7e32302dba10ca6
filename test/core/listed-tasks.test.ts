import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/data/types.ts'
import { listedTasks } from '../../core/episode/listed-tasks.ts'

describe('tasks that are an option', () => {
  it('are one task where none is listed', () => {
    expect(listedTasks('e', [], null)).toEqual({ train: [{ id: 'default', public: null, private: { reset: {} } }] })
  })

  it('are in their splits in their order, with what their resets take as private', () => {
    const tasks = [{ id: 'a', reset: { level: 1 } }, { id: 'b', split: 'test' }, { id: 'c' }]
    expect(listedTasks('e', tasks, 'open')).toEqual({
      train: [
        { id: 'a', public: 'open', private: { reset: { level: 1 } } },
        { id: 'c', public: 'open', private: { reset: {} } },
      ],
      test: [{ id: 'b', public: 'open', private: { reset: {} } }],
    })
  })

  it.each<Json>([{}, { id: 1 }, { id: 'a', split: 2 }, { id: 'a', reset: [] }, 'a', null])(
    'are refused, with their place: %j',
    (task) => {
      expect(() => listedTasks('e', [{ id: 'first' }, task], null)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('tasks[1] of e') }),
      )
    },
  )
})
