import type { Json } from '../../../core/data/types.ts'
import { drawText, LETTERS, type ProcedureData, type Rule, scan, times, tuples } from '../rule.ts'

const LETTERS_AND_DIGITS = `${LETTERS}0123456789`

const sort: Rule = {
  name: 'sort',
  says: 'For each letter from a to z, look from the first place that is not sorted to the end, and swap every such letter with the first place that is not sorted. A state is the string after a swap that changes it.',
  draw(rng, steps) {
    // Some swaps change nothing: a text is redrawn until as many do.
    for (;;) {
      const init = drawText(rng, steps + 2 + rng.int(0, 2))
      if (swapsOf(init).length === steps) return { init }
    }
  },
  run: (data) => ({ init: data.text('init'), states: swapsOf(data.text('init')) }),
  ask: (data) => `\n[Question]\nString: ${data.text('init')}`,
}

function swapsOf(text: string): readonly string[] {
  const letters = [...text]
  const states: string[] = []
  let place = 0
  for (const letter of LETTERS)
    for (let at = place; at < letters.length; at++) {
      if (letters[at] !== letter) continue
      if (at !== place) {
        letters[at] = letters[place] ?? ''
        letters[place] = letter
        states.push(letters.join(''))
      }
      place++
    }
  return states
}

const gather: Rule = {
  name: 'gather',
  says: 'For each set (string, start, count), all counted from 0, append that many characters of the string from the start on. A state is what has been gathered.',
  draw: (rng, steps) => {
    const strings = times(rng.int(3, 6), () => drawText(rng, rng.int(5, 10), LETTERS_AND_DIGITS))
    const commands = times(steps, () => {
      const string = rng.int(0, strings.length - 1)
      const start = rng.int(0, 4)
      return [string, start, rng.int(1, (strings[string]?.length ?? 5) - start)]
    })
    return { strings, commands }
  },
  run: (data) =>
    scan<string, readonly Json[]>('', data.rows('commands'), (state, [string, start, count]) => {
      const from = Number(start)
      return state + (data.texts('strings')[Number(string)] ?? '').slice(from, from + Number(count))
    }),
  ask: (data) =>
    `\n[Question]\nStrings: [${data.texts('strings').join(', ')}]\nSets of Numbers: [${tuples(data.rows('commands'))}]\n`,
}

const copy: Rule = {
  name: 'copy',
  says: 'For each index, counted from 0, append the string with this index. A state is what has been appended so far.',
  draw: (rng, steps) => {
    const strings = times(rng.int(4, 8), () => drawText(rng, rng.int(3, 6), LETTERS_AND_DIGITS))
    return { strings, commands: times(steps, () => rng.int(0, strings.length - 1)) }
  },
  run: (data) =>
    scan<string, number>('', data.numbers('commands'), (state, at) => state + (data.texts('strings')[at] ?? '')),
  ask: (data) =>
    `\n[Question]\nStrings: [${data.texts('strings').join(', ')}]\nIndices: [${data.numbers('commands').join(', ')}]\n`,
}

const substitute: Rule = {
  name: 'substitute',
  says: 'From left to right, replace each character that is the first of a pair by the second of that pair. A state is the string after a replacement.',
  draw: (rng, steps) => {
    const string = rng
      .shuffle([...LETTERS_AND_DIGITS])
      .slice(0, steps)
      .join('')
    return { string, table: [...string].map((character) => [character, rng.choice([...LETTERS])]) }
  },
  run(data) {
    const table = new Map(data.rows('table').map(([from, to]) => [String(from), String(to)]))
    const places = [...data.text('string')].flatMap((character, at) => (table.has(character) ? [at] : []))
    return scan(data.text('string'), places, (state, at) => replaced(state, at, table.get(state[at] ?? '') ?? ''))
  },
  ask: (data) => {
    const pairs = data.rows('table').map(([from, to]) => `(${from}, ${to})`)
    return `\n[Question]\nPairs:\n${pairs.join('\n')}\nString:\n${data.text('string')}`
  },
}

const replaced = (text: string, at: number, by: string): string => text.slice(0, at) + by + text.slice(at + 1)

const decode: Rule = {
  name: 'decode',
  says: 'Each code AxB is the character A, B times. A state is what has been decoded so far.',
  draw: (rng, steps) => ({ bitSentence: times(steps, () => `${rng.int(0, 1)}x${rng.int(1, 9)}`).join(' ') }),
  run: (data) =>
    scan<string, string>('', data.text('bitSentence').split(' '), (state, code) => {
      const [character = '', count = '0'] = code.split('x')
      return state + character.repeat(Number(count))
    }),
  ask: (data) => `\n[Question]\nSentence: ${data.text('bitSentence')}\n`,
}

const pushPop: Rule = {
  name: 'push-pop',
  says: 'Follow the actions: pop_left and pop_right remove the first or last character, push_left(A) and push_right(A) add A there. A state is the string after an action.',
  draw: (rng, steps) => {
    const initial = drawText(rng, steps + 2)
    const actions = times(steps, () => {
      const side = rng.choice(['left', 'right'] as const)
      return rng.chance(0.5) ? `pop_${side}` : `push_${side}(${drawText(rng, 1)})`
    })
    return { initial, actions }
  },
  run: (data) => scan(data.text('initial'), data.texts('actions'), afterAction),
  ask: (data) => `\n[Question]\nInitial string: ${data.text('initial')}\nActions: ${data.texts('actions').join(', ')}`,
}

function afterAction(state: string, action: string): string {
  const [, verb, side, character = ''] = /^(push|pop)_(left|right)(?:\((.*)\))?/.exec(action) ?? []
  if (verb === 'pop') return side === 'left' ? state.slice(1) : state.slice(0, -1)
  return side === 'left' ? character + state : state + character
}

const rotate: Rule = {
  name: 'rotate',
  says: 'For each pair (m, n), take the characters from place m, counted from 0, up to and without place n, and move the last of them before the others. A state is the string after that.',
  draw: (rng, steps) => {
    const string = drawText(rng, rng.int(6, 12))
    const combinations = times(steps, () => {
      const first = rng.int(0, string.length - 3)
      return [first + 1, rng.int(first + 2, string.length)]
    })
    return { string, combinations }
  },
  run: (data) =>
    scan(data.text('string'), pairsOf(data), (state, [from, to]) => {
      const part = state.slice(from, to)
      return state.slice(0, from) + part.slice(-1) + part.slice(0, -1) + state.slice(to)
    }),
  ask: (data) => `\n[Question]\nString:\n${data.text('string')}\nIndices:\n${tuples(pairsOf(data))}`,
}

/** ProcBench counts the first place of a pair from 1 in its data, and from 0 in its question. */
const pairsOf = (data: ProcedureData): readonly (readonly [number, number])[] =>
  data.rows('combinations').map(([first, last]) => [Number(first) - 1, Number(last)])

const deleteCharacter: Rule = {
  name: 'delete-character',
  says: 'In each step remove the first occurrence of the given character. A state is the string after that.',
  draw: (rng, steps) => {
    const string = drawText(rng, steps + rng.int(4, 10))
    return { string, steps: rng.shuffle([...string]).slice(0, steps) }
  },
  run: (data) => scan(data.text('string'), data.texts('steps'), (state, character) => state.replace(character, '')),
  ask: (data) => {
    const lines = data.texts('steps').map((character, at) => `${at + 1}. ${character}`)
    return `\n[Question]\nString: ${data.text('string')}\nSteps: \n${lines.join('\n')}`
  },
}

export const TEXT_RULES = [sort, gather, copy, substitute, decode, pushPop, rotate, deleteCharacter] as const
