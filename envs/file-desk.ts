import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { problem, textAction } from '../core/episode/action.ts'
import { defineEnvironment } from '../core/episode/environment.ts'

interface Desk {
  readonly goal: string
  readonly total: number
  readonly answer: string
}
type Command =
  | { readonly verb: 'list' | 'submit' }
  | { readonly verb: 'read'; readonly file: string }
  | { readonly verb: 'write'; readonly file: string; readonly text: string }

const HELP = 'say: list | read FILE | write FILE TEXT | submit'

/** File names are a few letters, so that none can lead out of the folder. */
function parseCommand(line: string): Command | ReturnType<typeof problem> {
  const [, verb, file, text] =
    /^(list|submit|read|write)(?: ([a-z]{1,12}\.txt)(?: (.{1,200}))?)?$/.exec(line.trim()) ?? []
  if ((verb === 'list' || verb === 'submit') && file === undefined) return { verb }
  if (verb === 'read' && file !== undefined && text === undefined) return { verb, file }
  if (verb === 'write' && file !== undefined && text !== undefined) return { verb, file, text }
  return problem(HELP)
}

const taskOf = (count: number) => ({ id: `sum-${count}`, public: { count }, private: null })

/**
 * Add up the numbers in a folder's files and write the sum into total.txt. The folder is a real one, outside the
 * state: everything done to it is an effect, and a fork does it again in a folder of its own.
 */
export default defineEnvironment({
  id: 'file-desk@1',
  summary: 'add up numbers in real files: a small environment with taped effects outside',
  kind: 'async',
  maxSteps: 12,
  action: textAction(parseCommand, HELP),
  tasks: () => ({ train: [2, 3, 4].map(taskOf), dev: [taskOf(5)], test: [taskOf(6)] }),
  open: () => mkdtemp(join(tmpdir(), 'stepgym-desk-')),
  close: (folder) => rm(folder, { recursive: true, force: true }),
  async reset({ task, rng, effect, live }): Promise<Desk> {
    const numbers = Array.from({ length: task.public.count }, () => rng.int(1, 99))
    for (const [index, number] of numbers.entries()) {
      const file = `${'abcdefgh'[index]}.txt`
      await effect('write', { file, text: `${number}` }, () => written(join(live, file), `${number}`))
    }
    const goal = `Write the sum of the numbers in the ${numbers.length} files into total.txt, then submit.`
    return { goal, total: numbers.reduce((sum, number) => sum + number, 0), answer: HELP }
  },
  async step(desk, command, { effect, live }) {
    const say = (answer: string) => ({ state: { ...desk, answer }, reward: 0, terminated: false })
    const contents = (file: string) =>
      effect('read', { file }, () => readFile(join(live, file), 'utf8').catch(() => null))
    if (command.verb === 'list')
      return say(await effect('list', null, async () => (await readdir(live)).sort().join(' ')))
    if (command.verb === 'read') return say((await contents(command.file)) ?? `there is no ${command.file}`)
    if (command.verb === 'write') {
      const { file, text } = command
      return say(await effect('write', { file, text }, () => written(join(live, file), text)))
    }
    const isRight = Number(await contents('total.txt')) === desk.total
    return { state: { ...desk, answer: isRight ? 'right' : 'wrong' }, reward: isRight ? 1 : 0, terminated: true }
  },
  invalid: (desk, message) => ({ ...desk, answer: message }),
  observe: { text: ({ goal, answer }) => `${goal}\n${answer}` },
  examples: ['list'],
  actions: () => ['list', 'read a.txt', 'read b.txt', 'write total.txt 100', 'submit'],
})

async function written(path: string, text: string): Promise<string> {
  await writeFile(path, text)
  return 'written'
}
