import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../../agents/remote/gym.ts'
import { connected, served } from '../../support/server/client.ts'
import { echo } from '../../support/server/worlds.ts'

const PAGE = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8')
const isInstalled = spawnSync('nginx', ['-v']).status === 0
const started: ChildProcess[] = []

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

/** nginx with the configuration of the page, except its ports and the name. @returns Its address. */
async function proxied(upstream: string): Promise<string> {
  const [, documented = ''] = /```nginx\n([\s\S]*?)```/.exec(PAGE) ?? []
  const port = await freePort()
  const site = documented
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('gym.example.org', 'localhost')
    .replace('http://127.0.0.1:8000', upstream)
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const main = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}`
  writeFileSync(join(folder, 'conf'), `${main}\nhttp { access_log off; ${paths.join(' ')}\n${site}\n}`)
  started.push(spawn('nginx', ['-p', folder, '-c', join(folder, 'conf')], { stdio: 'ignore' }))
  const url = `http://localhost:${port}`
  while (!(await fetch(`${url}/health`).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 20))
  return url
}

describe.skipIf(!isInstalled)('a server behind nginx as documented', () => {
  it('plays episodes over HTTP and both dialects', async () => {
    const server = await served([echo], { hosts: ['localhost'] })
    const url = await proxied(server.url)
    const gym = await connect(`${url}/echo`)
    const episode = await gym.reset()
    expect((await episode.step('said')).observation).toBe('said')
    await gym.close()
    const client = await connected({ ...server, url }, '/ws')
    expect((await client.reset({})).data).toMatchObject({ done: false })
    const posted = await fetch(`${url}/reset`, { method: 'POST', body: '{"episode_id":"web"}' })
    expect(await posted.json()).toMatchObject({ episode_id: 'web' })
  })
})
