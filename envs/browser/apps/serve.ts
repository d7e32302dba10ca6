import { deriveKey, keyOfSeed, parseSeed, Rng } from '../../../core/data/rng.ts'
import { calendar } from './calendar.ts'
import type { Family, MadeTask } from './family.ts'
import { form } from './form.ts'
import { menu } from './menu.ts'
import { search } from './search.ts'
import { todo } from './todo.ts'
import { wizard } from './wizard.ts'

/** Kinds of built-in pages, by name. */
export const FAMILIES: Readonly<Record<string, Family>> = { form, menu, calendar, search, todo, wizard }

/** Where built-in pages are, to the browser; no host has this name, and they are served from this process. */
const ORIGIN = 'http://apps.test'

export const isApp = (url: string): boolean => url.startsWith(`${ORIGIN}/`)

/** Address of the page of a task. Its numbers are in letters, so that it does not look like something that the page counts. */
export const addressOf = (family: string, seed: number, number: number): string =>
  `${ORIGIN}/${family}/${inLetters(seed)}/${inLetters(number)}`

const LETTERS = 'abcdefghij'
const inLetters = (number: number): string => [...`${number}`].map((digit) => LETTERS[Number(digit)]).join('')
const fromLetters = (text: string): number => Number([...text].map((letter) => LETTERS.indexOf(letter)).join(''))

/** The task of a family with a number. */
export function madeTask(family: string, seed: number, number: number): MadeTask | null {
  const make = Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined
  const rng = new Rng(deriveKey(keyOfSeed(parseSeed(seed)), number, Object.keys(FAMILIES).indexOf(family)), 0)
  return make?.(rng, addressOf(family, seed, number)) ?? null
}

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"

/** The document of a built-in page. */
export function appPage(url: string) {
  const { pathname, searchParams } = new URL(url)
  const [, family = '', seed = '', number = ''] = /^\/([a-z]+)\/([a-j]{1,15})\/([a-j]{1,15})$/.exec(pathname) ?? []
  const task = family === '' ? null : madeTask(family, fromLetters(seed), fromLetters(number))
  const headers = { 'content-security-policy': POLICY }
  const contentType = 'text/html; charset=utf-8'
  if (task === null) return { status: 404, contentType, headers, body: 'There is no such page.' }
  return { status: 200, contentType, headers, body: task.page(searchParams) }
}
