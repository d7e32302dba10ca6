import { describe, expect, it } from 'vitest'
import { markup } from '../../core/data/markup.ts'
import type { Token } from '../../server/roles.ts'
import type { LiveLine } from '../../viewer/answers.ts'
import { viewerPages } from '../../viewer/mount.ts'
import { newFolder } from '../support/folder.ts'
import { connected, served } from '../support/server/client.ts'
import { echo, mover } from '../support/server/worlds.ts'

const SITE_PAGE = { title: 'Echo', body: markup`<p>` }
const FILES = new Map([['/', { type: 'text/html; charset=utf-8', body: Buffer.from('<p>page') }]])
const TOKENS: readonly Token[] = [
  { role: 'trainer', token: 'trainer-token' },
  { role: 'observer', token: 'observer-token' },
  { role: 'agent', token: 'agent-token' },
]
const PAGE = { accept: 'text/html,*/*' }
const as = (role: string) => ({ authorization: `Bearer ${role}-token` })

const serving = (tokens: readonly Token[] = []) => {
  const folder = newFolder()
  return served([echo], { tokens, pagesOf: viewerPages({ folders: [folder], userFolder: folder, files: FILES }) })
}

/** Lines as they come; ask for one after the other. */
function linesOf({ body }: Response): () => Promise<LiveLine> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return async () => {
    while (!text.includes('\n')) text += (await reader?.read())?.value ?? ''
    const [line = '', ...rest] = text.split('\n')
    text = rest.join('\n')
    return JSON.parse(line)
  }
}

describe('the viewer within a server', () => {
  it('is at / for browsers, and leaves every other client its answers', async () => {
    const server = await serving()
    expect(await (await fetch(server.url, { headers: PAGE })).text()).toBe('<p>page')
    expect(await (await fetch(server.url)).json()).toMatchObject({ environments: [{ name: 'echo' }] })
    expect(await (await fetch(`${server.url}/health`, { headers: PAGE })).json()).toEqual({ status: 'healthy' })
    expect((await fetch(`${server.url}/-/nothing`)).status).toBe(404)
  })

  it('says on a page what is wrong with an address of a person, and in JSON to programs', async () => {
    const server = await serving()
    for (const path of ['/nothing', '/-/<img src=x>']) {
      const page = await fetch(server.url + path, { headers: PAGE })
      const text = await page.text()
      expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(text).toContain('FRAME_UNKNOWN')
      expect(text).not.toContain('<img')
      expect(await (await fetch(server.url + path)).json()).toMatchObject({ error: { code: 'FRAME_UNKNOWN' } })
    }
  })

  it('leads to the environments that a person can play', async () => {
    const site = { title: 'Echo', summary: 'Say it.', style: '', icon: '', page: () => SITE_PAGE, action: () => null }
    const folder = newFolder()
    const server = await served([{ ...echo, site }, mover], {
      pagesOf: viewerPages({ folders: [folder], userFolder: folder, files: FILES }),
    })
    const answer = await fetch(`${server.url}/-/api/sites`)
    expect(await answer.json()).toEqual({ sites: [{ title: 'Echo', summary: 'Say it.', home: '/echo' }] })
  })

  it('shows episodes while they are played: actions, rewards, endings', async () => {
    const server = await serving()
    const response = await fetch(`${server.url}/-/api/live`)
    expect(response.headers.get('content-type')).toContain('application/x-ndjson')
    const next = linesOf(response)
    expect(await next()).toEqual({ change: 0, missed: 0, episodes: [], monitors: [] })
    const client = await connected(server)
    await client.ask({ type: 'reset', data: { seed: 1 } })
    await client.ask({ type: 'step', data: { action: 'hello' } })
    await client.ask({ type: 'step', data: { action: 'stop' } })
    const seen = new Map<string, LiveLine['episodes'][number]>()
    while (![...seen.values()].some(({ ending }) => ending !== null))
      for (const episode of (await next()).episodes) seen.set(episode.id, episode)
    const [episode] = seen.values()
    expect(episode).toMatchObject({ environment: 'echo@1', stepCount: 2, return: 9, ending: 'terminated' })
    expect(episode?.steps.map(({ action, reward }) => [action, reward])).toEqual([
      ['hello', 5],
      ['stop', 4],
    ])
    expect(JSON.stringify(episode)).not.toContain('zqcanaryqz')
    const late = linesOf(await fetch(`${server.url}/-/api/live`))
    expect((await late()).episodes).toEqual([episode])
  })

  it('shows what monitors read once a group has closed', async () => {
    const server = await serving()
    const next = linesOf(await fetch(`${server.url}/-/api/live`))
    const client = await connected(server)
    await client.ask({ type: 'reset', data: { seed: 1, group_id: 'g', group_size: 1 } })
    await client.ask({ type: 'step', data: { action: 'stop' } })
    let monitors: LiveLine['monitors'] = []
    while (monitors.length === 0) monitors = (await next()).monitors
    const [{ environment, readings } = { environment: '', readings: [] }] = monitors
    const [invalid] = readings
    expect([environment, invalid?.monitor, invalid?.value]).toEqual(['echo@1', 'invalid-actions', 0])
  })

  it('is open to trainers and observers, closed to agents and to those without a token', async () => {
    const server = await serving(TOKENS)
    const status = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> => {
      const left = new AbortController()
      const response = await fetch(server.url + path, { headers, signal: left.signal })
      left.abort()
      return response.status
    }
    for (const path of ['/-/api/live', '/-/api/runs']) {
      expect(await status(path, {})).toBe(401)
      expect(await status(path, as('agent'))).toBe(403)
    }
    expect(await status('/-/api/live', as('observer'))).toBe(200)
    expect(await status('/-/api/live', as('trainer'))).toBe(200)
    expect(await status('/', PAGE)).toBe(200)
  })

  it('answers requests for its own host names and pages only, as its server does', async () => {
    const server = await serving()
    const foreign = await fetch(`${server.url}/-/api/live`, { headers: { origin: 'https://example.org' } })
    expect(foreign.status).toBe(403)
    expect(await foreign.json()).toMatchObject({ error: { code: 'ORIGIN_FOREIGN' } })
    const posted = await fetch(`${server.url}/-/api/runs`, { method: 'POST' })
    expect(posted.status).toBe(404)
  })

  it('ends what it sends when its server stops', async () => {
    const server = await serving()
    const response = await fetch(`${server.url}/-/api/live`)
    await linesOf(response.clone() as Response)()
    await server.close('enough')
    await expect(response.text()).resolves.toContain('"episodes":[]')
  })

  it('stands below a name that no environment can have', async () => {
    await expect(served([{ ...echo, id: '-@1' }])).rejects.toThrow(/"-" cannot be the name of an environment/)
  })
})
