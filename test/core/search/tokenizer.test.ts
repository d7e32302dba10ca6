import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forEachToken, MAX_TOKEN_UNITS } from '../../../core/search/tokenizer.ts'

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  forEachToken(text, (start, end) => {
    tokens.push(text.slice(start, end))
  })
  return tokens
}

describe('words and numbers', () => {
  it.each([
    ['red dress, size XL', ['red', 'dress', 'size', 'XL']],
    ['t-shirt wi–fi and/or a—b', ['t', 'shirt', 'wi', 'fi', 'and', 'or', 'a', 'b']],
    ['user@shop #1 50% $9 c++', ['user', 'shop', '1', '50', '9', 'c']],
    ['2XL 4k9 mp3', ['2XL', '4k9', 'mp3']],
  ])('splits %j at spaces and symbols', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens)
  })

  it.each([
    ["can't o'clock", ["can't", "o'clock"]],
    ['can’t', ['can’t']],
    ['a.b.c. a:b a·b a․b', ['a.b.c', 'a:b', 'a·b', 'a․b']],
    ["'quoted' dogs' .dot dot.", ['quoted', 'dogs', 'dot', 'dot']],
    ["a''b a..b a,b a;b", ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']],
  ])('keeps one mark between letters only where it may join letters: %j', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens)
  })

  it.each([
    ['1,299.50 3;4 5.6.7', ['1,299.50', '3;4', '5.6.7']],
    ["5'6 7’8", ["5'6", '7’8']],
    ['10:30 1/2 1,,2 5. .5', ['10', '30', '1', '2', '1', '2', '5', '5']],
    ['x.5 5.x 1.a,2', ['x', '5', '5', 'x', '1', 'a', '2']],
    ['１２，３４ ٣٫١٤', ['１２，３４', '٣٫١٤']],
  ])('keeps one mark between digits only where it may join digits: %j', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens)
  })

  it('keeps low lines with the words they touch, and drops those that touch none', () => {
    expect(tokensOf('_a_b__1_ __ _ カ_a ‿x')).toEqual(['_a_b__1_', 'カ_a', '‿x'])
  })

  it('keeps marks and format characters with the letter before them, and drops those without one', () => {
    expect(tokensOf('e\u0301a\u00ad\u200db \u0301 \u0301c \u200dd')).toEqual(['e\u0301a\u00ad\u200db', 'c', 'd'])
  })

  it('lets a mark stand between a letter and the sign that joins it', () => {
    expect(tokensOf("a\u0301'\u0301b 1\u0301,\u03012")).toEqual(["a\u0301'\u0301b", '1\u0301,\u03012'])
  })
})

describe('scripts', () => {
  it('cuts Han and Hiragana into single characters and keeps runs of Katakana', () => {
    expect(tokensOf('東京 ひらカタカナ・ﾊﾞｯｸﾞ')).toEqual(['東', '京', 'ひ', 'ら', 'カタカナ', 'ﾊﾞｯｸﾞ'])
  })

  it('does not join Katakana with letters or digits', () => {
    expect(tokensOf('aカ1ー2')).toEqual(['a', 'カ', '1', 'ー', '2'])
  })

  it('keeps Hangul, Latin, Greek and Cyrillic words', () => {
    expect(tokensOf('가방 süß λόγος сумка 한a1')).toEqual(['가방', 'süß', 'λόγος', 'сумка', '한a1'])
  })

  it('keeps runs of Thai, Lao, Khmer and Myanmar apart from letters and digits', () => {
    expect(tokensOf('กระเป๋า2ใบ xก ລາວ ខ្មែរ မြန်မာ')).toEqual(['กระเป๋า', '2', 'ใบ', 'x', 'ก', 'ລາວ', 'ខ្មែរ', 'မြန်မာ'])
  })

  it('reads a Thai mark as a separate run, or as part of the previous word', () => {
    expect(tokensOf('\u0e31 a\u0e31 \u0e31ก')).toEqual(['\u0e31', 'a\u0e31', '\u0e31ก'])
  })

  it('lets Hebrew keep a quote after a letter and a double quote between letters', () => {
    expect(tokensOf(`צ' א"ב א" "א ג'ירפה a"b`)).toEqual(["צ'", 'א"ב', 'א', 'א', "ג'ירפה", 'a', 'b'])
  })

  it('spends a Hebrew letter on the mark before it, which leaves no quote for it', () => {
    expect(tokensOf(`a'א' א:א' אא'`)).toEqual(["a'א", 'א:א', "אא'"])
    expect(tokensOf(`א':א א"א:א א"א'`)).toEqual(["א'", 'א', 'א"א', 'א', 'א"א'])
  })

  it('drops emoji, flags and symbols', () => {
    expect(tokensOf('👗 👩‍👩‍👧 🇩🇪🇫🇷 ❤️ ⭐5 ½ ™ 🇩a')).toEqual(['5', 'a'])
  })

  it('drops a Thai mark behind a pair of flags but not behind a single one', () => {
    expect(tokensOf('🇩🇪\u0e31 🇩\u0e31')).toEqual(['\u0e31'])
  })

  it('follows Unicode 6.3: letters that came later separate words', () => {
    expect(tokensOf('a\u1c90b x\u{1e900}y \u{10400}')).toEqual(['a', 'b', 'x', 'y', '\u{10400}'])
  })
})

describe('the window of 255 units', () => {
  it('cuts longer words every 255 units', () => {
    expect(tokensOf('x'.repeat(600)).map(({ length }) => length)).toEqual([255, 255, 90])
    expect(tokensOf('x'.repeat(MAX_TOKEN_UNITS))).toHaveLength(1)
  })

  it('takes the longest match within the window, and starts again behind it', () => {
    const head = 'x'.repeat(254)
    expect(tokensOf(`${head}'s y`)).toEqual([head, 's', 'y'])
    expect(tokensOf(`${'x'.repeat(253)}'s y`)).toEqual([`${'x'.repeat(253)}'s`, 'y'])
  })

  it('does not cut a surrogate pair', () => {
    const text = `x${'𐐀'.repeat(200)}`
    expect(tokensOf(text).map(({ length }) => length)).toEqual([255, 146])
    expect(tokensOf(`xx${'𐐀'.repeat(200)}`).map(({ length }) => length)).toEqual([254, 148])
  })
})

/** What represents a class in the texts, and its letter in the grammar. */
const SYMBOLS = new Map(
  [...'aא1カ_\'":.,\u0301ก\u0e31日ひ🇩 '].map((symbol, at) => [symbol, 'LHNKUQDMBCESXJJRO'.charAt(at)]),
)

const joined = (...parts: readonly string[]): string => `(?:${parts.join('')})`
const either = (...parts: readonly string[]): string => `(?:${parts.join('|')})`
/** A character of these classes with the marks that belong to it. */
const one = (classes: string): string => `[${classes}][EX]*`

const chain = (item: string, mark: string): string => `${item}(?:(?:(?:${one('U')})*|${mark})${item})*`
const katakana = `${one('K')}(?:(?:${one('U')})*${one('K')})*`
const hebrew = `${one('H')}${either(one('Q'), joined(one('D'), one('H')))}`
const numbers = chain(one('N'), one('CBQ'))
const letters = chain(one('LH'), one('MBQ'))
const group = either(katakana, `${either(hebrew, numbers, letters)}+`)
const word = `(?:${one('U')})*${group}(?:(?:${one('U')})+${group})*(?:${one('U')})*`

/** The grammar of Lucene's tokenizer in the words of its rules, over class letters. */
const TOKEN = new RegExp(`^(?:${either(word, `(?:${one('SX')})+`, one('J'))})$`)
const FLAGS = new RegExp(`^${one('R')}(?:${one('R')})+$`)

/** Tries every end from the farthest, as the definition of a longest match. */
function plainTokens(symbols: readonly string[]): string[] {
  const tokens: string[] = []
  const classes = symbols.map((symbol) => SYMBOLS.get(symbol)).join('')
  for (let start = 0; start < symbols.length; ) {
    let end = symbols.length
    while (end > start + 1 && !TOKEN.test(classes.slice(start, end)) && !FLAGS.test(classes.slice(start, end))) end--
    if (TOKEN.test(classes.slice(start, end))) tokens.push(symbols.slice(start, end).join(''))
    start = end
  }
  return tokens
}

describe('the scanner', () => {
  it('finds what the grammar defines in any mixture of classes', () => {
    const few = fc.uniqueArray(fc.constantFrom(...SYMBOLS.keys()), { minLength: 1, maxLength: 5 })
    const texts = few.chain((symbols) => fc.array(fc.constantFrom(...symbols), { maxLength: 12 }))
    fc.assert(
      fc.property(texts, (symbols) => {
        expect(tokensOf(symbols.join(''))).toEqual(plainTokens(symbols))
      }),
      { numRuns: 3000 },
    )
  })

  it('gives tokens in order, apart from each other, none empty, for any string, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 600 }), (units) => {
        let last = 0
        forEachToken(String.fromCharCode(...units), (start, end) => {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end - start).toBeLessThanOrEqual(MAX_TOKEN_UNITS)
          last = end
        })
        expect(last).toBeLessThanOrEqual(units.length)
      }),
    )
  })

  it('leaves no separator, and no half of a surrogate pair, in a token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const separator = /[\t\n\r !#$%&()*+\-/<=>?@[\\\]^`{|}~\u3000\u200b👗😀]|\p{Cs}/u
        expect(tokensOf(text).filter((token) => separator.test(token))).toEqual([])
      }),
    )
  })

  it('finds the same tokens in a text before any continuation after a space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
        expect(tokensOf(`${left} ${right}`)).toEqual([...tokensOf(left), ...tokensOf(` ${right}`)])
      }),
    )
  })
})
