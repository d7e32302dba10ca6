import { describe, expect, it } from 'vitest'
import { Origins } from '../../../browser/origins.ts'
import type { Json } from '../../../core/data/types.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { addressOf, appPage, FAMILIES, madeTask } from '../../../envs/browser/apps/serve.ts'
import browser from '../../../envs/browser/index.ts'
import { readTasks } from '../../../envs/browser/task.ts'

const origins = new Origins(['https://example.org'])
const TASK = { start: 'https://example.org/a', instruction: 'open b', judge: { url: 'https://example.org/b' } }

describe('tasks on pages of your own', () => {
  it('are read with defaults', () => {
    expect(readTasks([TASK], origins)).toEqual([{ ...TASK, id: 'task-0', split: 'test', path: [] }])
  })

  it.each<[what: string, tasks: readonly Json[], message: RegExp]>([
    ['no object', [3], /task 0 is an object, not 3/],
    [
      'start elsewhere',
      [{ ...TASK, start: 'https://evil.net/' }],
      /start is "https:\/\/evil\.net\/", which is not of an origin in allow/,
    ],
    ['no instruction', [{ ...TASK, instruction: '' }], /task 0\.instruction is a text that is not empty/],
    ['no judge', [{ start: TASK.start, instruction: 'a' }], /judge is an object of url, element/],
    ['an empty judge', [{ ...TASK, judge: {} }], /judge is empty/],
    ['a foreign judge', [{ ...TASK, judge: { title: 'b' } }], /judge has no "title"/],
    ['an element without a selector', [{ ...TASK, judge: { element: {} } }], /element\.selector is a text/],
    ['a wrong path', [{ ...TASK, path: [{ do: 'dance', role: 'a', name: 'b' }] }], /do is click, type or select/],
    ['two with one id', [TASK, { ...TASK, id: 'task-0' }], /two tasks have the id "task-0"/],
  ])('are refused: %s', (_, tasks, message) => {
    expect(() => readTasks(tasks, origins)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it.each([
    [{ allow: ['example.org'] }, /an origin is like/],
    [{ allow: [3] }, /list of origins/],
    [{ families: 'form,dance' }, /"dance": there are form, menu/],
    [{ observation: 'smell' }, /observation of browser is one of/],
    [{ steps: 1.5 }, /steps of browser is a whole number/],
  ])('have options that are checked: %j', async (options, message) => {
    await expect(openWorld(browser, options)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    })
  })
})

describe('built-in pages', () => {
  it.each(Object.keys(FAMILIES))(
    'are the same for the same number, others for another, and hold nothing of the goal: %s',
    (family) => {
      const pages = [0, 1, 2, 3].map((number) => madeTask(family, 0, number))
      expect(new Set(pages.map((task) => task?.instruction)).size).toBeGreaterThan(1)
      for (const [number, task] of pages.entries()) {
        expect(JSON.stringify(madeTask(family, 0, number))).toBe(JSON.stringify(task))
        const { body, status } = appPage(addressOf(family, 0, number))
        expect(status).toBe(200)
        expect(body).not.toContain(task?.judge.element?.text ?? task?.judge.predicate)
        expect(body).not.toContain(task?.instruction)
      }
    },
  )

  it.each([
    'http://apps.test/',
    'http://apps.test/form/a',
    'http://apps.test/dance/a/b',
    'http://apps.test/constructor/a/b',
    'http://apps.test/form/a/1',
  ])('are not there under another address: %s', (url) => {
    expect(appPage(url).status).toBe(404)
  })

  it('are in every split, in turn, each once', async () => {
    const { tasks } = await openWorld(browser, { generated: 12 })
    expect(tasks.splits.map((split) => [split, tasks.size(split)])).toEqual([
      ['train', 12],
      ['dev', 3],
      ['test', 3],
    ])
    expect(tasks.at('train', 0).id).toBe('train-0-form')
    expect(tasks.at('train', 6).id).toBe('train-6-form')
  })
})
