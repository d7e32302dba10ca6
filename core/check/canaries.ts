import { messageOf } from '../data/errors.ts'
import type { Json, Task } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import { pickAction, taskSettings } from './drive.ts'
import { expect, NotApplicable } from './report.ts'

/** Letters of the n-th canary: nothing that an environment shows by itself. */
const wordOf = (index: number): string => `zqcanary${String.fromCharCode(97 + (index % 26))}qz`
/** Digits of the n-th canary: small enough to be counted up to. */
const numberOf = (index: number): number => 73_941 + 1013 * index

/** Something private of a task: a text or number, and where it is. */
interface Secret {
  readonly path: string
  readonly value: string | number
}
/** A text that an agent can receive, and where. */
interface Shown {
  readonly where: string
  readonly text: string
}

/**
 * Plants canaries in every private text and number of a task and looks for them in everything an agent can receive:
 * observation, every view, info, admissible actions, public state, the messages of refusals and errors. Case, spaces
 * and separators do not hide one.
 */
export async function expectNoLeak(world: World): Promise<string | undefined> {
  const { task } = taskSettings(world, 3)
  if (task.private === null) throw new NotApplicable('its tasks have no private part')
  const secrets = secretsOf(task.private)
  const plain = await shownOf(world, withExtra(task))
  const marked = await Promise.all([
    shownOf(
      world,
      changed(task, (value, index) => marking(value, wordOf(index), index, '')),
    ),
    shownOf(
      world,
      changed(task, (value, index) => marking(value, '', index, wordOf(index))),
    ),
  ])
  for (const shown of [plain, ...marked]) expectUnmarked(secrets, shown, plain)
  const shifted = await Promise.all([1, 2].map((by) => shownOf(world, changed(task, shiftedBy(by)))))
  expectUnmoved(secrets, plain, shifted)
  return `${[plain, ...marked, ...shifted].flat().length} texts searched`
}

type Change = (value: string | number, index: number) => Json

const isDigits = (value: string): boolean => /^-?\d+(\.\d+)?$/.test(value.trim())

function marking(value: string | number, before: string, index: number, after: string): string | number {
  if (typeof value === 'string') return isDigits(value) ? `${numberOf(index)}` : `${before}${value}${after}`
  return Math.sign(value || 1) * (Number.isInteger(value) ? numberOf(index) : numberOf(index) + 0.5)
}

const shiftedBy =
  (by: number): Change =>
  (value) => {
    if (typeof value === 'number') return value + by
    return isDigits(value) ? `${Number(value) + by}` : value
  }

const changed = (task: Task, change: Change): Task => withExtra({ ...task, private: changing(task.private, change) })

/** One private field more, which no environment knows. */
function withExtra(task: Task): Task {
  const { private: hidden } = task
  const isRecord = typeof hidden === 'object' && hidden !== null && !Array.isArray(hidden)
  return isRecord ? { ...task, private: { ...hidden, [wordOf(25)]: wordOf(25) } } : task
}

/** Changes texts and numbers, each with its position among them. */
function changing(value: Json, change: Change): Json {
  let count = 0
  const visit = (item: Json): Json => {
    if (typeof item === 'string' || typeof item === 'number') return change(item, count++)
    if (typeof item !== 'object' || item === null) return item
    if (Array.isArray(item)) return item.map(visit)
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, visit(inner)]))
  }
  return visit(value)
}

function secretsOf(value: Json, path = 'private'): readonly Secret[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ path, value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]: [string, Json]) => secretsOf(item, `${path}.${key}`))
}

/**
 * An error counts where there is one without canaries, too: else it may be about a canary that is not a possible value.
 * @throws Error for a canary that is shown
 */
function expectUnmarked(secrets: readonly Secret[], shown: readonly Shown[], plain: readonly Shown[]): void {
  const canFail = plain.some(({ where }) => where === ERROR)
  const received = shown.filter(({ where }) => where !== ERROR || canFail)
  for (const [index, path] of [...secrets.map((secret) => secret.path), 'a private field'].entries()) {
    const word = wordOf(index === secrets.length ? 25 : index)
    const digits = `${numberOf(index)}`
    const isWord = ({ text }: Shown): boolean => [word, reversed(word)].some((mark) => lettersOf(text).includes(mark))
    const isNumber = ({ text }: Shown): boolean => digitsOf(text).includes(digits)
    const leak = received.find(isWord) ?? (plain.some(isNumber) ? undefined : received.find(isNumber))
    const mark = leak !== undefined && isWord(leak) ? word : digits
    expect(leak === undefined, () => `${leakOf(path, leak)} (${mark} was planted there)`)
  }
}

/**
 * A text with other numbers, too, shows another page: there only what follows equal text counts.
 * @throws Error for a number in a text that moves with a private number, and equals it.
 */
function expectUnmoved(
  secrets: readonly Secret[],
  plain: readonly Shown[],
  shifted: readonly (readonly Shown[])[],
): void {
  for (const { path, value } of secrets) {
    if (typeof value === 'string' && !isDigits(value)) continue
    const leak = plain.find(({ text }, index) => {
      const others = shifted.map((shown) => numbersIn(shown[index]?.text ?? ''))
      const own = numbersIn(text)
      return own.some(
        (found, place) =>
          found.number === Number(value) &&
          others.every((numbers, by) => numbers[place]?.number === found.number + by + 1) &&
          others.every((numbers) => numbers.length === own.length || numbers[place]?.before === found.before),
      )
    })
    expect(leak === undefined, () => leakOf(path, leak))
  }
}

const leakOf = (path: string, shown: Shown | undefined): string =>
  `${path} of the task reaches the agent in ${shown?.where}: ${shown?.text.slice(0, 160)}`

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z]+/g, '')
const digitsOf = (text: string): string => text.replace(/(?<=\d)[,_'\s](?=\d)/g, '')
function numbersIn(text: string): readonly { readonly number: number; readonly before: string }[] {
  const plain = digitsOf(text)
  return [...plain.matchAll(/\d+(\.\d+)?/g)].map((found) => ({
    number: Number(found[0]),
    before: plain.slice(0, found.index),
  }))
}
const reversed = (text: string): string => [...text].reverse().join('')

const MOST_STEPS = 20
const ERROR = 'an error'

/** What an agent can see of an episode that is driven with good and bad actions; failures count by their message. */
async function shownOf(world: World, task: Task): Promise<readonly Shown[]> {
  const shown: Shown[] = []
  try {
    const episode = await startEpisode(world, { ...taskSettings(world, 3), task })
    shown.push(...shownBy(episode, 'at the start'))
    while (episode.index < MOST_STEPS && episode.ending === null) {
      const step = episode.index
      const { info } = await episode.step(step % 5 === 4 ? { bad: CANARY_LENGTH } : pickAction(episode, 3))
      shown.push(
        { where: `info of step ${step}`, text: JSON.stringify(info) },
        ...shownBy(episode, `after step ${step}`),
      )
    }
    await episode.close()
  } catch (thrown) {
    if (thrown instanceof NotApplicable) throw thrown
    shown.push({ where: ERROR, text: messageOf(thrown) })
  }
  return shown
}

const CANARY_LENGTH = wordOf(0).length

function shownBy(episode: Episode, when: string): readonly Shown[] {
  const modes = Object.keys(episode.world.environment.observe)
  return [
    ...modes.map((mode) => ({ where: `view ${mode} ${when}`, text: episode.view(mode) })),
    { where: `the actions ${when}`, text: JSON.stringify(episode.actions()) },
    { where: `the public state ${when}`, text: JSON.stringify(episode.publicState()) },
  ]
}
