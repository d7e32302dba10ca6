import { someText, someWords } from '../inputs.ts'
import type { DrawOperation, Family } from '../operation.ts'

const collapseRuns: DrawOperation = (rng) => {
  const least = rng.int(3, 5)
  return {
    name: 'collapse_runs',
    takes: 'text',
    gives: 'text',
    does: `Takes a text. Returns it with each run of one character that is ${least} or more long replaced by the character and the length of the run; shorter runs stay as they are.`,
    source: `def collapse_runs(text):
    parts = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] == text[at]:
            end += 1
        length = end - at
        parts.append(text[at] + str(length) if length >= ${least} else text[at:end])
        at = end
    return "".join(parts)
`,
    mutations: [
      [`length >= ${least}`, `length > ${least}`],
      ['text[at:end]', 'text[at]'],
    ],
    run: (text: string) =>
      text.replace(/(.)\1*/gs, (run: string, each: string) => (run.length >= least ? `${each}${run.length}` : run)),
    input: (random) =>
      random.choice(['aaabb', 'xyzz', 'kkkk', 'mnnnno']) + 'q'.repeat(random.int(1, 6)) + someText(random),
    edges: ['', 'a', 'b'.repeat(least), 'c'.repeat(least - 1), `${'d'.repeat(least + 8)}e`],
  }
}

const shiftLetters: DrawOperation = (rng) => {
  const by = rng.int(2, 24)
  const shifted = (each: string): string => {
    const first = each >= 'a' ? 97 : 65
    return String.fromCharCode(first + ((each.charCodeAt(0) - first + by) % 26))
  }
  return {
    name: 'shift_letters',
    takes: 'text',
    gives: 'text',
    does: `Takes a text. Returns it with each letter a to z and A to Z moved ${by} places on in the alphabet, which starts again after its end; upper case stays upper case, everything else stays.`,
    source: `def shift_letters(text):
    result = ""
    for each in text:
        if "a" <= each <= "z":
            result += chr((ord(each) - 97 + ${by}) % 26 + 97)
        elif "A" <= each <= "Z":
            result += chr((ord(each) - 65 + ${by}) % 26 + 65)
        else:
            result += each
    return result
`,
    mutations: [
      [`(ord(each) - 97 + ${by}) % 26 + 97`, `ord(each) + ${by}`],
      [' - 65 ', ' - 64 '],
      ['result += each\n', 'pass\n'],
    ],
    run: (text: string) => text.replace(/[a-zA-Z]/g, shifted),
    input: (random) => `${someText(random)} ${someText(random).toUpperCase()}`,
    edges: ['', 'xyz', 'XYZ', 'a-1 B!', 'zZ'],
  }
}

const commonLetters: DrawOperation = (rng) => {
  const count = rng.int(2, 4)
  return {
    name: 'common_letters',
    takes: 'text',
    gives: 'words',
    does: `Takes a text. Returns the list of its ${count} most frequent letters a to z, upper case counted as lower case, most frequent first and equally frequent ones in alphabetical order; fewer if it has fewer.`,
    source: `def common_letters(text):
    counts = {}
    for each in text.lower():
        if "a" <= each <= "z":
            counts[each] = counts.get(each, 0) + 1
    return sorted(counts, key=lambda each: (-counts[each], each))[:${count}]
`,
    mutations: [
      ['text.lower()', 'text'],
      ['(-counts[each], each)', '-counts[each]'],
      [`[:${count}]`, `[:${count - 1}]`],
    ],
    run(text: string) {
      const counts = new Map<string, number>()
      for (const each of text.toLowerCase().match(/[a-z]/g) ?? []) counts.set(each, (counts.get(each) ?? 0) + 1)
      const order = [...counts].sort(([a, own], [b, other]) => other - own || (a < b ? -1 : 1))
      return order.slice(0, count).map(([letter]) => letter)
    },
    input: someText,
    edges: ['', '123 !', 'BbaAcCd', 'dcba', 'zzz', 'AAAb'],
  }
}

const wrapWords: DrawOperation = (rng) => {
  const width = rng.int(9, 16)
  return {
    name: 'wrap_words',
    takes: 'words',
    gives: 'words',
    does: `Takes a list of words. Returns lines: words in their order with one space between them, as many on each line as fit into ${width} characters. A longer word has a line of its own.`,
    source: `def wrap_words(words):
    lines = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= ${width}:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
`,
    mutations: [
      [`+ 1 + len(word) <= ${width}`, `+ len(word) <= ${width}`],
      [`<= ${width}`, `< ${width}`],
    ],
    run(words: string[]) {
      const lines: string[] = []
      for (const word of words) {
        const last = lines.at(-1)
        if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
        else lines.push(word)
      }
      return lines
    },
    input: someWords,
    edges: [[], ['a'], ['x'.repeat(width + 3), 'y'], ['a'.repeat(width - 3), 'bb'], ['a'.repeat(width - 3), 'bbb']],
  }
}

const alignColumns: DrawOperation = (rng) => {
  const gap = rng.int(1, 3)
  const pad = ' '.repeat(gap)
  return {
    name: 'align_columns',
    takes: 'other',
    gives: 'words',
    does: `Takes a list of rows, each a list of texts; rows may differ in length. Returns one line for each row: its texts, each padded with spaces on the right to the longest text of its column, ${gap} space${gap > 1 ? 's' : ''} between columns, no spaces at the end of a line.`,
    source: `def align_columns(rows):
    widths = []
    for row in rows:
        for at, text in enumerate(row):
            if at == len(widths):
                widths.append(0)
            widths[at] = max(widths[at], len(text))
    lines = []
    for row in rows:
        cells = [text.ljust(widths[at]) for at, text in enumerate(row)]
        lines.append("${pad}".join(cells).rstrip(" "))
    return lines
`,
    mutations: [
      ['.rstrip(" ")', ''],
      ['text.ljust', 'text.rjust'],
      ['max(widths[at], len(text))', 'len(text)'],
    ],
    run(rows: string[][]) {
      const widthOf = (at: number): number => Math.max(...rows.map((row) => row[at]?.length ?? 0))
      return rows.map((row) =>
        row
          .map((text, at) => text.padEnd(widthOf(at)))
          .join(pad)
          .replace(/ +$/, ''),
      )
    },
    input: (random) => [someWords(random), someWords(random), someWords(random)],
    edges: [
      [],
      [[]],
      [
        ['a', 'b'],
        ['long', 'x'],
      ],
      [['wide'], ['b', 'c', 'd']],
      [
        ['ab', 'c'],
        ['a', 'longer'],
        ['abc', 'd'],
      ],
    ],
  }
}

const groupDigits: DrawOperation = (rng) => {
  const mark = rng.choice([',', '_', '.', ' '])
  return {
    name: 'group_digits',
    takes: 'number',
    gives: 'text',
    does: `Takes a whole number. Returns it as text with ${JSON.stringify(mark)} between groups of three digits, counted from the right; a negative number starts with a minus sign.`,
    source: `def group_digits(number):
    digits = str(abs(number))
    groups = []
    while digits:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    return ("-" if number < 0 else "") + "${mark}".join(groups)
`,
    mutations: [
      ['abs(number)', 'number'],
      ['groups.insert(0, digits[-3:])', 'groups.append(digits[-3:])'],
      ['"-" if number < 0', '"-" if number <= 0'],
    ],
    run: (number: number) => String(number).replace(/\B(?=(\d{3})+$)/g, mark),
    input: (random) => random.int(-9_999_999, 9_999_999),
    edges: [0, 7, 999, 1000, -100, -999, -123456, 1234567],
  }
}

export const STRINGS: Family = { name: 'strings', operations: [collapseRuns, shiftLetters, commonLetters] }
export const FORMATTING: Family = { name: 'formatting', operations: [wrapWords, alignColumns, groupDigits] }
