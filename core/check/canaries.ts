import { messageOf } from '../data/errors.ts'
import type { Json, Task } from '../data/types.ts'
import type { Episode } from '../episode/episode.ts'
import { startEpisode } from '../episode/start.ts'
import type { World } from '../episode/world.ts'
import { pickAction, taskSettings } from './drive.ts'
import { expect, NotApplicable } from './report.ts'
import { decoded, followed, type Shifted, type Shown } from './shown-numbers.ts'

/** Letters of the n-th canary: nothing that an environment shows by itself. */
const wordOf = (index: number): string => `zqcanary${String.fromCharCode(97 + (index % 26))}qz`
/** Digits of the n-th canary: small enough to be counted up to. */
const numberOf = (index: number): number => 73_941 + 1013 * index

/** Something private of a task: a text or number, and where it is. */
interface Secret {
  readonly path: string
  readonly value: string | number
}

/**
 * Plants canaries in every private text and number of a task and looks for them in everything an agent can receive:
 * observation, every view, info, admissible actions, public state, the messages of refusals and errors. Case, spaces,
 * separators, order, base64 and hexadecimal do not hide one.
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
  const shifted = await expectUnmoved(secrets, plain, async (by) => ({
    by,
    shown: await shownOf(world, changed(task, shiftedBy(by))),
  }))
  return `${[plain, ...marked, ...shifted.map(({ shown }) => shown)].flat().length} texts searched`
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
    const isWord = ({ text }: Shown): boolean => showsWord(text, word)
    const isNumber = ({ text }: Shown): boolean => digitsOf(text).includes(digits)
    const leak = received.find(isWord) ?? (plain.some(isNumber) ? undefined : received.find(isNumber))
    const mark = leak !== undefined && isWord(leak) ? word : digits
    expect(leak === undefined, () => `${leakOf(path, leak)} (${mark} was planted there)`)
  }
}

const SHIFTS = [1, 2, -1]
/** What must be followed, too, before a number counts as shown: other pages have other small numbers by chance. */
const MORE_SHIFTS = [3, 4, 5, 7]

/** @throws Error for a number that follows a private number through runs in which that has other values */
async function expectUnmoved(
  secrets: readonly Secret[],
  plain: readonly Shown[],
  runWith: (by: number) => Promise<Shifted>,
): Promise<readonly Shifted[]> {
  const numbers = secrets.filter(({ value }) => typeof value === 'number' || isDigits(value))
  const runs = await Promise.all((numbers.length === 0 ? [] : SHIFTS).map(runWith))
  const isShown = (all: readonly Shifted[]) => (secret: Secret) => followed(Number(secret.value), plain, all)
  const suspects = numbers.filter(isShown(runs))
  if (suspects.length === 0) return runs
  const all = [...runs, ...(await Promise.all(MORE_SHIFTS.map(runWith)))]
  for (const secret of suspects) {
    const leak = isShown(all)(secret)
    expect(leak === undefined, () => leakOf(secret.path, leak))
  }
  return all
}

const leakOf = (path: string, shown: Shown | undefined): string =>
  `${path} of the task reaches the agent in ${shown?.where}: ${shown?.text.slice(0, 160)}`

/** Whether a text has the word in it: in letters, backwards, in base64 or in hexadecimal. */
function showsWord(text: string, word: string): boolean {
  const letters = lettersOf(text)
  if (letters.includes(word) || letters.includes(reversed(word))) return true
  const bare = text.replace(/[\s:_-]+/g, '')
  return base64Of(word).some((form) => bare.includes(form)) || bare.toLowerCase().includes(hexOf(word))
}

const hexOf = (word: string): string => [...word].map((letter) => letter.charCodeAt(0).toString(16)).join('')

/** What a word is within a longer text in base64, for each of its places in a triple of bytes. */
function base64Of(word: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const coded = btoa(' '.repeat(before) + word).replace(/=+$/, '')
    const isCut = (before + word.length) % 3 !== 0
    return coded.slice(before === 0 ? 0 : before + 1, isCut ? -1 : undefined)
  })
}

const lettersOf = (text: string): string => decoded(text).replace(/[^a-z]+/g, '')
const digitsOf = (text: string): string => decoded(text).replace(/(?<=\d)[,_'\s](?=\d)/g, '')
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
