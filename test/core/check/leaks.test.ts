import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../../core/check/environment.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'

interface Seen {
  readonly secret: number
  readonly n: number
}

/** A world with a private number, which refuses values outside 0 to 99 as real ones do. */
const showing = (text: (seen: Seen) => string, secret: number | string): Environment =>
  defineEnvironment({
    id: 'leak@1',
    maxSteps: 4,
    action: (raw) => raw,
    tasks: () => ({ train: [{ id: 'a', private: { goal: secret } }] }),
    reset: ({ task }) => {
      const goal = Number(task.private.goal)
      if (goal > 99) throw new Error('no such goal')
      return { n: 0, goal }
    },
    step: ({ n, goal }) => ({ state: { n: n + 1, goal }, reward: 0, terminated: n === 3 }),
    observe: { text: ({ n, goal }) => text({ secret: goal, n }) },
    actions: () => ['on'],
  })

async function privacyOf(environment: Environment): Promise<string> {
  for await (const { rule, status, detail } of checkEnvironment(environment))
    if (/private/.test(rule)) return `${status}: ${detail}`
  return 'no such rule'
}

/** A page that depends on a private number in every line, and does not show it: results of a keyed order. */
const noise = (secret: number, n: number, lines = 12): string =>
  Array.from({ length: lines + (secret % 5) }, (_, line) => {
    const hash = Math.imul((secret + 31) * 2654435761 + n * 97 + line * 40503, 2246822519) >>> 0
    return `item ${line + 1}: $${(hash % 4000) / 100}, ${1 + ((hash >>> 12) % 5)} stars, %3A%2F?page=${(hash >>> 20) % 9}`
  }).join('\n')

const inCodes = (secret: number, before: string, after = ''): string =>
  [...`${secret}`].map((digit) => `${before}${digit.charCodeAt(0).toString(16)}${after}`).join('')

const WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]

interface Leak {
  readonly text: (seen: Seen) => string
  readonly secret?: number | string
}
const LEAKS: readonly (readonly [how: string, leak: Leak])[] = [
  ['plainly', { text: ({ secret }) => `goal ${secret}` }],
  ['as text of digits', { text: ({ secret }) => `goal ${secret}`, secret: '7' }],
  ['alone', { text: ({ secret }) => `${secret}` }],
  ['behind a page whose length varies', { text: ({ secret, n }) => `${noise(secret, n)}\ngoal ${secret}` }],
  ['before a page whose length varies', { text: ({ secret, n }) => `${secret} left\n${noise(secret, n)}` }],
  [
    'within a page whose length varies',
    { text: ({ secret, n }) => `${noise(secret, n)}\ngoal ${secret}\n${noise(secret, n + 9)}` },
  ],
  [
    'last in a list that has it already',
    { text: ({ secret }) => JSON.stringify([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, secret]) },
  ],
  ['in a list of digits without spaces', { text: ({ secret }) => `[3,${secret},1]` }],
  ['in a sorted list', { text: ({ secret }) => JSON.stringify([2, 9, 4, 13, secret, 6].sort((a, b) => a - b)) }],
  ['as the end of a count', { text: ({ secret }) => Array.from({ length: secret }, (_, at) => at + 1).join(' ') }],
  ['in a path of a URL', { text: ({ secret, n }) => `<a href="/fixed/${secret}/item/${n}">` }],
  ['in a query of a URL', { text: ({ secret }) => `/search?q=a%20b&goal%3D${secret}&page=3` }],
  ['percent-encoded', { text: ({ secret }) => `/search?q=${inCodes(secret, '%')}x`, secret: 3 }],
  ['percent-encoded twice', { text: ({ secret }) => `/search?q=${inCodes(secret, '%25')}x`, secret: 3 }],
  ['as a character reference', { text: ({ secret }) => `goal ${inCodes(secret, '&#x', ';')}`, secret: 3 }],
  ['as a word', { text: ({ secret }) => `the goal is ${WORDS[secret] ?? 'far'}`, secret: 4 }],
  [
    'as a word in capitals',
    { text: ({ secret }) => `THE GOAL IS ${(WORDS[secret] ?? 'far').toUpperCase()}`, secret: 4 },
  ],
  ['in capitals beside others', { text: ({ secret, n }) => `PAGE 3 OF 8, GOAL${secret}, STEP ${n}` }],
  ['with zeros before it', { text: ({ secret }) => `goal ${`${secret}`.padStart(4, '0')}` }],
  ['with decimals', { text: ({ secret }) => `price < ${secret.toFixed(2)} dollars`, secret: 24.5 }],
  ['without its sign', { text: ({ secret }) => `${-secret} below zero`, secret: -7 }],
  ['only in one step', { text: ({ secret, n }) => (n === 3 ? `it was ${secret}` : 'think') }],
]

describe('a private number', () => {
  it.each(LEAKS)('that is shown %s is a leak', async (_, { text, secret = 7 }) => {
    expect(await privacyOf(showing(text, secret))).toMatch(/^failed: private\.goal .*reaches the agent/s)
  })

  it.each<readonly [string, (seen: Seen) => string]>([
    ['a page that does not depend on it', ({ n }) => `${noise(1, n)} 7 seven %37`],
    ['a page that depends on it in every number', ({ secret, n }) => noise(secret, n)],
    [
      'codes of encoded characters',
      ({ secret }) => `/s?q=${['%3A', '%3B', '%7C', '%8A'][secret % 4]}${'%2F'.repeat(secret)}`,
    ],
    ['a rating between bounds', ({ secret, n }) => `your guess is ${n > secret ? 'high' : 'low'}, step ${n} of 4`],
    ['every number', () => Array.from({ length: 60 }, (_, at) => at).join(' ')],
  ])('is not found in %s', async (_, text) => {
    for (const secret of [2, 3, 4, 7, 8, 13]) expect(await privacyOf(showing(text, secret))).toMatch(/^passed/)
  })
})

describe('a private text', () => {
  const hinting = (text: (hint: string) => string): Environment =>
    defineEnvironment({
      id: 'hint@1',
      maxSteps: 4,
      action: (raw) => raw,
      tasks: () => ({ train: [{ id: 'a', private: { answer: 'blue chair' } }] }),
      reset: ({ task }) => ({ n: 0, hint: `${task.private.answer}` }),
      step: ({ n, hint }) => ({ state: { n: n + 1, hint }, reward: 0, terminated: n === 3 }),
      observe: { text: ({ hint }) => text(hint) },
      actions: () => ['on'],
    })

  it.each<readonly [string, (hint: string) => string]>([
    ['in capitals', (hint) => hint.toUpperCase()],
    ['within a URL', (hint) => `/search?q=${encodeURIComponent(hint)}`],
    ['percent-encoded letter by letter', (hint) => [...hint].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    ['as character references', (hint) => [...hint].map((c) => `&#${c.charCodeAt(0)};`).join('')],
    ['in a list of letters', (hint) => JSON.stringify([...hint])],
    ['backwards', (hint) => [...hint].reverse().join('')],
    ['in base64', (hint) => btoa(hint)],
    ['in base64, behind a byte', (hint) => btoa(`:${hint}`)],
    ['in base64, behind two bytes, in lines', (hint) => btoa(`{"${hint}"}`).replace(/.{8}/g, '$&\n')],
    ['in base64 for URLs', (hint) => Buffer.from(hint).toString('base64url')],
    ['in hexadecimal', (hint) => Buffer.from(hint).toString('hex').toUpperCase()],
    ['in a dump of bytes', (hint) => [...Buffer.from(hint)].map((byte) => byte.toString(16)).join(' ')],
  ])('that is shown %s is a leak', async (_, text) => {
    expect(await privacyOf(hinting(text))).toMatch(/^failed: private\.answer/)
  })
})
