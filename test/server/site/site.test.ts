import { describe, expect, it } from 'vitest'
import { markup } from '../../../core/data/markup.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import { problem } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { readRun } from '../../../records/reader.ts'
import type { GymServer } from '../../../server/listen.ts'
import { tagged, textOf, unsafeIn } from '../../support/html.ts'
import { Browser, hiddenFields, type Page } from '../../support/server/browser.ts'
import { quiet, served, until } from '../../support/server/client.ts'
import { recording } from '../../support/server/recording.ts'
import { echo } from '../../support/server/worlds.ts'

/** Count to the number of the task: a site of two buttons. */
const counter = defineEnvironment({
  id: 'counter@1',
  maxSteps: 4,
  action: (raw) => (raw === 'up' || raw === 'break' ? raw : problem('up or break')),
  tasks: () => ({ train: [1, 2, 3].map(taskOf), test: [9].map(taskOf) }),
  reset: ({ task }) => ({ goal: task.private.goal, count: 0 }),
  step({ goal, count }, action) {
    if (action === 'break') throw new Error('broken by /secret/path')
    const isThere = count + 1 === goal
    return { state: { goal, count: count + 1 }, reward: isThere ? 1 : 0, terminated: isThere }
  },
  observe: { text: ({ count }) => `count ${count}` },
  grades: ({ count, goal }) => ({ left: goal - count }),
  site: {
    title: 'Counter',
    summary: 'Count.',
    style: 'p { color: red }',
    icon: '<svg xmlns="http://www.w3.org/2000/svg"/>',
    page: ({ count }, { action, fields, ending, grades, step, maxSteps }) => ({
      title: `Count ${count}`,
      body: markup`<main><h1>count ${count}</h1><p>${step} of ${maxSteps}, ${ending ?? 'open'}, ${JSON.stringify(grades)}</p>
<form method="post" action="${action}">${Object.entries(fields).map(
        ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
      )}<button name="do" value="up">Up</button><button name="do" value="break">Break</button></form></main>`,
    }),
    action: (_, fields) => fields.do ?? null,
  },
})

function taskOf(goal: number) {
  return { id: `to-${goal}`, public: { hint: 'up' }, private: { goal } }
}

interface Play {
  readonly server: GymServer
  readonly ended: Trajectory[]
  readonly browser: Browser
}

async function playing(more: Parameters<typeof served>[1] = {}): Promise<Play> {
  const server = await served([counter, echo], more)
  const ended: Trajectory[] = []
  server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
  return { server, ended, browser: new Browser(server) }
}

const begun = async (
  browser: Browser,
  task: Readonly<Record<string, string>> = { split: 'train', index: '2' },
): Promise<Page> => browser.submit(await browser.get('/counter'), '/counter/visits', task)

const heading = ({ root }: Page): string => tagged(root, 'h1').map(textOf).join()

describe('a visit to the site of an environment', () => {
  it('is an episode by a human that is played and recorded step by step', async () => {
    const { browser, ended, server } = await playing()
    let page = await begun(browser)
    expect([page.status, heading(page), textOf(page.root)]).toEqual([
      200,
      'count 0',
      expect.stringContaining('0 of 4, open, null'),
    ])
    page = await browser.press(page, 'Up')
    expect(page.path).toMatch(/^\/counter\/visits\/[\w-]+\/1$/)
    page = await browser.press(await browser.press(page, 'Up'), 'Up')
    expect(textOf(page.root)).toContain('3 of 4, terminated, {"left":0}')
    expect(ended).toMatchObject([{ ending: 'terminated', endingReason: null }])
    expect(ended[0]?.steps.map(({ action, rewards }) => [action, rewards[0]?.value])).toEqual([
      ['up', 0],
      ['up', 0],
      ['up', 1],
    ])
    expect(server.host.counts.episodes).toBe(0)
  })

  it('is in the record under the name human', async () => {
    const { server, folder } = await recording(counter)
    const browser = new Browser(server)
    await browser.press(await begun(browser, { split: 'train', index: '0' }), 'Up')
    await server.close()
    const [played, ...others] = readRun(folder).trajectories()
    expect(others).toEqual([])
    expect(played).toMatchObject({ isFinished: true, start: { agent: 'human', taskId: 'to-1' } })
    expect(played?.trajectory.steps.map(({ action, rewards }) => [action, rewards[0]?.value])).toEqual([['up', 1]])
  })

  it('continues where it was, from the start page and from the address without a step', async () => {
    const { browser } = await playing()
    const page = await browser.press(await begun(browser), 'Up')
    const home = await browser.get('/counter')
    expect(textOf(home.root)).toContain('1 steps were taken')
    expect(tagged(home.root, 'a').map(({ attributes }) => attributes.href)).toContain(page.path)
    expect((await browser.get(page.path.replace(/\/1$/, ''))).path).toBe(page.path)
  })

  it('says of an earlier page that it is out of date, whether it is looked at or used', async () => {
    const { browser, server } = await playing()
    const first = await begun(browser)
    await browser.press(await browser.press(first, 'Up'), 'Up')
    const back = await browser.get(first.path)
    expect([back.status, heading(back)]).toEqual([409, 'This page is out of date'])
    const used = await browser.press(first, 'Break')
    expect([used.status, textOf(used.root)]).toEqual([409, expect.stringContaining('now it is after step 2')])
    expect(server.host.counts.episodes).toBe(1)
  })

  it('takes a form that is sent twice as one step, and one of another tab as out of date', async () => {
    const { browser } = await playing()
    const page = await begun(browser)
    const [one, two] = await Promise.all([browser.press(page, 'Up'), browser.press(page, 'Up')])
    expect([one.path, two.path]).toEqual([page.path.replace(/0$/, '1'), page.path.replace(/0$/, '1')])
    expect(heading(await browser.get(one.path))).toBe('count 1')
  })

  it('is truncated when its visitor ends it, or begins another', async () => {
    const { browser, ended } = await playing()
    await begun(browser)
    await browser.submit(await browser.get('/counter'), '/counter/leave')
    await begun(browser)
    await begun(browser)
    const endings = ended.map(({ ending, endingReason }) => `${ending}: ${endingReason}`)
    expect(endings).toEqual(['truncated: the visitor left', 'truncated: the visitor left'])
  })

  it('is truncated when its visitor sends nothing for long; then its session ends, and another may begin', async () => {
    const { browser, ended, server } = await playing({ limits: { idleMs: 60 } })
    await begun(browser)
    await quiet(server)
    expect(ended.map(({ ending, endingReason }) => `${ending}: ${endingReason}`)).toEqual(['truncated: idle'])
    expect(heading(await browser.get('/counter'))).toBe('Play Counter')
  })

  it('is truncated by its steps, and aborted with the server', async () => {
    const { browser, ended, server } = await playing()
    let page = await begun(browser, { split: 'test', index: '0' })
    for (let step = 0; step < 4; step++) page = await browser.press(page, 'Up')
    expect(textOf(page.root)).toContain('4 of 4, truncated, {"left":5}')
    expect((await browser.press(page, 'Up')).path).toBe(page.path)
    await begun(browser)
    await server.close('the test is over')
    expect(ended.map(({ ending }) => ending)).toEqual(['truncated', 'aborted'])
  })

  it('ends with a failure of the environment, of which it shows no detail', async () => {
    const { browser, ended } = await playing()
    const page = await begun(browser)
    const failed = await browser.press(page, 'Break')
    expect([failed.status, heading(failed)]).toEqual([500, 'That did not work'])
    expect(failed.source).not.toContain('secret')
    await until(() => ended.length === 1)
    expect(textOf((await browser.get(page.path)).root)).toContain('aborted, null')
  })

  it('changes nothing for a form that the page does not have', async () => {
    const { browser } = await playing()
    const page = await begun(browser)
    const refused = await browser.submit(page, page.path, {})
    expect([refused.status, textOf(refused.root)]).toEqual([422, expect.stringContaining('no such button')])
    expect(heading(await browser.get(page.path))).toBe('count 0')
  })
})

describe('the site of an environment', () => {
  it('is there for environments that have one, and leaves other addresses alone', async () => {
    const { server } = await playing()
    const statusOf = async (path: string, init?: RequestInit) => (await fetch(server.url + path, init)).status
    expect(await statusOf('/counter')).toBe(200)
    expect(await statusOf('/counter/', { method: 'HEAD' })).toBe(200)
    for (const path of [
      '/echo',
      '/nowhere',
      '/counter/visits',
      '/counter/visits/a/b',
      '/counter/visits/a/1/2',
      '/t/x/counter',
    ])
      expect([path, await statusOf(path)]).toEqual([path, 404])
    expect(await statusOf('/counter/metadata')).toBe(200)
    expect(await statusOf('/counter', { method: 'DELETE' })).toBe(404)
  })

  it('opens no environment for its files, or for a visit that there is not', async () => {
    const { browser, server } = await playing()
    expect((await browser.get('/counter/style.css')).source).toBe('p { color: red }')
    expect((await browser.get('/counter/icon.svg')).headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
    expect((await browser.get('/counter/visits/unknown/0')).status).toBe(409)
    expect(server.host.environmentHosts).toEqual([])
  })

  it('lets pages run and load nothing, show themselves in no frame, and stay in no cache', async () => {
    const { browser } = await playing()
    const pages = [await browser.get('/counter'), await begun(browser), await browser.get('/counter/visits/x/3')]
    for (const { headers, root } of pages) {
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(unsafeIn(root)).toEqual([])
    }
  })

  it('shows a visit to its own browser alone', async () => {
    const { browser, server } = await playing()
    const page = await begun(browser)
    const other = new Browser(server)
    await other.get('/counter')
    for (const { status, source } of [await other.get(page.path), await other.post(page.path, {})]) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(source).not.toContain('count 0')
    }
  })

  it.each(['/counter/visits', '/counter/leave', '/counter/sign-in'])(
    'refuses forms for %s that are not from here',
    async (path) => {
      const { browser, server } = await playing()
      const { form = '' } = hiddenFields(await browser.get('/counter'), '/counter/visits')
      const refusals = [
        await browser.post(path, { form }, { origin: 'https://elsewhere.example' }),
        await browser.post(path, { form: `${form}x` }),
        await browser.post(path, {}),
        await new Browser(server).post(path, { form }),
      ]
      expect(refusals.map(({ status }) => status)).toEqual([403, 403, 403, 403])
      expect(server.host.counts.episodes).toBe(0)
    },
  )

  it('refuses bodies that are not forms, and large ones', async () => {
    const { browser } = await playing()
    const page = await begun(browser)
    expect((await browser.post(page.path, {}, { 'content-type': 'text/plain' })).status).toBe(422)
    expect((await browser.post(page.path, { search: 'x'.repeat(70_000) })).status).toBe(413)
    expect((await browser.post('/counter/visits', { ...hiddenFields(page, page.path), index: '-1' })).status).toBe(422)
  })

  it('answers pages under its own host name only', async () => {
    const { server } = await playing()
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      request(`${server.url}/counter`, { headers: { host: 'elsewhere.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end()
    })
    expect(status).toBe(403)
  })

  it('gives each visitor a session, which counts towards the limits', async () => {
    const { server, browser } = await playing({ limits: { tokenSessions: 1 } })
    await begun(browser)
    expect(server.host.counts.sessions).toBe(1)
    const refused = await begun(new Browser(server))
    expect([refused.status, textOf(refused.root)]).toEqual([503, expect.stringContaining('CAPACITY_REACHED')])
    expect((await begun(browser)).status).toBe(200)
  })
})

describe('the site of a server with tokens', () => {
  const tokens = [
    { role: 'agent', token: 'agent-token' },
    { role: 'trainer', token: 'trainer-token' },
    { role: 'observer', token: 'observer-token' },
  ] as const

  const signedIn = async (server: GymServer, token: string): Promise<Browser> => {
    const browser = new Browser(server)
    await browser.submit(await browser.get('/counter'), '/counter/sign-in', { token })
    return browser
  }

  it('asks for one before anything is played, and puts it into no address, page or cookie', async () => {
    const { server, browser } = await playing({ tokens })
    const home = await browser.get('/counter')
    expect(heading(home)).toBe('Sign in')
    const fields = hiddenFields(home, '/counter/sign-in')
    expect((await browser.post('/counter/visits', fields)).status).toBe(401)
    const before = browser.cookies.get('stepgym-visitor')
    const inside = await browser.submit(home, '/counter/sign-in', { token: ' trainer-token ' })
    expect([inside.path, heading(inside)]).toEqual(['/counter', 'Play Counter'])
    expect(inside.source + JSON.stringify([...browser.cookies])).not.toContain('trainer-token')
    expect(browser.cookies.get('stepgym-visitor')).not.toBe(before)
    expect(heading(await begun(browser))).toBe('count 0')
    expect(server.host.counts.episodes).toBe(1)
  })

  it('gives a browser that came over HTTPS a cookie for HTTPS alone', async () => {
    const { server, browser } = await playing({ tokens })
    const home = await browser.get('/counter')
    const { host } = new URL(server.url)
    const response = await fetch(`${server.url}/counter/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ...hiddenFields(home, '/counter/sign-in'), token: 'agent-token' }),
      headers: { origin: `https://${host}`, cookie: `stepgym-visitor=${browser.cookies.get('stepgym-visitor')}` },
    })
    expect([response.status, response.headers.get('set-cookie')]).toEqual([303, expect.stringMatching(/; Secure$/)])
    expect(home.headers.get('set-cookie')).toMatch(
      /^stepgym-visitor=[\w-]{43}; Path=\/counter; HttpOnly; SameSite=Lax$/,
    )
  })

  it.each([
    ['no-such-token', 401],
    ['observer-token', 403],
    ['', 401],
  ])('refuses %j with %i', async (token, status) => {
    const { browser } = await playing({ tokens })
    expect((await browser.submit(await browser.get('/counter'), '/counter/sign-in', { token })).status).toBe(status)
    expect(heading(await browser.get('/counter'))).toBe('Sign in')
  })

  it('shows a visitor with an agent’s token its splits alone, and no parts of the reward', async () => {
    const { server } = await playing({ tokens })
    const browser = await signedIn(server, 'agent-token')
    const home = await browser.get('/counter')
    expect(tagged(home.root, 'option').map(textOf)).toEqual(['train (3 tasks)'])
    expect((await begun(browser, { split: 'test', index: '0' })).status).toBe(403)
    const done = await browser.press(await begun(browser, { split: 'train', index: '0' }), 'Up')
    expect(textOf(done.root)).toContain('1 of 4, terminated, null')
    const trainer = await signedIn(server, 'trainer-token')
    expect(tagged((await trainer.get('/counter')).root, 'option').map(textOf)).toEqual([
      'train (3 tasks)',
      'test (1 tasks)',
    ])
  })
})
