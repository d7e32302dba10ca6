import { describe, expect, it } from 'vitest'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { ViewCache } from '../../core/episode/views.ts'

function counting(viewKey?: (state: { readonly page: number }) => string) {
  const rendered: number[] = []
  const environment = defineEnvironment({
    id: 'pages@1',
    maxSteps: 1,
    action: (raw) => raw,
    reset: () => ({ page: 0 }),
    step: (state) => ({ state, reward: 0, terminated: false }),
    observe: {
      text({ page }) {
        rendered.push(page)
        return `page ${page}`.padEnd(100)
      },
    },
    ...(viewKey && { viewKey }),
  })
  return { environment, rendered }
}

describe('the view cache', () => {
  it('renders a page once for equal keys, whichever state they come from', () => {
    const { environment, rendered } = counting(({ page }) => `${page}`)
    const cache = new ViewCache(environment, undefined)
    for (const page of [1, 2, 1, 2, 1]) expect(cache.view({ page }, 'text').trim()).toBe(`page ${page}`)
    expect(rendered).toEqual([1, 2])
  })

  it('renders once a state if there are no keys', () => {
    const { environment, rendered } = counting()
    const cache = new ViewCache(environment, undefined)
    const state = { page: 1 }
    for (const each of [state, state, { page: 1 }]) cache.view(each, 'text')
    expect(rendered).toEqual([1, 1])
  })

  it('stays within its budget, dropping what was used longest ago', () => {
    const { environment, rendered } = counting(({ page }) => `${page}`)
    const cache = new ViewCache(environment, undefined, 350)
    for (const page of [1, 2, 3, 1, 4, 1, 2]) cache.view({ page }, 'text')
    expect(rendered).toEqual([1, 2, 3, 4, 2])
  })
})
