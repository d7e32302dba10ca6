import { describe, expect, it } from 'vitest'
import { type BrowserChoice, findBrowser, type Surroundings } from '../../browser/find.ts'
import { browserArguments } from '../../browser/launch.ts'

const machine = (paths: readonly string[], more: Partial<Surroundings> = {}): Surroundings => ({
  variable: undefined,
  own: '/cache/chromium',
  exists: (path) => paths.includes(path),
  ...more,
})

const ALL = ['/mine', '/variable', '/opt/google/chrome/chrome', '/cache/chromium', '/usr/bin/chromium']

describe('the browser to start', () => {
  it('is the chosen one, else that of the variable, the channel, Playwright, the system, in this order', () => {
    const variable = { variable: '/variable' }
    const found = (choice: BrowserChoice, paths: readonly string[], more: Partial<Surroundings> = {}) =>
      Object.values(findBrowser(choice, machine(paths, more)))
    expect(found({ executable: '/mine', channel: 'chrome' }, ALL, variable)).toEqual(['/mine', 'option'])
    expect(found({ channel: 'chrome' }, ALL, variable)).toEqual(['/variable', 'variable'])
    expect(found({ channel: 'chrome' }, ALL)).toEqual(['/opt/google/chrome/chrome', 'channel'])
    expect(found({}, ALL)).toEqual(['/cache/chromium', 'playwright'])
    expect(found({}, ALL, { own: null, variable: '' })).toEqual(['/usr/bin/chromium', 'system'])
  })

  it.each<[what: string, choice: BrowserChoice, around: Surroundings, message: RegExp]>([
    ['a path of the option', { executable: '/no' }, machine(ALL), /^the option names "\/no", and no such file exists/],
    [
      'a path of the variable',
      {},
      machine(ALL, { variable: '/no' }),
      /^STEPGYM_CHROMIUM names "\/no", and no such file/,
    ],
    ['a channel', { channel: 'msedge' }, machine(ALL), /^no msedge is in its usual places .*: install it/],
    ['any', {}, machine([]), /^there is no Chromium .*npx playwright-core install chromium.*STEPGYM_CHROMIUM/],
  ])('that is not there is an error that says what to do, and nothing is taken in its place: %s', (_, ...given) => {
    const [choice, around, message] = given
    expect(() => findBrowser(choice, around)).toThrow(
      expect.objectContaining({ code: 'BROWSER_UNAVAILABLE', message: expect.stringMatching(message) }),
    )
  })

  it('has a sandbox of its own, unless the superuser starts it', () => {
    expect(browserArguments(true)).toContain('--no-sandbox')
    expect(browserArguments(false)).not.toContain('--no-sandbox')
  })
})
