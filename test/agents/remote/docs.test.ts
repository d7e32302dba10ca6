import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as client from '../../../agents/remote/client.ts'
import { RemoteEpisode } from '../../../agents/remote/episode.ts'
import { RemoteGym } from '../../../agents/remote/gym.ts'
import { OpenEnvClient } from '../../../agents/remote/openenv.ts'
import { RemoteVector } from '../../../agents/remote/vector.ts'

/** Up to the clients in Python. */
const [page = ''] = readFileSync(new URL('../../../docs/clients.md', import.meta.url), 'utf8').split('\n## Python\n')
const allOf = (pattern: RegExp): readonly string[] => [...page.matchAll(pattern)].map(([, name = '']) => name)
const methodsOf = (made: { readonly prototype: object }): readonly string[] =>
  Object.getOwnPropertyNames(made.prototype).filter((name) => name !== 'constructor')

describe('docs/clients.md', () => {
  it('imports only exports of the client', () => {
    const names = allOf(/import \{ ([^}]+) \} from 'stepgym\/remote'/g).flatMap((list) => list.split(', '))
    expect(names.length).toBeGreaterThan(1)
    expect(Object.keys(client)).toEqual(expect.arrayContaining(names))
    for (const name of Object.keys(client)) expect(page).toContain(name)
  })

  it('calls only what exists, and covers all that is for users', () => {
    const ofGym = allOf(/\bgym\.(\w+)\(/g)
    const ofEpisode = allOf(/\bepisode\.(\w+)\(/g)
    expect(methodsOf(RemoteGym)).toEqual(expect.arrayContaining([...ofGym]))
    expect(methodsOf(RemoteEpisode)).toEqual(expect.arrayContaining([...ofEpisode]))
    expect(methodsOf(OpenEnvClient)).toEqual(expect.arrayContaining([...allOf(/await env\.(\w+)\(/g)]))
    const ofVector = allOf(/\bvector\.(\w+)\(/g)
    expect(methodsOf(RemoteVector)).toEqual(expect.arrayContaining([...ofVector]))
    expect(ofVector).toEqual(expect.arrayContaining(['step', 'reset', 'close']))
    const covered = new Set([...ofGym, ...ofEpisode])
    for (const name of [
      'reset',
      'group',
      'fork',
      'restore',
      'tasks',
      'subscribe',
      'events',
      'vector',
      'close',
      'step',
      'observe',
    ])
      expect(covered).toContain(name)
  })
})
