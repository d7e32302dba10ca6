import { LETTERS, type ProcedureData, type Rule, scan, times } from '../rule.ts'

const WORDS = (
  'stone near night patient before walls town green ships old seeds narrow small count harbour lantern field river ' +
  'window paper silver winter garden bridge mirror copper island ladder market needle orchard pepper quarry ribbon'
).split(' ')

const fillWord: Rule = {
  name: 'fill-word',
  says: 'For each pair (k, word) of the list, replace [k] in the sentence by the word. A state is the sentence after that.',
  draw: (rng, steps) => {
    const words = rng.shuffle(WORDS).slice(0, Math.min(steps, WORDS.length))
    const list = words.map((word, at) => [at + 1, word])
    const places = list.map(([number]) => `[${number}]`)
    const others = times(steps + 3, () => rng.choice(WORDS))
    return { sentence: rng.shuffle([...others, ...places]).join(' '), list }
  },
  run: (data) =>
    scan(data.text('sentence'), data.rows('list'), (state, [number, word]) =>
      state.replace(`[${number}]`, () => String(word)),
    ),
  ask: (data) => {
    const pairs = data.rows('list').map(([number, word]) => `(${number}, ${word})`)
    return `\n[Question]\nSentence:\n${data.text('sentence')}\nList:\n[${pairs.join(', ')}]`
  },
}

const deleteWord: Rule = {
  name: 'delete-word',
  says: 'For each word, remove its first occurrence from the sentence. A state is the sentence after that.',
  draw: (rng, steps) => {
    const sentence = times(steps + rng.int(3, 6), () => rng.choice(WORDS))
    return { sentence: sentence.join(' '), words: rng.shuffle(sentence).slice(0, steps) }
  },
  run: (data) =>
    scan(data.text('sentence'), data.texts('words'), (state, word) => {
      const words = state.split(' ')
      const at = words.indexOf(word)
      return words.filter((_, place) => place !== at).join(' ')
    }),
  ask: (data) => `\n[Question]\nSentence:\n${data.text('sentence')}\nWords: [${data.texts('words').join(', ')}]\n`,
}

const countLetters: Rule = {
  name: 'count-letters',
  says: 'Go through the sentence one word after another and count every letter from a to z, in any case. A state is the list of the 26 counts after a word.',
  draw: (rng, steps) => ({ sentence: rng.shuffle(WORDS).slice(0, steps).join(' ') }),
  run: (data) =>
    scan<readonly number[], string>(
      [...LETTERS].map(() => 0),
      data.text('sentence').split(' '),
      (counts, word) => counts.map((count, at) => count + word.toLowerCase().split(LETTERS[at] ?? '').length - 1),
    ),
  ask: (data) => `\n\n[Question]\nSentence:\n${data.text('sentence')}`,
}

const compare: Rule = {
  name: 'compare',
  says: 'Compare the target with each candidate in turn, until one equals it. A state is the longest beginning that both share; the last state is the list of all of them.',
  draw: (rng, steps) => {
    const target = rng.choice(WORDS)
    const others = times(steps - 1, () => nearMiss(target, rng.int(1, target.length - 1)))
    return { target, candidate: [...others, target] }
  },
  run(data) {
    const shared = sharedUntilEqual(data)
    return { init: [''], states: [...shared.slice(0, -1), shared] }
  },
  ask: (data) => `\n[Question]\nTarget: ${data.text('target')}\nCandidate: ${data.texts('candidate').join(', ')}`,
}

/** A word that shares this many letters. */
const nearMiss = (target: string, shared: number): string =>
  target.slice(0, shared) + (target[shared] === 'x' ? 'y' : 'x') + target.slice(shared + 1)

function sharedUntilEqual(data: ProcedureData): readonly string[] {
  const target = data.text('target')
  const shared: string[] = []
  for (const candidate of data.texts('candidate')) {
    shared.push(sharedStart(target, candidate))
    if (candidate === target) break
  }
  return shared
}

function sharedStart(one: string, other: string): string {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return one.slice(0, length)
}

export const WORD_RULES = [fillWord, deleteWord, countLetters, compare] as const
