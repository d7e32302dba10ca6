import { GymError } from '../../../core/data/errors.ts'
import { memoise } from './memo.ts'

/** Finds the nouns of a title, on which WebShop's type reward rests. */
export interface Tagger {
  /** Common and proper nouns in lower case, in the order of the text, repetitions included. */
  nounsOf(text: string): readonly string[]
}

const NOUN_TAGS: readonly string[] = ['NOUN', 'PROPN']
const REMEMBERED_TITLES = 8192

let loaded: Promise<Tagger> | undefined

/**
 * The part-of-speech tagger (wink-nlp with its English model, where WebShop has spaCy: titles are tagged by another
 * model, so title scores are not WebShop's to the bit). Loaded once a process, as every load makes the model's own
 * texts longer. Results are remembered for the titles asked for last.
 * @throws GymError CONFIG_INVALID where the packages are not installed.
 */
export function loadTagger(): Promise<Tagger> {
  loaded ??= makeTagger()
  return loaded
}

async function makeTagger(): Promise<Tagger> {
  const { winkNLP, model } = await loadPackages()
  const nlp = winkNLP(model, ['sbd', 'pos'])
  const nounsOf = memoise(REMEMBERED_TITLES, (text: string): readonly string[] => {
    const tokens = nlp.readDoc(text).tokens()
    const tags = tokens.out(nlp.its.pos)
    const nouns = tokens.out().filter((_, position) => NOUN_TAGS.includes(tags[position] ?? ''))
    return nouns.map((noun) => noun.toLowerCase())
  })
  return { nounsOf }
}

async function loadPackages() {
  try {
    const [wink, english] = await Promise.all([import('wink-nlp'), import('wink-eng-lite-web-model')])
    return { winkNLP: wink.default, model: english.default }
  } catch (cause) {
    throw new GymError(
      'CONFIG_INVALID',
      'the web shop finds nouns with `npm install wink-nlp wink-eng-lite-web-model`',
      {
        cause,
      },
    )
  }
}
