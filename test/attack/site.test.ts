import { request } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markup } from '../../core/data/markup.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { GymServer } from '../../server/listen.ts'
import { parseHtml, tagged, unsafeIn } from '../support/html.ts'
import { share } from '../support/long.ts'
import { Browser, hiddenFields } from '../support/server/browser.ts'
import { served } from '../support/server/client.ts'

const CANARY = 'canary-7391'
const tokens = [
  { role: 'trainer', token: `token-${CANARY}` },
  { role: 'agent', token: `agent-${CANARY}` },
] as const

/** A site whose task, state and grades have a canary, and whose page shows what it was sent. */
const kiosk = defineEnvironment({
  id: 'kiosk@1',
  maxSteps: 1000,
  action: (raw) => String(raw),
  tasks: () => ({ train: [{ id: 'one', public: { hint: 1 }, private: { secret: CANARY } }] }),
  reset: ({ task }) => ({ secret: task.private.secret, heard: '' }),
  step: ({ secret }, heard) => ({ state: { secret, heard }, reward: 0, terminated: false }),
  observe: { text: ({ heard }) => heard },
  site: {
    title: 'Kiosk',
    summary: 'Say something.',
    style: '',
    icon: '',
    page: ({ heard }, { action, fields }) => ({
      title: heard,
      body: markup`<main><h1>${heard}</h1><form method="post" action="${action}">${Object.entries(fields).map(
        ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
      )}</form></main>`,
    }),
    action: (_, { say }) => say ?? null,
  },
})

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function sent({ url }: Pick<GymServer, 'url'>, { method, path, headers, body }: Request): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url)
    const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = JSON.stringify(response.headers)
      response.on('data', (data) => {
        text += data
      })
      response.on('end', () => resolve([response.statusCode ?? 0, text]))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const word = fc.constantFrom(
  'kiosk',
  'visits',
  'leave',
  'sign-in',
  'style.css',
  '0',
  '1',
  '..',
  '%2e',
  '%ff',
  '',
  't',
  'x',
)
const FORM = 'application/x-www-form-urlencoded'
const anyRequest = (secret: string, mark: string, id: string): fc.Arbitrary<Request> =>
  fc.record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'),
    path: fc.oneof(
      fc.array(word, { maxLength: 5 }).map((words) => `/${words.join('/')}`),
      fc.constantFrom(`/kiosk/visits/${id}/0`, `/kiosk/visits/${id}/1`, `/kiosk/visits/${id}`, '/kiosk/visits'),
    ),
    headers: fc.record(
      {
        cookie: fc.constantFrom(
          'a',
          'stepgym-visitor=',
          `stepgym-visitor=${secret}`,
          `stepgym-visitor=${'x'.repeat(43)}`,
        ),
        origin: fc.constantFrom('null', 'https://elsewhere.example', 'x'),
        'content-type': fc.constantFrom(FORM, `${FORM}; charset=utf-8`, 'text/plain', 'application/json'),
      },
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      fc.constantFrom('form', 'form=', `form=${mark}&form=x`, '%', '&&&=', '{}', 'split=__proto__&index=0', 'token=x'),
      fc.string({ maxLength: 20 }),
    ),
  })

describe('requests for a site that no page makes', () => {
  it('are answered with a refusal or a page, move no visit, and learn nothing', async () => {
    const server = await served([kiosk], { tokens })
    const browser = new Browser(server)
    await browser.submit(await browser.get('/kiosk'), '/kiosk/sign-in', { token: tokens[0].token })
    const page = await browser.submit(await browser.get('/kiosk'), '/kiosk/visits')
    const [, , , id = ''] = page.path.split('/')
    const { form = '' } = hiddenFields(page, page.path)
    const secret = browser.cookies.get('stepgym-visitor') ?? ''
    await fc.assert(
      fc.asyncProperty(anyRequest(secret, `${form}x`, id), async (asked) => {
        const [status, text] = await sent(server, asked)
        expect(status).toBeLessThan(500)
        expect(text).not.toContain(CANARY)
        // The mark of its forms is for the visitor's browser alone.
        if (asked.headers.cookie !== `stepgym-visitor=${secret}`) expect(text).not.toContain(form)
      }),
      { numRuns: share(80, 3000) },
    )
    expect(server.host.counts).toMatchObject({ sessions: 1, episodes: 1 })
    expect((await browser.get(page.path)).status).toBe(200)
  })

  it('cannot say anything that a page shows as more than text', async () => {
    const server = await served([kiosk])
    const browser = new Browser(server)
    let page = await browser.submit(await browser.get('/kiosk'), '/kiosk/visits')
    const texts = [
      '</h1><script>',
      '"><img src=x onerror=y>',
      '\u202e\u0000\u001b[2J',
      '&lt;b&gt;',
      "' onclick='x",
      '$&$1`',
    ]
    for (const say of texts) {
      page = await browser.submit(page, page.path, { say })
      expect([page.status, unsafeIn(page.root)]).toEqual([200, []])
      expect(tagged(page.root, 'h1')).toHaveLength(1)
    }
    const refused = await browser.post('/kiosk/visits', { ...hiddenFields(page, page.path), split: '<script>' })
    expect([refused.status, unsafeIn(parseHtml(refused.source))]).toEqual([404, []])
  })
})
