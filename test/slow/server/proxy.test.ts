import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
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
  new RegExp(`nginx\\.ingress\\.kubernetes\\.io/${name}: "?([^"\n]+)"?`).exec(PAGE)?.[1] ?? ''

/** Place below which a server is served, and what ingress-nginx makes of the annotations that say so. */
interface Place {
  readonly location: string
  readonly rewrite: string
  readonly base: string
}

const AT_ROOT: Place = { location: 'location /', rewrite: '', base: '' }

/** Place of a path with groups, whose second one is the path behind it. */
const belowPath = (): Place => {
  const [path, target] = [/path: (\S*\(\S*)\n/.exec(PAGE)?.[1] ?? '', annotation('rewrite-target')]
  return { location: `location ~* "^${path}"`, rewrite: `rewrite "(?i)${path}" ${target} break;`, base: '/gym' }
}

/** What ingress-nginx generates of the annotations, with its own defaults, as far as it concerns a server behind it. */
const behindIngress =
  (placeOf: () => Place) =>
  async (upstream: string, port: number): Promise<string> => {
    const { location, rewrite, base } = placeOf()
    const url = await nginx(
      port,
      `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      client_header_buffer_size 1k;
      large_client_header_buffers 4 8k;
      client_body_buffer_size 8k;
      upstream gym {
        server ${upstream.replace('http://', '')};
        keepalive 320;
        keepalive_time 1h;
        keepalive_timeout 60s;
        keepalive_requests 10000;
      }
      server {
        listen 127.0.0.1:${port};
        server_name localhost;
        ${location} {
          port_in_redirect off;
          client_max_body_size ${annotation('proxy-body-size')};
          proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
          proxy_set_header X-Request-ID $request_id;
          proxy_set_header X-Real-IP $remote_addr;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_set_header X-Forwarded-Port $server_port;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-Scheme $scheme;
          proxy_set_header Proxy "";
          proxy_connect_timeout 5s;
          proxy_send_timeout ${annotation('proxy-send-timeout')}s;
          proxy_read_timeout ${annotation('proxy-read-timeout')}s;
          proxy_buffering off;
          proxy_buffer_size 4k;
          proxy_buffers 4 4k;
          proxy_max_temp_file_size 1024m;
          proxy_request_buffering on;
          proxy_http_version 1.1;
          proxy_cookie_domain off;
          proxy_cookie_path off;
          proxy_next_upstream error timeout;
          proxy_next_upstream_tries 3;
          ${rewrite}
          proxy_pass http://gym;
          proxy_redirect off;
        }
      }`,
    )
    return url + base
  }

/** Body of the answer for a name of the server, which `fetch` takes from the address alone. */
async function answerTo(url: string, host: string): Promise<string> {
  const [response] = await once(request(url, { headers: { host } }).end(), 'response')
  const parts: string[] = []
  for await (const part of response.setEncoding('utf8')) parts.push(part)
  return parts.join('')
}

const MCP = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})

const PROXIES = [
  ['nginx', hasNginx, behindNginx],
  ['Caddy', hasCaddy, behindCaddy],
  ['what ingress-nginx generates', hasNginx, behindIngress(() => AT_ROOT)],
  ['what ingress-nginx generates for a path', hasNginx, behindIngress(belowPath)],
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
      const opened = await fetch(`${url}/echo/mcp`, { method: 'POST', headers: MCP, body: INITIALIZE })
      expect(opened.headers.get('mcp-session-id')).toMatch(/./)
      // A proxy keeps connections for 60 s: the server must not close them before.
      expect((await fetch(`${server.url}/echo/tasks`)).headers.get('keep-alive')).toBe('timeout=75')
      for (let number = 0; number < 20; number++)
        expect((await fetch(`${url}/echo/tasks`, { headers: { cookie: 'a'.repeat(number * 300) } })).status).toBe(200)
    })

    it('refuses a name that the server was not given, and bodies above the limit', async () => {
      const server = await served([echo], { hosts: ['localhost'] })
      const url = await behind(server.url, await freePort())
      expect(await answerTo(`${url}/echo/tasks`, new URL(url).host)).toContain('"tasks"')
      expect(await answerTo(`${url}/echo/tasks`, 'elsewhere.example')).not.toContain('"tasks"')
      const body = `{"seed": 1${' '.repeat(5_000_000)}}`
      expect((await fetch(`${url}/reset`, { method: 'POST', body })).status).toBe(413)
    })
  },
)
