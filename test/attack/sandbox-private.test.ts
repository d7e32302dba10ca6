import { expect, it } from 'vitest'
import type { Json } from '../../core/data/types.ts'
import type { Environment } from '../../core/episode/environment.ts'
import repository from '../../envs/repository/index.ts'
import python from '../../envs/sandbox/python/index.ts'
import sql from '../../envs/sandbox/sql/index.ts'
import { DEFAULTS as SQL } from '../../envs/sandbox/sql/options.ts'
import { openResources, scriptOf } from '../../envs/sandbox/sql/resources.ts'
import hardCodedAnswers from '../../rewards/hooks/hard-coded-answers.ts'
import progress from '../../rewards/hooks/progress.ts'
import sqlSyntax from '../../rewards/hooks/sql-syntax.ts'
import success from '../../rewards/hooks/success.ts'
import testDifficulty from '../../rewards/hooks/test-difficulty.ts'
import testProgress from '../../rewards/hooks/test-progress.ts'
import testsPassed from '../../rewards/hooks/tests-passed.ts'
import { start as startRepository } from '../envs/repository/support.ts'
import { open, start } from '../envs/sandbox/support.ts'
import { describeWithSandbox } from '../support/sandbox/judging.ts'
import { connected, served } from '../support/server/client.ts'
import { NativeClient, until } from '../support/server/native-client.ts'
import { TOKENS } from '../support/server/native-worlds.ts'

const tokens = Object.entries(TOKENS).map(([role, token]) => ({ role: role as keyof typeof TOKENS, token }))
const hooks = [success, progress, testsPassed, testProgress, testDifficulty, hardCodedAnswers, sqlSyntax]

/** A server of one environment, and a client of each role; the observer and the trainer watch everything. */
async function watched(environment: Environment, name: string) {
  const server = await served([environment], { tokens, hooks, options: { tasks: 8 } })
  const url = `${server.url}/${name}/ws`
  const [agent, trainer, observer] = [TOKENS.agent, TOKENS.trainer, TOKENS.observer].map(
    (token) => new NativeClient(url, token),
  )
  if (!agent || !trainer || !observer) throw new Error('no clients')
  for (const each of [trainer, observer])
    await each.ask({ type: 'subscribe', events: ['step.taken', 'rewards', 'ended', 'group.closed'] })
  return { server, agent, trainer, observer, clients: [agent, trainer, observer] }
}

/** Everything that a role may ask for, or must not, over an episode of these actions. */
async function exhausted(
  { server, agent, trainer, observer }: Awaited<ReturnType<typeof watched>>,
  name: string,
  actions: readonly Json[],
) {
  const said: string[] = []
  for (const client of [agent, trainer, observer]) {
    await client.ask({ type: 'tasks' })
    const listed = await client.ask({ type: 'tasks', split: 'test' }).catch((thrown: unknown) => thrown)
    said.push(JSON.stringify(listed), String(listed))
  }
  for (const client of [agent, trainer]) {
    const { episode } = await client.ask({ type: 'reset', task: 'train-0' })
    for (const action of actions) {
      await client.ask({ type: 'step', episode, action })
      await client.ask({ type: 'observe', episode, tools: true })
      for (const view of ['text', 'state', 'workspace', 'grades'])
        said.push(String(await client.ask({ type: 'observe', episode, view }).catch((thrown: unknown) => thrown)))
      const taken = await client.ask({ type: 'snapshot', episode, sealed: true }).catch((thrown: unknown) => thrown)
      said.push(JSON.stringify(taken), opened(taken), String(taken))
      await client
        .ask({ type: 'fork', episode, count: 1, rng: 'fresh' })
        .catch((thrown: unknown) => said.push(String(thrown)))
    }
  }
  const group = await trainer.ask({ type: 'group', size: 2, task: 'train-0', seed: 3 })
  for (const { episode } of group.episodes)
    for (const action of actions) await trainer.ask({ type: 'step', episode, action })
  await until(() => [trainer, observer].every((client) => client.events('group.closed').length > 0))
  for (const token of [TOKENS.agent, TOKENS.observer, TOKENS.trainer]) {
    const headers = { authorization: `Bearer ${token}` }
    for (const path of ['', '/state', '/schema', '/metadata', '/tasks', '/health'])
      said.push(await (await fetch(`${server.url}/${name}${path}`, { headers })).text())
    if (token === TOKENS.observer) continue
    const client = await connected(server, `/${name}/ws`, { headers })
    await client.reset({ task: 'train-0' })
    for (const action of actions) {
      await client.ask({ type: 'step', data: { action } })
      await client.ask({ type: 'state' })
    }
    said.push(JSON.stringify(client.frames))
  }
  return said
}

/** A sealed snapshot as bytes, in case that it is not. */
const opened = (reply: unknown): string => {
  const { sealed } = reply as { readonly sealed?: unknown }
  return typeof sealed === 'string' ? Buffer.from(sealed, 'base64').toString('latin1') : ''
}

/** Texts that are in none of what clients were sent, also as JSON writes them. */
function expectUnsaid(said: readonly string[], secrets: readonly string[]): void {
  const all = said.join('\n')
  for (const secret of secrets) {
    expect(all).not.toContain(secret)
    expect(all).not.toContain(JSON.stringify(secret).slice(1, -1))
  }
}

const call = (name: string, args: Json = {}): Json => ({ name, arguments: args })

describeWithSandbox('what a server sends of an episode that tests decide', () => {
  it('has no hidden test, no result of one, and nothing of the solution, for any role', async () => {
    const { task } = await start(await open({ tasks: 8 }))
    if (task.suite.kind !== 'code') throw new Error('no code')
    const here = await watched(python, 'sandbox-python')
    const name = task.parts?.[0]?.name ?? ''
    const said = await exhausted(here, 'sandbox-python', [
      call('write_file', { path: 'solution.py', content: `def ${name}(*args):\n    raise ValueError(args)\n` }),
      call('run_tests'),
      call('run', { path: 'solution.py' }),
      call('read_file', { path: '../sandbox/stepgym_judges.py' }),
      { name: 'groundTruth', arguments: {} },
      call('submit'),
    ])
    const shown = task.suite.tests.slice(0, task.publicTests)
    const hidden = task.suite.tests.slice(task.publicTests).filter((test) => !shown.includes(test))
    const bodies = (task.parts ?? []).map(({ source }) => source.split('\n').slice(1).join('\n').trim())
    expect([hidden.length > 5, bodies.every((body) => body.length > 10)]).toEqual([true, true])
    const texts = here.clients.map(({ texts: each }) => each.join('\n'))
    expectUnsaid([...said, ...texts], [...hidden, ...bodies, '"passed":[', '"statuses"', '"effects"', '"history"'])
    for (const text of texts.slice(0, 2)) expect(text).toContain(JSON.stringify(shown[0]).slice(1, -1))
    // The agent receives no signal of a hook either.
    for (const { name: hook } of hooks) expect(here.agent.texts.join('\n')).not.toContain(`"${hook}"`)
    expect(here.trainer.texts.join('\n')).toContain('"test-progress"')
  })

  it('has no hidden test, no faulty line and nothing of the solution of a repository', async () => {
    const { task } = await startRepository({ tasks: 8 })
    if (task.hidden.kind !== 'calls') throw new Error('no calls')
    const { path = '' } = task.faults[0] ?? {}
    const here = await watched(repository, 'repository')
    const said = await exhausted(here, 'repository', [
      call('view', { path }),
      call('search', { text: '__' }),
      call('write', {
        path: 'tests/test_spy.py',
        content:
          'import os, sys\n\ndef test_spy():\n    raise ValueError(sorted(os.listdir(".")), sys.argv, sorted(sys.modules))\n',
      }),
      call('run_tests'),
      call('view', { path: '../hidden' }),
      { name: 'groundTruth', arguments: {} },
      call('submit'),
    ])
    const texts = here.clients.map(({ texts: each }) => each.join('\n'))
    const tests = task.hidden.suite.tests.map((test) => test.slice('assert '.length))
    const right = task.reference?.[path]
    expect([tests.length > 5, typeof right, texts[0]?.includes('test_spy')]).toEqual([true, 'string', true])
    const secrets = [...tests, String(right), '"passed":[', '"statuses"', '"effects"', '"history"', '"located"']
    expectUnsaid([...said, ...texts], secrets)
  })

  it('has neither the reference query nor the data of a question to a database', async () => {
    const resources = openResources({ ...SQL, tasks: 8 })
    const [task] = resources.tasks
    const here = await watched(sql, 'sandbox-sql')
    const said = await exhausted(here, 'sandbox-sql', [
      call('schema'),
      call('query', { sql: 'SELECT * FROM sqlite_master' }),
      call('query', { sql: 'SELECT load_extension(1)' }),
      { name: 'truth' },
      call('submit', { sql: 'SELECT 1' }),
    ])
    const texts = here.clients.map(({ texts: each }) => each.join('\n'))
    const rows = scriptOf(resources, 0).match(/^\(.*\)/gm) ?? []
    expectUnsaid([...said, ...texts], [task?.question.sql ?? '', ...(task?.question.mutants ?? []), ...rows])
  })
})
