import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import { openCorpus } from '../../../envs/search-qa/corpus/corpus.ts'
import { readQuestions } from '../../../envs/search-qa/corpus/files.ts'
import { generateQuestions } from '../../../envs/search-qa/generate/questions.ts'
import environment from '../../../envs/search-qa/index.ts'
import { answerOverlap, exactMatch, normalizeAnswer } from '../../../envs/search-qa/scores/answer.ts'
import { judgeFormat } from '../../../envs/search-qa/search-r1/reward.ts'

const begin = async (options: JsonObject = {}, index = 0) => {
  const world = await openWorld(environment, options)
  return startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
}
type Episode = Awaited<ReturnType<typeof begin>>

const call = (name: string, args: JsonObject): Json => ({ name, arguments: args })
const play = (episode: Episode, actions: readonly Json[]) => actions.map((action) => expectSync(episode.step(action)))

interface Truth {
  readonly answers: readonly string[]
  readonly articles: readonly string[]
  readonly calls: readonly Json[]
}
const truthOf = ({ world, task }: Episode) =>
  world.environment.groundTruth?.(task, { resources: world.resources }) as unknown as Truth

describe('generated questions', () => {
  const set = generateQuestions({ articles: 200, hops: 3, tasks: 40, seed: 0 })

  it('share nothing between splits, and have as many articles in their chains as they have hops', () => {
    const all = Object.values(set.questions).flat()
    expect(all).toHaveLength(60)
    expect(new Set(all.map(({ text }) => text)).size).toBe(60)
    for (const { chain } of all) expect(new Set(chain).size).toBe(3)
  })

  it('lead from article to article, and name their answer in the last only', () => {
    for (const { text, chain, answers } of Object.values(set.questions).flat()) {
      const bodies = chain.map((at) => set.articles[at]?.sentences.join(' ') ?? '')
      const titles = chain.map((at) => set.articles[at]?.title ?? '')
      expect(text).toContain(titles[0])
      titles.slice(1).forEach((title, at) => {
        expect(bodies[at]).toContain(title)
        expect(text).not.toContain(title)
      })
      expect(bodies.at(-1)).toContain(answers[0])
      expect(text).not.toContain(answers[0])
    }
  })

  it('are a function of their options', () => {
    const again = generateQuestions({ articles: 200, hops: 3, tasks: 40, seed: 0 })
    expect(openCorpus(again).digest).toBe(openCorpus(set).digest)
    expect(generateQuestions({ articles: 200, hops: 3, tasks: 40, seed: 1 })).not.toEqual(set)
  })

  it('are refused where there are too few', () => {
    expect(() => generateQuestions({ articles: 40, hops: 1, tasks: 5000, seed: 0 })).toThrow(/too few questions/)
  })
})

describe('an episode of calls', () => {
  it('is won by the calls of its ground truth', async () => {
    const episode = await begin({ hops: 3 })
    const steps = play(episode, truthOf(episode).calls)
    expect(steps.map(({ reward }) => reward)).toEqual([0, 0, 0, 0, 0, 0, 1])
    expect(episode.grades()).toEqual({ progress: 1, found: 1, em: 1, f1: 1 })
    expect(steps.at(-1)?.terminated).toBe(true)
  })

  it('counts an article as found when it is opened, once', async () => {
    const episode = await begin()
    const [, open] = truthOf(episode).calls
    play(episode, [open ?? null, open ?? null])
    expect(episode.grades()).toMatchObject({ found: 0.5, progress: 1 / 3, em: null, f1: null })
  })

  it('shows the question beside every answer', async () => {
    const episode = await begin()
    const { question } = episode.task.public as { question: string }
    play(episode, [call('search', { query: 'zzzz' })])
    expect(episode.text()).toBe(`Question: ${question}\n\nNo article has these words.`)
    play(episode, [call('open', { title: 'nowhere' })])
    expect(episode.text()).toMatch(/^Question: .*\n\nThere is no article "nowhere": open one by the title/)
  })

  it.each([
    [call('search', { query: '  ' }), /search: query is a text, not empty/],
    [call('look', { query: 'a' }), /send \{"name": "search"/],
    ['words', /send \{"name": "search"/],
    [null, /send \{"name": "search"/],
  ])('refuses %j and says how', async (action, message) => {
    const episode = await begin()
    const [step] = play(episode, [action])
    expect(step).toMatchObject({ isActionValid: false, reward: 0 })
    expect(episode.text()).toMatch(message)
  })

  it('pays a wrong answer nothing, or by its words', async () => {
    const episode = await begin()
    const wrong = call('answer', { text: `${truthOf(episode).answers[0]} or so` })
    expect(play(episode, [wrong])[0]?.reward).toBe(0)
    expect(play(await begin({ reward: 'f1' }), [wrong])[0]?.reward).toBeGreaterThan(0.4)
  })
})

describe('other protocols', () => {
  it('takes the tags of Search-R1, and reads whole passages', async () => {
    const episode = await begin({ protocol: 'search-r1' })
    const { articles, answers } = truthOf(episode)
    expect(episode.text()).toMatch(/^Answer the given question\..*Question: .*\?\n$/)
    const steps = play(episode, [
      `<search>${articles[0]}</search>`,
      'I do not know',
      7,
      `<search>${articles[1]}</search>`,
      `<answer>${answers[0]}</answer>`,
    ])
    expect(steps.map(({ isActionValid }) => isActionValid)).toEqual([true, false, false, true, true])
    expect(steps[0]?.info).toEqual({ query: articles[0] })
    expect(steps.at(-1)).toMatchObject({ reward: 1, terminated: true })
  })

  it("shows verl-agent's prompts, with the last turns", async () => {
    const episode = await begin({ protocol: 'verl-agent', historyLength: 1 })
    const { articles } = truthOf(episode)
    play(episode, [`<search>${articles[0]}</search>`, '<search>zzzz</search>'])
    expect(episode.text()).toContain('you have already taken 2 step(s)')
    expect(episode.text()).toContain(
      '\nStep 2:<search>zzzz</search> <information>{"result": "No search results found."}',
    )
    expect(episode.text()).not.toContain('Step 1:')
    const [last] = play(episode, ['<search>a</search><answer>b</answer>'])
    expect(last?.isActionValid).toBe(false)
  })
})

describe('a folder of questions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-search-qa-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const fill = (name: string, ...records: readonly JsonObject[]): void =>
    writeFileSync(join(folder, name), records.map((record) => JSON.stringify(record)).join('\n'))

  const hotpot = {
    _id: 'h1',
    question: 'Who built the town of the mill?',
    answer: 'Ada Quill',
    supporting_facts: [
      ['Mill', 0],
      ['Town', 1],
    ],
    context: [
      ['Town', ['A town.', 'It was built by Ada Quill.']],
      ['Mill', ['The mill is in Town.']],
      ['Lake', ['A lake.']],
    ],
  }
  const musique = {
    id: '2hop__1',
    question: 'Where does the owner live?',
    answer: 'Dunmere',
    answer_aliases: ['Old Dunmere'],
    answerable: true,
    question_decomposition: [{ paragraph_support_idx: 1 }, { paragraph_support_idx: 0 }],
    paragraphs: [
      { idx: 0, title: 'Owner', paragraph_text: 'Lives in Dunmere.', is_supporting: true },
      { idx: 1, title: 'House', paragraph_text: 'Has an owner.', is_supporting: true },
      { idx: 2, title: 'Barn', paragraph_text: 'Empty.', is_supporting: false },
    ],
  }

  it('is read in the formats of HotpotQA, MuSiQue and Search-R1, with splits by name', async () => {
    writeFileSync(join(folder, 'hotpot_dev.json'), JSON.stringify([hotpot]))
    fill('musique_train.jsonl', musique)
    fill('corpus.jsonl', { contents: '"Moon"\nThe moon is far away.' })
    const set = readQuestions(folder)
    expect(set.articles.map(({ title }) => title)).toEqual(['Moon', 'Town', 'Mill', 'Lake', 'Owner', 'House', 'Barn'])
    expect(set.questions.validation?.[0]).toMatchObject({ id: 'h1', chain: [2, 1], answers: ['Ada Quill'] })
    expect(set.questions.train?.[0]).toMatchObject({ chain: [5, 4], answers: ['Dunmere', 'Old Dunmere'] })
    const episode = await begin({ folder })
    play(episode, truthOf(episode).calls.slice(0, -1))
    expect(play(episode, [call('answer', { text: 'the old Dunmere' })])[0]?.reward).toBe(1)
  })

  it.each([
    ['{', /broken.jsonl, line 1: /],
    ['{"a":1}', /broken.jsonl, record 0: is neither of HotpotQA/],
    [JSON.stringify({ ...hotpot, context: [['Town']] }), /context is a list of \[title, \[sentences\]\]/],
    [JSON.stringify({ ...musique, answer: 7 }), /answer is a text/],
    [JSON.stringify(musique), /id "2hop__1" appears twice/],
  ])('is refused with the place of what is wrong: %s', async (line, message) => {
    writeFileSync(join(folder, 'broken.jsonl'), line)
    await expect(begin({ folder })).rejects.toThrow(message)
    rmSync(join(folder, 'broken.jsonl'))
  })

  it('is refused if it is missing, or has no question', async () => {
    await expect(begin({ folder: join(folder, 'none') })).rejects.toThrow(/the folder cannot be read/)
    const empty = mkdtempSync(join(folder, 'empty-'))
    await expect(begin({ folder: empty })).rejects.toThrow(/no file has a question/)
  })
})

describe('scores of answers', () => {
  it('join what punctuation separates, and drop articles that stand alone', () => {
    expect(normalizeAnswer(' The  Beatles! ')).toBe('beatles')
    expect(normalizeAnswer('the-ater, an A-team')).toBe('theater ateam')
  })

  it('count two empty answers as equal but without common words', () => {
    expect(exactMatch('the', ['a'])).toBe(true)
    expect(answerOverlap('the', 'a').f1).toBe(0)
  })

  it('are from 0 to 1, symmetric in F1, and 1 for an answer with itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const { f1, precision, recall } = answerOverlap(one, other)
        for (const score of [f1, precision, recall]) expect(score >= 0 && score <= 1).toBe(true)
        expect(answerOverlap(other, one)).toEqual({ f1, precision: recall, recall: precision })
        if (normalizeAnswer(one) !== '') expect(answerOverlap(one, one).f1).toBe(1)
        expect(normalizeAnswer(normalizeAnswer(one)).length).toBeLessThanOrEqual(normalizeAnswer(one).length)
      }),
    )
  })

  it('say where a conversation stops being of the form', () => {
    const said = (text: string): string => judgeFormat(`<|im_start|>assistant ${text}`).message
    expect(said('<think>a</think>')).toBe('Incomplete sequence, ended in state after_think')
    expect(said('<think>a</think><answer>b</answer>')).toBe('Valid sequence format')
    expect(said('<answer>b</answer>')).toBe('Unexpected tag <answer> in state start')
  })
})
