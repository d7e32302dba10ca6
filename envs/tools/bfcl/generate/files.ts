import type { Rng } from '../../../../core/data/rng.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import { call, type Request, type Situation, type Topic, textsAt } from './request.ts'
import { NOUNS, SUBJECTS, THINGS, VERBS } from './words.ts'

const LINES = { least: 3, most: 8 }

const textLine = (rng: Rng): string =>
  `${rng.choice(VERBS)} ${rng.int(2, 40)} ${rng.choice(THINGS)} for the ${rng.choice(SUBJECTS)}`
const textOf = (rng: Rng): string =>
  Array.from({ length: rng.int(LINES.least, LINES.most) }, () => textLine(rng)).join('\n')
const fileName = (rng: Rng): string =>
  `${rng.choice(SUBJECTS)}_${rng.choice(NOUNS)}.${rng.choice(['txt', 'md', 'csv'])}`
const folderName = (rng: Rng): string => `${rng.choice(SUBJECTS)}_${rng.int(1, 99)}`

const file = (content: string): PyDict => dict({ type: 'file', content })
const folder = (contents: PyDict): PyDict => dict({ type: 'directory', contents })

function filesIn(rng: Rng, count: number): PyDict {
  const contents = new PyDict()
  while (contents.size < count) contents.set(fileName(rng), file(textOf(rng)))
  return contents
}

function root(rng: Rng): Py {
  const contents = filesIn(rng, rng.int(3, 5))
  for (let made = 0; made < 2; made++) contents.set(folderName(rng), folder(filesIn(rng, rng.int(1, 3))))
  return dict({ workspace: folder(contents) })
}

const here = ({ look }: Situation): readonly string[] => textsAt(look('ls'), 'current_directory_content')
const filesHere = (situation: Situation): readonly string[] => here(situation).filter((name) => name.includes('.'))
const foldersHere = (situation: Situation): readonly string[] => here(situation).filter((name) => !name.includes('.'))

/** A request about a file of the current folder. */
const aboutFile =
  (make: (situation: Situation, name: string) => Request) =>
  (situation: Situation): Request | null => {
    const files = filesHere(situation)
    return files.length === 0 ? null : make(situation, situation.rng.choice(files))
  }

/** A name that the current folder does not have. */
function freeName(situation: Situation, make: (rng: Rng) => string): string | null {
  const name = make(situation.rng)
  return here(situation).includes(name) ? null : name
}

const read = aboutFile((_, name) => ({
  says: `Show me the content of ${name}.`,
  calls: [call('cat', { file_name: name })],
}))

const countWords = aboutFile(({ rng }, name) => {
  const [mode, what] = rng.choice([
    ['l', 'lines'],
    ['w', 'words'],
    ['c', 'characters'],
  ] as const)
  return {
    says: `How many ${what} does ${name} have?`,
    calls: [call('wc', { file_name: name, mode })],
    vague: { says: `How many ${what} does the file have?`, detail: `I mean ${name}.` },
  }
})

const search = aboutFile(({ rng }, name) => {
  const pattern = rng.choice(SUBJECTS)
  return {
    says: `Which lines of ${name} mention "${pattern}"?`,
    calls: [call('grep', { file_name: name, pattern })],
    vague: { says: `Which lines of ${name} mention the thing I care about?`, detail: `It is "${pattern}".` },
  }
})

const lastLines = aboutFile(({ rng }, name) => {
  const lines = BigInt(rng.int(1, 4))
  return { says: `Show me the last ${lines} line(s) of ${name}.`, calls: [call('tail', { file_name: name, lines })] }
})

const sortLines = aboutFile((_, name) => ({
  says: `Show me the lines of ${name} in alphabetical order.`,
  calls: [call('sort', { file_name: name })],
}))

const remove = aboutFile((_, name) => ({
  says: `I do not need ${name} any more: delete it.`,
  calls: [call('rm', { file_name: name })],
  vague: { says: 'Delete the file that I do not need any more.', detail: `It is ${name}.` },
}))

function rename(situation: Situation): Request | null {
  const files = filesHere(situation)
  const name = freeName(situation, fileName)
  if (files.length === 0 || name === null) return null
  const source = situation.rng.choice(files)
  const [verb, said] = situation.rng.choice([
    ['mv', 'Rename'],
    ['cp', 'Make a copy of'],
  ] as const)
  const what = `${said} ${source}`
  return {
    says: verb === 'mv' ? `${what} to ${name}.` : `${what} with the name ${name}.`,
    calls: [call(verb, { source, destination: name })],
    vague: { says: `${what}, under another name.`, detail: `The name is ${name}.` },
  }
}

function write(situation: Situation): Request | null {
  const name = freeName(situation, fileName)
  if (name === null) return null
  const content = textLine(situation.rng)
  return {
    says: `Create a file called ${name} and write exactly this into it: ${content}`,
    calls: [call('touch', { file_name: name }), call('echo', { content, file_name: name })],
    vague: {
      says: `Create a file called ${name} and write my note into it.`,
      detail: `The note is exactly this: ${content}`,
    },
  }
}

function putAway(situation: Situation): Request | null {
  const files = filesHere(situation)
  const name = freeName(situation, folderName)
  if (files.length === 0 || name === null) return null
  const source = situation.rng.choice(files)
  return {
    says: `Create a folder called ${name} and move ${source} into it.`,
    calls: [call('mkdir', { dir_name: name }), call('mv', { source, destination: name })],
    vague: { says: `Create a new folder and move ${source} into it.`, detail: `Call the folder ${name}.` },
  }
}

function enter(situation: Situation): Request | null {
  const folders = foldersHere(situation)
  if (folders.length === 0) return null
  const name = situation.rng.choice(folders)
  return {
    says: `Go into the folder ${name} and list everything that is in it.`,
    calls: [call('cd', { folder: name }), call('ls')],
  }
}

function size({ rng }: Situation): Request {
  const isReadable = rng.chance(0.5)
  return {
    says: `How much space do the current folder and everything in it take${isReadable ? ', in a readable unit' : ''}?`,
    calls: [call('du', { human_readable: isReadable })],
  }
}

/** Work on a small file system. */
export const FILES: Topic = {
  api: 'GorillaFileSystem',
  scenario: (rng) => ({ root: root(rng) }),
  kinds: [read, countWords, search, lastLines, sortLines, remove, rename, write, putAway, enter, size],
}
