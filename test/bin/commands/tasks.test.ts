import { describe, expect, it } from 'vitest'
import { run, runJson } from '../../support/command.ts'

const SMALL_SHOP = ['--env', 'webshop', '--set', 'catalogue.generated.products=40']

describe('stepgym tasks', () => {
  it('lists ids and public parts, and nothing private', async () => {
    const { code, json } = await runJson(['tasks', ...SMALL_SHOP, '--limit', '3'])
    expect(code).toBe(0)
    expect(json.tasks).toHaveLength(3)
    for (const task of json.tasks) {
      expect(Object.keys(task)).toEqual(['id', 'public'])
      expect(Object.keys(task.public)).toEqual(['instruction'])
    }
  })

  it('pages through a split', async () => {
    const args = ['tasks', '--env', 'file-desk', '--split', 'train']
    const { json: all } = await runJson(args)
    expect(all).toMatchObject({
      environment: 'file-desk@1',
      splits: ['train', 'dev', 'test'],
      split: 'train',
      total: 3,
    })
    const { json: page } = await runJson([...args, '--offset', '1', '--limit', '1'])
    expect(page.tasks).toEqual([all.tasks[1]])
    expect((await runJson([...args, '--offset', '9'])).json.tasks).toEqual([])
  })

  it('prints a line a task', async () => {
    const { out } = await run(['tasks', '--env', 'file-desk', '--limit', '2'])
    expect(out.split('\n')).toEqual([
      'file-desk@1, split train of train, dev, test: 0 to 1 of 3 tasks',
      'sum-2  {"count":2}',
      'sum-3  {"count":3}',
      '',
    ])
  })

  it.each([
    [['tasks'], 'CONFIG_INVALID: say which environment: --env NAME'],
    [
      ['tasks', '--env', 'file-desk', '--split', 'tset'],
      'TASK_UNKNOWN: there is no split "tset": did you mean test? Splits are train',
    ],
    [['tasks', '--env', 'file-desk', '--set', 'a=1'], 'CONFIG_INVALID: file-desk@1 has no option a'],
    [['tasks', '--env', './nothing.mjs'], 'ENV_UNKNOWN: there is no file'],
  ])('says what to do about %j', async (args, message) => {
    const { code, err } = await run(args)
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it('takes environment and options from the settings', async () => {
    const variables = { STEPGYM_ENV: 'file-desk', STEPGYM_SPLIT: 'test' }
    expect((await runJson(['tasks'], { variables })).json.tasks).toEqual([{ id: 'sum-6', public: { count: 6 } }])
  })
})
