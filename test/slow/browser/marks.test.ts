import { afterAll, describe, expect, it } from 'vitest'
import { closeSharedBrowsers } from '../../../browser/shared.ts'
import { Rng } from '../../../core/data/rng.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { FAMILIES } from '../../../envs/browser/apps/serve.ts'
import { labelOf, type Mark } from '../../../envs/browser/marks.ts'
import type { PageState } from '../../../envs/browser/state.ts'
import { onPage, opened } from '../../support/browser/any-page.ts'
import { hasChromium, launched } from '../../support/browser/chrome.ts'
import { closeAfterTest } from '../../support/cleanup.ts'

const stateOf = (episode: Episode): PageState => episode.state as PageState
const names = (episode: Episode): readonly string[] => stateOf(episode).marks.map(({ name }) => name)

function markOf(episode: Episode, name: string): Mark {
  const mark = stateOf(episode).marks.find((each) => each.name === name)
  if (mark === undefined) throw new Error(`no mark is called ${name}: ${names(episode)}`)
  return mark
}

const middleOf = ({ x, y, width, height }: Mark): string =>
  `${Math.floor(x + width / 2)}, ${Math.floor(y + height / 2)}`

const expertOf = (episode: Episode): string =>
  String(episode.expert({ rng: new Rng({ word0: 1, word1: 1 }, 0), turn: episode.index, noise: 0 }))

/** What an action by reference is to an agent that sees marks alone. */
type Translation = (verb: string, mark: Mark, text: string) => string

const byLabel: Translation = (verb, { ref }, text) => `${verb}(${labelOf(ref)}${text})`
/** A list has no coordinates for its choices, which are no part of the page. */
const byCoordinates: Translation = (verb, mark, text) =>
  verb === 'select' ? byLabel(verb, mark, text) : `${verb}_at(${middleOf(mark)}${text})`

/** Plays the shortest way: its rewards. */
async function played(episode: Episode, translate: Translation): Promise<readonly (number | null)[]> {
  const rewards: (number | null)[] = []
  while (episode.ending === null) {
    const [action, verb = '', ref = '', text = ''] = /^([a-z]+)\((\w+)(, .*)?\)$/s.exec(expertOf(episode)) ?? []
    const mark = stateOf(episode).marks.find((each) => each.ref === ref)
    const { reward, info } = await episode.step(mark ? translate(verb, mark, text) : (action ?? ''))
    expect(info).toEqual({})
    rewards.push(reward)
  }
  return rewards
}

const colour = /^#[0-9A-F]{6}$/

/** Colours of a picture at some points, as a browser decodes it. */
async function coloursAt(picture: string, points: readonly (readonly number[])[]): Promise<readonly string[]> {
  const browser = await launched()
  closeAfterTest(() => browser.close())
  const page = await browser.newPage()
  return page.evaluate(`(${COLOURS})(${JSON.stringify(picture)}, ${JSON.stringify(points)})`)
}

const COLOURS = `async (source, points) => {
  const image = await createImageBitmap(await (await fetch(source)).blob())
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
  pen.drawImage(image, 0, 0)
  const hex = (value) => value.toString(16).padStart(2, '0').toUpperCase()
  return points.map(([x, y]) => '#' + [...pen.getImageData(x, y, 1, 1).data].slice(0, 3).map(hex).join(''))
}`

const MARKS = { observation: 'marks', picture: 'png', width: 600, height: 400, actionMs: 20_000 }

describe.skipIf(!hasChromium())('marks on a page', () => {
  afterAll(closeSharedBrowsers)

  it.each(Object.keys(FAMILIES))(
    'of the family %s are enough to solve a task, as are their coordinates',
    async (family) => {
      for (const translate of [byLabel, byCoordinates]) {
        const episode = await opened({ families: family, observation: 'marks', height: 1200 })
        const rewards = await played(episode, translate)
        expect(rewards.at(-1)).toBe(1)
        expect(episode.grades()).toMatchObject({ progress: 1, shortest: rewards.length })
      }
    },
  )

  it('are drawn in the picture, and not on the page', async () => {
    const body = `<p style="height: 60px"></p><button>go</button><script>
      let changes = 0
      new MutationObserver((all) => { changes += all.length }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
      document.querySelector('button').onclick = () => { document.title = changes + ' changes, ' + document.all.length }
    </script>`
    const [marked, plain] = [await onPage(body, MARKS), await onPage(body, { ...MARKS, observation: 'screenshot' })]
    const { ref, x, y, width, height } = markOf(marked, 'go')
    const [edge, label] = [[x + width / 2, y] as const, [x + 1, y - 14] as const]
    const outside = [x + width + 40, y + height + 40] as const
    const [drawn, labelled, beyond] = await coloursAt(marked.text(), [edge, label, outside])
    expect([drawn, labelled]).toEqual(['#B3261E', '#B3261E'])
    expect([...(await coloursAt(plain.text(), [label, outside]))]).toEqual(['#FFFFFF', beyond])
    expect(beyond).toMatch(colour)
    await marked.step(`click(${labelOf(ref)})`)
    await plain.step(`click(${labelOf(ref)})`)
    expect(stateOf(marked).title).toBe(stateOf(plain).title)
    expect(stateOf(marked).title).toMatch(/^\d+ changes, \d+$/)
  })

  it('are on what can be seen and acted on, and on nothing else', async () => {
    const episode = await onPage(
      `<button>seen</button> <button disabled>off</button> <button style="pointer-events: none">through</button>
      <button style="position: absolute; left: 100px; top: 200px">covered</button>
      <div style="position: absolute; left: 90px; top: 190px; width: 200px; height: 60px; background: red">over</div>
      <button style="position: absolute; top: 3000px">below</button>
      <p style="width: 110px">some words <a href="#x">a link that is broken</a></p>
      <div style="cursor: pointer">pointed</div>
      <div id="host"></div><script>host.attachShadow({ mode: 'open' }).innerHTML = '<button>in shadow</button>'</script>`,
      MARKS,
    )
    expect(names(episode)).toEqual(['seen', 'a link that is broken', '', 'in shadow'])
    await episode.step('press(End)')
    expect(names(episode)).toEqual(['below'])
  })

  it('are where they are within frames of frames, and take clicks there', async () => {
    const inner = `<body style='margin: 30px'><button onclick='this.textContent = &quot;pressed&quot;'>deep</button>`
    const episode = await onPage(
      `<p style="height: 40px"></p><iframe style="border: 7px solid; padding: 11px; margin: 13px" width=400 height=250
        srcdoc="<button>near</button><br><iframe srcdoc=&quot;${inner.replaceAll('&quot;', '&amp;quot;')}&quot;></iframe><p style='height: 900px'></p><button>far</button>"></iframe>`,
      MARKS,
    )
    expect(names(episode)).toEqual(['near', 'deep'])
    const { x, y } = markOf(episode, 'deep')
    const [edge] = await coloursAt(episode.text(), [[x + 3, y]])
    expect(edge).toBe('#1F5FA8')
    await episode.step(`click_at(${middleOf(markOf(episode, 'deep'))})`)
    expect(names(episode)).toEqual(['near', 'pressed'])
    await episode.step(`click(${labelOf(markOf(episode, 'near').ref)})`)
    expect(stateOf(episode).problem).toBeNull()
  })

  it('keep their numbers where others come before them', async () => {
    const episode = await onPage(
      `<button onclick="document.body.prepend(Object.assign(document.createElement('button'), { textContent: 'new' }))">add</button><button>last</button>`,
      MARKS,
    )
    const before = markOf(episode, 'last')
    await episode.step(`click(${labelOf(markOf(episode, 'add').ref)})`)
    expect(names(episode)).toEqual(['new', 'add', 'last'])
    expect(markOf(episode, 'last').ref).toBe(before.ref)
    expect(markOf(episode, 'last').x).toBeGreaterThan(before.x)
  })

  it('have coordinates that take a text in place of another, and say what is not there', async () => {
    const episode = await onPage(
      '<input aria-label=field value=old><p>text</p><input type=checkbox aria-label=box>',
      MARKS,
    )
    const problemAfter = async (action: string): Promise<string | null> => {
      await episode.step(action)
      return stateOf(episode).problem
    }
    const field = middleOf(markOf(episode, 'field'))
    expect(await problemAfter(`type_at(${field}, two words)`)).toBeNull()
    expect(stateOf(episode).tree).toContain('textbox "field" [active] [ref=e2]: two words')
    expect(await problemAfter(`type_at(${field}, "")`)).toBeNull()
    expect(stateOf(episode).tree).not.toContain('two words')
    expect(await problemAfter(`type_at(${middleOf(markOf(episode, 'box'))}, x)`)).toMatch(
      /^there is no field to type into/,
    )
    expect(await problemAfter('type_at(590, 390, x)')).toBe('there is no field to type into at 590, 390')
    expect(await problemAfter('click_at(600, 10)')).toBe('the window has 600 by 400 pixels, from 0, 0')
    expect(await problemAfter('click(9999)')).not.toBeNull()
  })
})
