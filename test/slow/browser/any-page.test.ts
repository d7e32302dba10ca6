import { createSocket } from 'node:dgram'
import { afterAll, describe, expect, it } from 'vitest'
import { closeSharedBrowsers, sharedBrowser } from '../../../browser/shared.ts'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import { Rng } from '../../../core/data/rng.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { fork } from '../../../core/episode/fork.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { FAMILIES } from '../../../envs/browser/apps/serve.ts'
import type { PageState } from '../../../envs/browser/state.ts'
import { environment, html, onPage, opened, refOf, site } from '../../support/browser/any-page.ts'
import { hasChromium } from '../../support/browser/chrome.ts'
import { foundChromium } from '../../support/browser/chromium.ts'
import { closeAfterTest } from '../../support/cleanup.ts'

/** Takes packets at a port of this machine that no proxy knows. */
async function listener() {
  const socket = createSocket('udp4')
  let packets = 0
  socket.on('message', () => packets++)
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  closeAfterTest(() => socket.close())
  return { port: socket.address().port, count: () => packets }
}

describe.skipIf(!hasChromium())('tasks on any page', () => {
  afterAll(closeSharedBrowsers)

  it('send nothing by calls between pages, which take no proxy', async () => {
    const { port, count } = await listener()
    const call = `new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${port}' }] })`
    const episode = await onPage(`<button onclick="
      const call = ${call}
      call.onicegatheringstatechange = () => document.body.append(' ' + call.iceGatheringState)
      call.createDataChannel('x')
      call.createOffer().then((offer) => call.setLocalDescription(offer))">call</button>`)
    await episode.step(`click(${refOf(episode, 'call')})`)
    for (let tries = 0; tries < 10 && !/complete/.test((episode.state as PageState).tree); tries++)
      await episode.step('press(Tab)')
    expect((episode.state as PageState).tree).toMatch(/complete/)
    expect(count()).toBe(0)
  })

  it.each(Object.keys(FAMILIES).map((family, index) => [family, index]))(
    'of the family %s are done by their shortest way, and no shorter one',
    async (family) => {
      const play = async (index: number): Promise<void> => {
        const episode = await opened({ families: `${family}`, generated: 2 }, index)
        const { shortest } = episode.grades()
        const rewards: (number | null)[] = []
        while (episode.ending === null) {
          const action = episode.expert({ rng: new Rng({ word0: 1, word1: 1 }, 0), turn: episode.index, noise: 0 })
          const { reward, isActionValid } = await episode.step(action)
          expect(isActionValid).toBe(true)
          rewards.push(reward)
        }
        expect(rewards).toEqual([...Array<number>((shortest ?? 0) - 1).fill(0), 1])
        expect(episode.grades()).toMatchObject({ progress: 1, over: 1 })
      }
      await Promise.all([play(0), play(1)])
    },
  )

  /** Each of its episodes opens a page. */
  it('keep the contract of environments', async () => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(environment, { generated: 4, steps: 4, families: 'form,menu' }))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  }, 900_000)

  it('fork by doing the same again on another page', async () => {
    const episode = await opened({ families: 'menu' })
    const expert = (one: Episode) => one.expert({ rng: new Rng({ word0: 1, word1: 1 }, 0), turn: 0, noise: 0 })
    await episode.step(expert(episode))
    const copy = await fork(episode)
    closeAfterTest(() => copy.close())
    expect(copy.text()).toBe(episode.text())
    await copy.step('press(Tab)')
    for (const one of [episode, copy]) {
      while (one.ending === null) await one.step(expert(one))
      expect(one.ending).toBe('terminated')
    }
  })

  it('are judged by address, element, predicate and answer together', async () => {
    const origin = await site((asked, answer) => {
      html(asked.url === '/b' ? '<p class="x">Found <b>It</b></p><p hidden>secret</p>' : '<a href="/b">to b</a>')(
        asked,
        answer,
      )
    })
    const play = async (judge: JsonObject, ...actions: readonly string[]): Promise<number | null> => {
      const episode = await opened({ allow: [origin], tasks: [{ start: `${origin}/`, instruction: 'go', judge }] })
      let reward: number | null = 0
      for (const action of [`click(${refOf(episode, 'to b')})`, ...actions])
        if (episode.ending === null) ({ reward } = await episode.step(action))
      return reward
    }
    expect(await play({ url: `${origin}/b` })).toBe(1)
    expect(await play({ url: `${origin}/c` })).toBe(0)
    expect(await play({ element: { selector: '.x', text: 'Found It' } })).toBe(1)
    expect(await play({ element: { selector: '.x', text: 'found it' } })).toBe(0)
    expect(await play({ element: { selector: 'p', text: 'secret' } })).toBe(0)
    expect(await play({ predicate: 'document.querySelectorAll("p").length === 2' })).toBe(1)
    expect(await play({ predicate: 'no.such.thing' })).toBe(0)
    expect(await play({ predicate: '(() => { for (;;); })()' })).toBe(0)
    expect(await play({ url: `${origin}/b`, answer: 'It' }, 'done( it )')).toBe(1)
    expect(await play({ url: `${origin}/b`, answer: 'It' }, 'done(that)')).toBe(0)
  })

  it('are judged in a world that scripts of the page cannot change', async () => {
    const origin = await site(
      html(
        '<script>document.querySelector = () => ({ textContent: "won" }); Boolean = () => true; won = true</script>',
      ),
    )
    const judges = ['document.querySelector("b").textContent === "won"', 'globalThis.won === true']
    for (const predicate of judges) {
      const episode = await opened({
        allow: [origin],
        tasks: [{ start: `${origin}/`, instruction: 'win', judge: { predicate } }],
      })
      expect((await episode.step('press(Tab)')).reward).toBe(0)
    }
  })

  it('show text, HTML or a picture instead of the tree', async () => {
    expect((await onPage('<p>some <b>words</b></p>', { observation: 'text' })).text()).toMatch(/\n\nsome words$/)
    expect((await onPage('<p>some <b>words</b></p>', { observation: 'html' })).text()).toContain(
      '<p>some <b>words</b></p>',
    )
    expect((await onPage('<p>some words</p>', { observation: 'screenshot' })).text().slice(0, 23)).toBe(
      'data:image/jpeg;base64,',
    )
  })

  it('load nothing from elsewhere, and say so', async () => {
    const elsewhere = await site(html('secret'))
    const episode = await onPage(
      `<a href="${elsewhere}/">away</a><img src="${elsewhere}/a.png"><iframe src="${elsewhere}/"></iframe><a href="file:///etc/passwd">file</a>`,
    )
    expect(episode.text()).not.toContain('secret')
    const { info } = await episode.step(`click(${refOf(episode, 'away')})`)
    expect(JSON.stringify(info.refused)).toContain(`${elsewhere}/`)
    expect(episode.text()).toContain('away')
    for (const url of [
      `${elsewhere}/`,
      'file:///etc/passwd',
      'chrome://settings',
      'data:text/html,x',
      'javascript:1',
      'about:blank',
    ]) {
      const { isActionValid, info: why } = await episode.step(`goto(${url})`)
      expect([isActionValid, why.problem]).toEqual([false, 'this address is not allowed'])
    }
    expect(episode.text()).toContain('away')
  })

  it('go nowhere by an answer that leads elsewhere, and say so', async () => {
    let asked = 0
    const elsewhere = await site((_, answer) => {
      asked++
      answer.end('secret')
    })
    const origin = await site((request, answer) => {
      if (request.url === '/') return html('<a href="/away">away</a>')(request, answer)
      answer.writeHead(302, { location: `${elsewhere}/there` }).end()
    })
    const task = { start: `${origin}/`, instruction: 'look', judge: { answer: 'yes' } }
    const episode = await opened({ allow: [origin], tasks: [task] })
    const { info } = await episode.step(`click(${refOf(episode, 'away')})`)
    expect(info.refused).toEqual([{ kind: 'request', detail: `${elsewhere}/there` }])
    expect(episode.text()).not.toContain('secret')
    await episode.step('back()')
    expect(episode.text()).toContain('away')
    expect(asked).toBe(0)
  })

  it('say at once that a reference of an earlier page leads nowhere', async () => {
    const episode = await onPage(`<button onclick="document.body.innerHTML = '<p>new</p>'">go</button>`, {
      actionMs: 60_000,
    })
    const ref = refOf(episode, 'go')
    await episode.step(`click(${ref})`)
    for (const action of [`click(${ref})`, `type(${ref}, x)`, 'select(e99, x)', 'click(f9e1)']) {
      const { isActionValid, info } = await episode.step(action)
      expect([isActionValid, info.problem]).toEqual([
        false,
        expect.stringMatching(/^the page has no element f?\d?e\d+ now$/),
      ])
    }
  }, 60_000)

  it('reach no name that leads to this machine', async () => {
    const origin = await site(html('secret'))
    const name = `http://localtest.invalid:${new URL(origin).port}`
    const world = await openWorld(environment, {
      allow: [name],
      tasks: [{ start: `${name}/`, instruction: 'x', judge: { answer: 'x' } }],
    })
    const outcome = await Promise.resolve(startEpisode(world, { task: world.tasks.at('test', 0), seed: 1 })).then(
      (episode) => closeAfterTest(() => episode.close()),
      (thrown: Error) => `${thrown.cause}`,
    )
    expect(outcome).toMatch(/net::ERR/)
  })

  it.each<[what: string, body: string, detail: RegExp]>([
    ['throws', '<script>throw new Error("broken")</script>', /"error".*broken/],
    ['asks', '<script>alert("hello")</script>', /"dialog".*alert: hello/],
    ['opens a window', '<button onclick="window.open(\'about:blank\')">go</button>', /"popup".*about:blank/],
    [
      'registers a worker',
      '<script>navigator.serviceWorker.register("/sw.js").catch(() => {})</script>',
      /"service-worker"/,
    ],
    ['empties itself', '<button onclick="document.open(); throw Error(\'empty\')">go</button>', /"error".*empty/],
    ['downloads', '<a download="x.txt" href="data:text/plain,x">go</a>', /"download"/],
    [
      'opens a socket',
      '<button onclick="new WebSocket(\'ws://elsewhere.example/\')">go</button>',
      /"socket".*elsewhere/,
    ],
  ])('continue where a page %s, and the step says so', async (_, body, detail) => {
    const episode = await onPage(body)
    const seen = episode.resetEffects.map((effect) => JSON.stringify(effect))
    // What comes of a click may come after its step: then the next one says so.
    const actions = [`click(${refOf(episode, 'go')})`, ...Array<string>(8).fill('press(Tab)')]
    for (const action of actions) {
      if (detail.test(seen.join())) break
      seen.push(JSON.stringify((await episode.step(action)).info))
    }
    expect(seen.join()).toMatch(detail)
    expect(episode.ending).toBeNull()
  })

  it.each([
    [
      'asks without end',
      '<script>setTimeout(() => { for (;;) alert("again") }, 200)</script>',
      /opened 20 dialogs|no answer within 6000 ms/,
    ],
    ['never rests', '<script>setTimeout(() => { for (;;); }, 200)</script>', /no answer within 6000 ms/],
    ['navigates without end', '<script>setTimeout(() => location.reload(), 0)</script>', /./],
  ])('of a page that %s end as aborted, or continue, and the next episode is well', async (_, body, reason) => {
    const outcome = await onPage(body).then(
      async (episode) => {
        await new Promise((resolve) => setTimeout(resolve, 300))
        return Promise.resolve(episode.step('press(Tab)')).then(
          () => 'continues',
          (thrown: Error) => `${thrown.cause}`,
        )
      },
      (thrown: Error) => `${thrown.cause}`,
    )
    expect(outcome).toMatch(reason)
    expect((await onPage('<p>well</p>')).text()).toContain('well')
  })

  const LONG = "'x'.repeat(1e6) + Math.random()"

  it.each([
    ['changes its address without end', `for (let i = 0; i < 50; i++) history.replaceState(null, '', '#' + ${LONG})`],
    ['opens sockets without end', `for (let i = 0; i < 20; i++) new WebSocket('ws://elsewhere.example/' + ${LONG})`],
    ['writes without end', `for (let i = 0; i < 50; i++) console.log(${LONG})`],
  ])('of a page that %s leave nothing behind that hinders the next', async (_, flood) => {
    const episode = await onPage(`<button onclick="setInterval(() => { ${flood} }, 1)">go</button>`)
    for (const action of [`click(${refOf(episode, 'go')})`, 'press(Tab)'])
      if (episode.ending === null) await Promise.resolve(episode.step(action)).catch(() => {})
    await episode.close()
    expect((await onPage('<p>well</p>', { actionMs: 5000 })).text()).toContain('well')
  })

  it('end as aborted where the browser is killed, and close', async () => {
    const episode = await onPage('<p>well</p>')
    const executable = foundChromium()
    const { kill } = await sharedBrowser(executable === null ? {} : { executable })
    kill()
    await expect(Promise.resolve(episode.step('press(Tab)'))).rejects.toThrow()
    expect(episode.ending).toBe('aborted')
    await episode.close()
    expect((await onPage('<p>well</p>')).text()).toContain('well')
  })

  it('show of a page of 50 MB that it is too large, or its beginning', async () => {
    const body = `<p>start</p><pre hidden>${'x'.repeat(50_000_000)}</pre>`
    expect((await onPage(body, { actionMs: 60_000 })).text()).toMatch(
      /The page is too large to show: \d+ elements, 50\d+ characters\./,
    )
    const text = (await onPage(body, { actionMs: 60_000, observation: 'text', shownCharacters: 100 })).text()
    expect(text).toContain('start')
    expect(text.length).toBeLessThan(400)
  })
})
