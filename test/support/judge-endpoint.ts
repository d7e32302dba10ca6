import type { Json, JsonObject } from '../../core/data/types.ts'
import { type Answer, type Asked, type FakeEndpoint, fakeEndpoint } from './chat-endpoint.ts'

/** What the stand-in thinks of a trajectory, whose actions it read. */
export interface Opinion {
  /** Numbers of wrong steps, from 1. */
  readonly wrong: readonly number[]
  /** 0 to 10. */
  readonly score: number
}

/** A judge by rules that stands in for a language model: it reads transcripts and answers in the form asked for. */
export const judgeEndpoint = (opinion: (actions: readonly string[], text: string) => Opinion): Promise<FakeEndpoint> =>
  fakeEndpoint((asked) => ({ content: `I looked at it.\n${verdictOn(asked, opinion)}` }))

/** An endpoint whose replies are these, whatever is asked; `MARK` in a text is the mark of the question. */
export const replyingEndpoint = (reply: (number: number) => string | JsonObject | Answer): Promise<FakeEndpoint> =>
  fakeEndpoint((asked) => {
    const answer = reply(asked.number)
    return typeof answer === 'string' ? { content: answer.replaceAll('MARK', markIn(asked)) } : answer
  })

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const partsOf = ({ body: { messages } }: Asked) => ({
  rules: textOf(messages[0]?.content),
  text: textOf(messages[1]?.content),
})

/** The mark that the verdict stands in. */
export const markIn = (asked: Asked): string => /<(verdict-[0-9a-f]{8})>/.exec(partsOf(asked).rules)?.[1] ?? ''

function verdictOn(asked: Asked, opinion: (actions: readonly string[], text: string) => Opinion): string {
  const { rules, text } = partsOf(asked)
  const actionsOf = (part: string): readonly string[] =>
    [...part.matchAll(/<action>\n([\s\S]*?)\n<\/action>/g)].map(([, action = '']) => action)
  const of = (part: string): Opinion => opinion(actionsOf(part), part)
  const [first = '', second = ''] = text.split('</first>')
  const own = of(text)
  const form = (): JsonObject => {
    if (rules.includes('{"wrong":')) return { wrong: own.wrong }
    if (rules.includes('{"first":')) return { first: of(first).score, second: of(second).score }
    if (rules.includes('{"scores":'))
      return { scores: Object.fromEntries(namesIn(rules).map((name) => [name, own.score])) }
    if (rules.includes('{"steps":')) {
      const steps = actionsOf(text).map((_, at) => (own.wrong.includes(at + 1) ? 'wrong' : 'right'))
      return { steps, final: own.score >= 5 ? 'right' : 'wrong' }
    }
    return { score: own.score }
  }
  const mark = markIn(asked)
  return `<${mark}>${JSON.stringify(form())}</${mark}>`
}

const namesIn = (rules: string): readonly string[] => [...rules.matchAll(/^- "(.+?)":/gm)].map(([, name = '']) => name)
