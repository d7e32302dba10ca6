import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Json, Task } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import { generateProducts } from '../../envs/webshop/catalogue/generate.ts'
import { fixedGoals } from '../../envs/webshop/goals/fixed.ts'
import { splitGoals } from '../../envs/webshop/goals/splits.ts'
import { environments } from '../../registry/index.ts'
import { share } from '../support/long.ts'

const catalog = environments()

/** Tasks of each split. */
const TASKS = share(2, 20)

/** Texts and numbers in a value, and the values that hold them. */
function partsOf(value: Json): readonly Json[] {
  if (typeof value !== 'object' || value === null) return value === null ? [] : [value]
  return [value, ...Object.values(value).flatMap((item: Json) => partsOf(item))]
}

/** What an id could be a hash of, if it is to confirm a guess at the private part: each part, and each with a public one. */
function guessesOf({ public: open, private: hidden }: Task): readonly string[] {
  const [secrets, known] = [partsOf(hidden), partsOf(open)]
  const pairs = secrets.flatMap((secret) =>
    known.flatMap(
      (part) =>
        [
          [secret, part],
          [part, secret],
        ] as Json[],
    ),
  )
  const mixed =
    secrets.filter(Array.isArray).length > 0
      ? [
          [...known, ...secrets],
          [...secrets, ...known],
        ]
      : []
  return [...secrets, ...pairs, ...mixed, [open, hidden], { public: open, private: hidden }].flatMap((guess) => [
    canonicalJson(guess),
    typeof guess === 'string' ? guess : JSON.stringify(guess),
    Array.isArray(guess) ? guess.join('') : String(guess),
  ])
}

const DIGESTS = ['md5', 'sha1', 'sha256', 'sha512'] as const
const digestsOf = (text: string): readonly string[] =>
  DIGESTS.flatMap((name) => {
    const digest = createHash(name).update(text).digest()
    return [digest.toString('hex'), digest.toString('base64'), digest.toString('base64url')]
  })

describe.each(catalog.names())('task ids of %s', (name) => {
  it('confirm no guess at the private part, by any common hash of it alone or with public parts', async () => {
    const { tasks } = await openWorld(await catalog.load(name))
    for (const split of tasks.splits)
      for (let index = 0; index < Math.min(tasks.size(split), TASKS); index++) {
        const task = tasks.at(split, index)
        const stem = task.id.replace(/-\d+$/, '')
        const secrets = partsOf(task.private).filter((part) => typeof part === 'string')
        for (const secret of secrets) expect(task.id.includes(secret) || secret.includes(stem)).toBe(false)
        const confirms = guessesOf(task).some((guess) => digestsOf(guess).some((digest) => digest.includes(stem)))
        expect(confirms).toBe(false)
      }
  })

  it('are the same in every process: opened again, the tasks are the same in the same places', async () => {
    const [first, second] = [await openWorld(await catalog.load(name)), await openWorld(await catalog.load(name))]
    for (const split of first.tasks.splits) {
      const last = Math.min(first.tasks.size(split), 50)
      const idsOf = ({ tasks }: typeof first) => Array.from({ length: last }, (_, index) => tasks.at(split, index).id)
      expect(idsOf(first)).toEqual(idsOf(second))
    }
  })
})

describe('task ids of the web shop', () => {
  const products = [...generateProducts({ size: 60, seed: 3 })]
  /** Every product under another ASIN: what agents read of a goal stays, and what it means is another product. */
  const renamed = products.map((product) => ({ ...product, asin: `Z${product.asin.slice(1)}` }))

  it.each(['human', 'synthetic'] as const)('are the same for a goal that means another product: %s', (kind) => {
    const [goals, others] = [fixedGoals(products, kind, 1).goals, fixedGoals(renamed, kind, 1).goals]
    expect(others.map(({ id, wish }) => [id, wish])).toEqual(goals.map(({ id, wish }) => [id, wish]))
    expect(others.map(({ contentId }) => contentId)).not.toEqual(goals.map(({ contentId }) => contentId))
  })

  it('say as little by their place: within a split tasks are in the order of their ids', () => {
    for (const split of Object.values(splitGoals(fixedGoals(products, 'synthetic', 1).goals))) {
      const ids = split.map(({ id }: { readonly id: string }) => id)
      expect(ids).toEqual([...ids].sort())
    }
  })

  it('of earlier versions are found for records, and not for clients', async () => {
    const { tasks, resources } = await openWorld(await catalog.load('webshop'), {
      catalogue: { generated: { products: 40, seed: 0 } },
    })
    const task = tasks.at('test', 0)
    const former = formerIdOf(resources, task)
    expect(former).not.toBe(task.id)
    expect(tasks.byRecordedId(former)).toEqual(task)
    expect(tasks.byRecordedId(task.id)).toEqual(task)
    expect(() => tasks.byId(former)).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }))
  })
})

function formerIdOf(resources: unknown, { private: hidden }: Task): string {
  const { shop } = resources as { readonly shop: { readonly goals: readonly { readonly contentId: string }[] } }
  const { goal } = hidden as { readonly goal: number }
  return shop.goals[goal]?.contentId ?? ''
}
