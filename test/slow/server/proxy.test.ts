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
const hasNginx = spawnSync('nginx', ['-v']).status === 0
const hasCaddy = spawnSync('caddy', ['version']).status === 0
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

/** A configuration of the page, by the language of its block. */
const documented = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1] ?? ''

async function up(port: number): Promise<string> {
  const url = `http://localhost:${port}`
  while (!(await fetch(`${url}/health`).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 20))
  return url
}

/** nginx with a site. @returns Its address. */
async function nginx(port: number, site: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  // Large bodies go through files in the folder, which a worker of another user cannot open.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const main = `${user} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}`
  writeFileSync(join(folder, 'conf'), `${main}\nhttp { access_log off; ${paths.join(' ')}\n${site}\n}`)
  started.push(spawn('nginx', ['-p', folder, '-c', join(folder, 'conf')], { stdio: 'ignore' }))
  return up(port)
}

/** As the page has it, except its ports and the name. */
const behindNginx = async (upstream: string, port: number): Promise<string> =>
  nginx(
    port,
    documented('nginx')
      .replace('listen 80;', `listen 127.0.0.1:${port};`)
      .replace('gym.example.org', 'localhost')
      .replace('http://127.0.0.1:8000', upstream),
  )

async function behindCaddy(upstream: string, port: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caddy-'))
  const site = documented('caddyfile')
    .replace('gym.example.org', `http://localhost:${port}`)
    .replace('127.0.0.1:8000', upstream.replace('http://', ''))
  writeFileSync(join(folder, 'Caddyfile'), `{\n  admin off\n  auto_https off\n}\n${site}`)
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const args = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']
  started.push(spawn('caddy', args, { stdio: 'ignore', env }))
  return up(port)
}

/** Value of an annotation of the page. */
const annotation = (name: string): string =>
  new RegExp(`nginx\\.ingress\\.kubernetes\\.io/${name}: "?([^"\n]+)"?`).exec(documented('yaml'))?.[1] ?? ''

/** What ingress-nginx generates of the annotations, as far as it concerns a server behind it. */
const behindIngress = async (upstream: string, port: number): Promise<string> =>
  nginx(
    port,
    `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
    server {
      listen 127.0.0.1:${port};
      server_name localhost;
      location / {
        client_max_body_size ${annotation('proxy-body-size')};
        proxy_set_header Host $http_host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_connect_timeout 5s;
        proxy_send_timeout ${annotation('proxy-send-timeout')}s;
        proxy_read_timeout ${annotation('proxy-read-timeout')}s;
        proxy_buffering off;
        proxy_request_buffering on;
        proxy_http_version 1.1;
        proxy_pass ${upstream};
      }
    }`,
  )

const PROXIES = [
  ['nginx', hasNginx, behindNginx],
  ['Caddy', hasCaddy, behindCaddy],
  ['what ingress-nginx generates', hasNginx, behindIngress],
] as const

describe.each(PROXIES.filter(([, isInstalled]) => isInstalled))(
  'a server behind %s as documented',
  (_name, _is, behind) => {
    it('plays episodes over HTTP and both dialects', async () => {
      const server = await served([echo], { hosts: ['localhost'] })
      const url = await behind(server.url, await freePort())
      const gym = await connect(`${url}/echo`)
      const episode = await gym.reset()
      expect((await episode.step('said')).observation).toBe('said')
      await gym.close()
      const client = await connected({ ...server, url }, '/ws')
      expect((await client.reset({})).data).toMatchObject({ done: false })
      const posted = await fetch(`${url}/reset`, { method: 'POST', body: '{"episode_id":"web"}' })
      expect(await posted.json()).toMatchObject({ episode_id: 'web' })
      const large = await fetch(`${url}/reset`, { method: 'POST', body: `{"seed": 1${' '.repeat(3_900_000)}}` })
      expect(large.status).toBe(200)
    })
  },
)
