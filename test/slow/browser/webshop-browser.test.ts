import { afterAll, describe, expect, it } from 'vitest'
import { closeSharedBrowsers } from '../../../browser/shared.ts'
import { checkEnvironment } from '../../../core/check/environment.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import { Rng } from '../../../core/data/rng.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { Taken } from '../../../core/episode/episode.ts'
import { fork } from '../../../core/episode/fork.ts'
import { browserShop } from '../../../envs/webshop/browser/environment.ts'
import type { BrowserState } from '../../../envs/webshop/browser/state.ts'
import type { Acted } from '../../../envs/webshop/browser/turn.ts'
import { formAction } from '../../../envs/webshop/site/index.ts'
import { hasChromium } from '../../support/browser/chrome.ts'
import { foundChromium } from '../../support/browser/chromium.ts'
import { drawn, type OpenShop, openShop, SMALL, started, textShop } from '../../support/browser/shop.ts'

/** A navigation takes thirty times as long. */
const EPISODES = { fast: 6, real: 3 }

const HOSTILE =
  `</title></bdi></button></form><script>window.hit=1</script><img src=x onerror=window.hit=1>"'><svg onload="window.hit=1">` +
  '\u001b[2J\u202egnp.exe\u2066\u0000\u00ad <a href="javascript:window.hit=1">x</a>: # {y} - `z`'

/** An admissible action, or now and then one that does nothing. */
function drawnAction(rng: Rng, actions: readonly Json[]): Json {
  if (rng.chance(0.1))
    return rng.choice(['click(e99)', 'click(e1)', 'type(e1, shoes)', 'search[ ]', 'click[nothing]', ''])
  return rng.choice(actions)
}

/** The action of the text that a form stands for; null where none was submitted. */
function meant({ effects }: Taken, before: BrowserState['shop'], { resources }: OpenShop): string | null {
  const act = effects.find(({ name }) => name === 'act')
  const { fields } = (act !== undefined && 'output' in act ? act.output : { fields: null }) as Pick<Acted, 'fields'>
  return fields && formAction(before, resources.shop, fields)
}

const withoutReferences = (tree: string): string => tree.replace(/ \[ref=e\d+\]/g, '')

describe.skipIf(!hasChromium())('the web shop in a browser', () => {
  afterAll(closeSharedBrowsers)

  it.each<[name: string, options: JsonObject & { readonly speed: 'fast' | 'real' }]>([
    ['fast', { speed: 'fast' }],
    ['real', { speed: 'real' }],
    ['fast, by references', { speed: 'fast', listed: 'references', searches: 3 }],
    ['real, by references', { speed: 'real', listed: 'references', searches: 3 }],
    ['fast, in the reference profile', { speed: 'fast', profile: 'reference' }],
  ])('has the states and rewards of the text, and shows what a browser finds: %s', async (_, options) => {
    const shop = await openShop(options)
    const { speed, listed, ...same } = options
    const text = await textShop(same)
    const rng = new Rng({ word0: 5, word1: 7 }, 0)
    for (let index = 0; index < EPISODES[speed]; index++) {
      const [own, other] = [await started(shop.world, index), await started(text, index)]
      while (own.ending === null) {
        const seen = await drawn(shop, own)
        expect(seen.isSame).toBe(true)
        expect(own.view('visible_text')).toBe(seen.text)
        expect(withoutReferences(own.view('accessibility'))).toBe(seen.accessibility)
        const before = (own.state as BrowserState).shop
        const taken = await own.step(drawnAction(rng, own.actions() ?? []))
        const same = await other.step(meant(taken, before, shop) ?? taken.action)
        expect([taken.reward, taken.terminated, taken.isActionValid]).toEqual([
          same.reward,
          same.terminated,
          same.isActionValid,
        ])
        expect({ ...(own.state as BrowserState).shop, problem: null }).toEqual({ ...other.state, problem: null })
        expect(taken.info.refused).toBeUndefined()
      }
      expect(own.ending).toBe(other.ending)
      await own.close()
    }
  })

  it('shows what a browser finds where every product tries to break its page', async () => {
    const shop = await openShop({ speed: 'fast' })
    for (const [ordinal, product] of shop.resources.shop.catalogue.products.entries())
      Object.assign(product, {
        title: `${product.title} ${HOSTILE}${ordinal % 3 === 0 ? ' and more'.repeat(100) : ''}`,
        description: `${HOSTILE}\n\n  two\nlines `,
        bulletPoints: [HOSTILE, '', 'x'.repeat(2000)],
        options: { [HOSTILE]: [HOSTILE.toLowerCase(), 'plain', '12', 'yes'] },
      })
    const rng = new Rng({ word0: 1, word1: 2 }, 0)
    for (let index = 0; index < 6; index++) {
      const episode = await started(shop.world, index)
      while (episode.ending === null) {
        const seen = await drawn(shop, episode)
        expect([seen.isSame, episode.view('visible_text')]).toEqual([true, seen.text])
        expect(withoutReferences(episode.view('accessibility'))).toBe(seen.accessibility)
        const { info } = await episode.step(rng.choice(episode.actions() ?? []))
        expect(info.refused).toBeUndefined()
      }
    }
  })

  it('takes pictures that are the same for the same state, in the size and form that is asked for', async () => {
    const sizes = { observation: 'screenshot', width: 400, height: 300 }
    for (const [picture, start] of [
      ['png', 'data:image/png;base64,iVBORw0KGgo'],
      ['jpeg', 'data:image/jpeg;base64,/9j/'],
    ] as const)
      for (const speed of ['fast', 'real']) {
        const { world } = await openShop({ ...sizes, picture, speed })
        const [one, other] = [await started(world), await started(world)]
        // A comparison that fails must not print megabytes.
        expect([one.text().startsWith(start), one.text() === other.text()]).toEqual([true, true])
        const [[action = ''], before] = [one.actions() ?? [], one.text()]
        await Promise.all([one.step(action), other.step(action)])
        expect([picture, speed, one.text() === other.text(), one.text() === before]).toEqual([
          picture,
          speed,
          true,
          false,
        ])
      }
  })

  it('forks by value: a fork continues from the page that its state is on, and leaves the original alone', async () => {
    for (const speed of ['fast', 'real']) {
      const { world } = await openShop({ speed, pages: 1 })
      const original = await started(world)
      for (let step = 0; step < 2; step++) await original.step(original.actions()?.at(-1) ?? '')
      const copy = await fork(original)
      const [first = '', second = ''] = original.actions() ?? []
      const left = await copy.step(second)
      const right = await original.step(first)
      expect([left.isActionValid, right.isActionValid]).toEqual([true, true])
      expect(copy.view('webshop')).not.toBe(original.view('webshop'))
    }
  })

  it('keeps the contract of environments', async () => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(browserShop(foundChromium() ?? undefined), SMALL))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })
})
