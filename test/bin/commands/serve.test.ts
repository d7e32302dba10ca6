import { createHmac } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import random from '../../../agents/random.ts'
import { connect } from '../../../agents/remote/gym.ts'
import { type RemoteRollout, rolloutRemote } from '../../../agents/remote/rollout.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { readRun } from '../../../records/index.ts'
import { type Given, run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'

/** A server by command line, interrupted when `use` is done with it. */
async function whileServing(args: readonly string[], given: Given, use: (url: string) => Promise<void>) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const interrupt = new AbortController()
  const running = run(['serve', '--port', `${port}`, ...args], { ...given, signal: interrupt.signal })
  try {
    while (!(await fetch(`${url}/health`).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 20))
    await use(url)
  } finally {
    interrupt.abort()
  }
  return { ...(await running), url }
}

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body) })

describe('stepgym serve', () => {
  it('closes a group with the advantages that stepgym credit finds in its record', async () => {
    const folder = newFolder()
    const credit = ['gigpo', 'hgpo', 'rloo'].map((estimator) => ({ estimator }))
    const closed: RemoteRollout[] = []
    await whileServing(
      ['--env', 'guess-number', '--hook', 'success', '--record', 'served'],
      { folder },
      async (url) => {
        const gym = await connect(url)
        const agent = await createAgent(random)
        closed.push(await rolloutRemote(gym, { size: 4, seed: 3, credit }, { agent }))
        await gym.close()
      },
    )
    await run(['credit', 'served/guess-number', '--estimator', 'gigpo,hgpo,rloo', '--out', 'a.jsonl'], { folder })
    const lines = readFileSync(join(folder, 'a.jsonl'), 'utf8').trim().split('\n')
    const expected = closed[0]?.trajectories.flatMap(({ steps }, member) =>
      steps.map(({ trajectoryId, index }) => {
        const values = closed[0]?.credit.map(({ as, members }) => [as, members?.[member]?.advantages[index]]) ?? []
        return { trajectoryId, index, ...Object.fromEntries(values) }
      }),
    )
    expect(lines.length).toBeGreaterThan(8)
    expect(expected).toEqual(lines.map((line) => JSON.parse(line)))
  })

  it('says what it serves and how to connect, and records the episodes until it is interrupted', async () => {
    const folder = newFolder()
    const args = ['--env', 'guess-number', '--hook', 'success', '--record', 'served']
    const { code, out, url } = await whileServing(args, { folder }, async (at) => {
      await post(`${at}/guess-number/reset`, { seed: 1, episode_id: 'e' })
      await post(`${at}/step`, { episode_id: 'e', action: { action: '50' } })
    })
    expect(code).toBe(0)
    expect(out).toContain(`serving one environment on ${url}\n`)
    expect(out).toContain(`guess-number@1  ${url}/guess-number  find a hidden number`)
    expect(out).toContain(`GenericEnvClient(base_url="${url}/guess-number").sync() as env`)
    expect(out).toContain(`const gym = await connect('${url}/guess-number')`)
    const [episode] = [...readRun(join(folder, 'served', 'guess-number')).trajectories()]
    expect(episode?.trajectory).toMatchObject({ id: 'e', ending: 'aborted' })
    expect(episode?.trajectory.steps).toHaveLength(1)
  })

  it('serves until its input ends, if it should', async () => {
    const port = await freePort()
    const isHealthy = async () => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))?.ok === true
    const healthy: boolean[] = []
    async function* untilSeen() {
      yield 'what is typed does not matter'
      while (!(await isHealthy())) await new Promise((resolve) => setTimeout(resolve, 20))
      healthy.push(true)
    }
    const args = ['serve', '--port', `${port}`, '--env', 'guess-number', '--until-input-ends']
    const { code } = await run(args, { lines: untilSeen() })
    expect([code, healthy, await isHealthy()]).toEqual([0, [true], false])
  })

  it('continues with a run that is there', async () => {
    const folder = newFolder()
    const args = ['--env', 'guess-number', '--record', 'served']
    for (const episode_id of ['a', 'b'])
      await whileServing(args, { folder }, async (url) => {
        expect((await post(`${url}/reset`, { episode_id })).status).toBe(200)
        expect((await post(`${url}/reset`, { episode_id: `${episode_id}2` })).status).toBe(200)
      })
    expect([...readRun(join(folder, 'served', 'guess-number')).trajectories()]).toHaveLength(4)
  })

  it('serves all environments if none is named, and opens none before it is asked for', async () => {
    const folder = newFolder()
    const { out } = await whileServing(['--record', 'served', '--json'], { folder }, async (url) => {
      const { environments } = (await (await fetch(`${url}/environments`)).json()) as { environments: unknown[] }
      expect(environments.length).toBeGreaterThan(2)
    })
    expect(JSON.parse(out).environments).toContainEqual(expect.objectContaining({ id: 'webshop@1' }))
    expect(existsSync(join(folder, 'served'))).toBe(false)
  })

  it('never shows a token, and asks for it', async () => {
    const { out } = await whileServing(['--env', 'guess-number', '--token', 'secret-token'], {}, async (url) => {
      expect((await fetch(`${url}/schema`)).status).toBe(401)
      expect((await fetch(`${url}/t/secret-token/schema`)).status).toBe(200)
    })
    expect(out).toContain('/t/TOKEN/guess-number')
    expect(out).not.toContain('secret-token')
  })

  it('answers a host name only if --allow-host names it', async () => {
    const statusOf = (url: string, host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = get(`${url}/schema`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
        asked.on('error', reject)
      })
    await whileServing(['--env', 'guess-number', '--allow-host', 'gym.example.org'], {}, async (url) => {
      expect(await statusOf(url, 'gym.example.org')).toBe(200)
      expect(await statusOf(url, 'other.example.org')).toBe(403)
    })
  })

  it('takes tokens from variables, and shows none', async () => {
    const variables = { AGENT_TOKEN: 'from-a-secret', TRAINER_TOKEN: ' with-a-newline\n' }
    const tokens = ['--token', 'agent=env:AGENT_TOKEN', '--token', 'env:TRAINER_TOKEN']
    const { out, err } = await whileServing(['--env', 'guess-number', ...tokens], { variables }, async (url) => {
      const statusOf = async (token: string): Promise<number> => (await fetch(`${url}/t/${token}/metrics`)).status
      expect(await statusOf('from-a-secret')).toBe(403)
      expect(await statusOf('with-a-newline')).toBe(200)
      expect(await statusOf('env:AGENT_TOKEN')).toBe(401)
    })
    expect(out + err).not.toMatch(/from-a-secret|with-a-newline/)
  })

  it('sets limits', async () => {
    const limits = ['--limit', 'frameBytesIn=100', '--limit', 'taskPage=2']
    await whileServing(['--env', 'webshop', ...limits], {}, async (url) => {
      expect((await post(`${url}/reset`, { agent: 'a'.repeat(100) })).status).toBe(413)
      const { tasks } = (await (await fetch(`${url}/tasks?limit=2`)).json()) as { tasks: unknown[] }
      expect(tasks).toHaveLength(2)
    })
  })

  it('runs with the arguments of the Kubernetes manifest in docs/deploy.md, and answers its probes', async () => {
    const folder = newFolder()
    const page = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8')
    const [, listed = '[]'] = /^ +args: (\[.*\])$/m.exec(page) ?? []
    const args: string[] = JSON.parse(listed).map((arg: string) => (arg === '/runs' ? join(folder, 'runs') : arg))
    const variables = {
      AGENT_TOKEN: 'token-of-agents',
      TRAINER_TOKEN: 'token-of-trainers',
      STEPGYM_SERVICE_HOST: '10.0.0.1',
      STEPGYM_PORT: 'tcp://10.0.0.1:80',
    }
    const probes = [...page.matchAll(/Probe: \{ httpGet: \{ path: (\S+),/g)].map(([, path]) => path)
    expect([args[0], probes]).toEqual(['serve', ['/health', '/ready']])
    await whileServing(args.slice(1), { variables, folder }, async (url) => {
      for (const path of probes) expect((await fetch(url + path)).status).toBe(200)
      expect((await post(`${url}/t/token-of-agents/guess-number/reset`, {})).status).toBe(200)
      expect((await post(`${url}/guess-number/reset`, {})).status).toBe(401)
    })
    expect(existsSync(join(folder, 'runs', 'guess-number', 'manifest.json'))).toBe(true)
  })

  it('reports at its start that a data folder is missing, and what to do', async () => {
    const folder = join(newFolder(), 'absent')
    const args = ['serve', '--env', 'tools-bfcl', '--port', '0', '--set', `data=${folder}`]
    const { code, out, err } = await run(args, { signal: AbortSignal.abort() })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(`CONFIG_INVALID: tools-bfcl cannot be opened: ${folder}: there is no such folder; set its`)
  })

  it('refuses at its start to record where nothing can be written', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    for (const record of ['file', 'file/runs']) {
      const { code, err } = await run(['serve', '--record', record], { folder, signal: AbortSignal.abort() })
      expect(code).toBe(1)
      expect(err).toContain('RECORD_FAILED')
      expect(err).toContain(`--record ${join(folder, record)}`)
    }
  })

  it.each([
    ['a file', 'secret', {}],
    ['a variable', 'env:GYM_SEED_KEY', { GYM_SEED_KEY: ' a secret of the server, of 40 characters ' }],
  ])('lets agents play the splits of --agent-split, and derives their seeds by --seed-key of %s', async (...given) => {
    const [, source, variables] = given
    const folder = newFolder()
    writeFileSync(join(folder, 'secret'), 'a secret of the server, of 40 characters\n')
    const tokens = ['--token', 'agent=agent-one', '--token', 'trainer-one']
    const flags = ['--env', 'webshop', '--agent-split', 'test', '--seed-key', source, '--record', 'served']
    await whileServing([...tokens, ...flags], { folder, variables }, async (url) => {
      const at = `${url}/t/agent-one`
      expect((await post(`${at}/reset`, { split: 'test', seed: 5, episode_id: 'e' })).status).toBe(200)
      expect((await post(`${at}/reset`, { split: 'train' })).status).toBe(403)
    })
    const [episode] = [...readRun(join(folder, 'served', 'webshop')).trajectories()]
    const key = 'a secret of the server, of 40 characters'
    const derived = createHmac('sha256', key).update('webshop@1 5').digest().readBigUInt64BE(0)
    expect(`${episode?.trajectory.seed}`).toBe(`${derived}`)
  })

  it('ends what is reset before its end as --unfinished says', async () => {
    const folder = newFolder()
    const args = ['--env', 'guess-number', '--unfinished', 'truncated', '--record', 'served']
    await whileServing(args, { folder }, async (url) => {
      await post(`${url}/reset`, { episode_id: 'e' })
      await post(`${url}/close`, { episode_id: 'e' })
    })
    const [episode] = [...readRun(join(folder, 'served', 'guess-number')).trajectories()]
    expect(episode?.trajectory).toMatchObject({ id: 'e', ending: 'truncated' })
  })

  it.each([
    [['--env', 'guess-number', '--seed-key', 'nowhere'], 1, 'CONFIG_INVALID'],
    [['--env', 'guess-number', '--seed-key', 'env:NOWHERE'], 1, 'CONFIG_INVALID'],
    [['--env', 'guess-number', '--seed-key', 'env:HOME'], 1, 'CONFIG_INVALID'],
    [['--unfinished', 'ended'], 2, 'Give aborted or truncated'],
    [['--port', '65536'], 2, 'Give a port'],
    [['--token', 'short'], 2, 'Give TOKEN'],
    [['--token', 'king=long-enough'], 2, 'Give TOKEN'],
    [['--env', 'guess-number', '--token', 'agent=env:NOWHERE'], 1, '--token env:NOWHERE: the variable has no token'],
    [['--env', 'guess-number', '--limit', 'session=1'], 1, 'limit session is unknown'],
    [['--env', 'guess-number', '--limit', 'sessions=0'], 2, 'Give NAME=NUMBER'],
    [['--env', 'guess-number', '--limit', '__proto__=1'], 1, 'limit __proto__ is unknown'],
    [['--env', 'guess-number', '--limit', 'stepMs=59000'], 1, 'CONFIG_INVALID'],
    [['--env', 'nowhere'], 1, 'ENV_UNKNOWN'],
    [['--host', '0.0.0.0'], 1, 'CONFIG_INVALID'],
    [['--set', 'profile=reference'], 1, 'CONFIG_INVALID'],
    [['--env', 'guess-number', '--default', 'webshop'], 1, 'CONFIG_INVALID'],
    [['--env', 'guess-number', '--hook', 'nothing'], 1, 'HOOK_UNKNOWN'],
  ])('refuses %j', async (args, status, message) => {
    const { code, err } = await run(['serve', ...args], { signal: AbortSignal.abort() })
    expect(code).toBe(status)
    expect(err).toContain(message)
  })
})
