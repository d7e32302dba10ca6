import type { Json } from '../../../core/data/types.ts'
import type { Session } from '../engine/database.ts'
import { fields, type ObjectSchema, type ParameterSchema } from '../engine/parameters.ts'
import type { Value } from '../engine/python-number.ts'
import type { Filler } from './long-context/index.ts'
import type { Signature } from './python/binding.ts'
import { CountedRandom } from './python/random.ts'
import { fromStorage, sharing, toStorage } from './python/storage.ts'
import { dict, type Py, PyDict } from './python/value.ts'

/** Attributes of an instance by name; those with a leading underscore are private, and never compared. */
export type Attributes = { readonly [name: string]: Py }

/** A method that an agent may call. Arguments arrive in the order of the parameters. */
export interface Method {
  readonly name: string
  readonly description: string
  /** Properties in the order of the Python signature. */
  readonly parameters: ObjectSchema
  /** Values of parameters that are left out. */
  readonly defaults: { readonly [name: string]: () => Py }
  readonly run: (self: Instance, ...args: readonly Py[]) => Py
}

/** A class of BFCL's multi-turn categories: a stateful service with methods. */
export interface Api {
  /** As in BFCL: `GorillaFileSystem`. */
  readonly name: string
  /** What it is about, in one sentence. */
  readonly description: string
  readonly methods: readonly Method[]
  /** Attributes of a new instance, with filler if answers are filled up; null for an api without state. */
  readonly load: ((scenario: PyDict, filler: Filler | null) => Attributes) | null
  /** Rows of an instance whose state is not a value of each attribute. */
  readonly loadRows?: (
    scenario: PyDict,
    filler: Filler | null,
  ) => ReadonlyMap<string, { readonly [field: string]: Json }>
}

export const signatureOf = (api: Api, { name, parameters, defaults }: Method): Signature => ({
  method: `${api.name}.${name}()`,
  names: Object.keys(parameters.properties),
  defaults: new Map(Object.entries(defaults)),
})

/** A parameter that may be left out, and the value that it then has. */
export interface Optional {
  readonly schema: ParameterSchema & { readonly default: Json }
  readonly value: () => Py
}

/** A parameter that may be left out. The schema shows the default as BFCL's function documents do: None is a text. */
export function optional(schema: ParameterSchema, value: () => Py): Optional {
  const given = value()
  return { schema: { ...schema, default: given === null ? 'None' : toStorage(given) }, value }
}

type Parameters = { readonly [name: string]: ParameterSchema | Optional }

const isOptional = (parameter: ParameterSchema | Optional): parameter is Optional => 'schema' in parameter

/** Makes a method of its parameters, in the order of the Python signature. */
export function method(name: string, description: string, parameters: Parameters, run: Method['run']): Method {
  const entries = Object.entries(parameters)
  const optionals = entries.flatMap(([key, each]) => (isOptional(each) ? [[key, each] as const] : []))
  const schemas = entries.map(([key, each]) => [key, isOptional(each) ? each.schema : each] as const)
  return {
    name,
    description,
    parameters: fields(
      Object.fromEntries(schemas),
      optionals.map(([key]) => key),
    ),
    defaults: Object.fromEntries(optionals.map(([key, { value }]) => [key, value])),
    run,
  }
}

/** One instance of an api during one call. Attributes are read from the episode's database, and written back at the end. */
export class Instance {
  readonly db: Session
  /** What answers are filled up with; null if they are not. */
  readonly filler: Filler | null
  readonly #api: string
  readonly #known = new Map<string, Py>()
  readonly #changed = new Set<string>()

  constructor(api: string, db: Session, filler: Filler | null) {
    this.#api = api
    this.db = db
    this.filler = filler
  }

  /** The attribute's value, which the caller does not change. */
  get(attribute: string): Py {
    const known = this.#known.get(attribute)
    if (known !== undefined) return known
    const value = fromStorage((this.db.get(this.#api, attribute)?.value ?? null) as Value)
    this.#known.set(attribute, value)
    return value
  }

  /** The attribute's value, which the caller may change in place. */
  edit(attribute: string): Py {
    this.#changed.add(attribute)
    return this.get(attribute)
  }

  set(attribute: string, value: Py): void {
    this.#known.set(attribute, value)
    this.#changed.add(attribute)
  }

  /** Draws from the instance's own generator, which continues from call to call. */
  draw<T>(take: (random: CountedRandom) => T): T {
    const [seed, drawn] = this.get('_random') as [bigint, bigint]
    const random = new CountedRandom(seed, Number(drawn))
    const value = take(random)
    this.set('_random', [seed, BigInt(random.drawn)])
    return value
  }

  /** Writes changed attributes to the episode's database; what they have in common with those before is shared. */
  flush(): void {
    for (const attribute of this.#changed) {
      const before = this.db.get(this.#api, attribute)?.value ?? null
      const value = sharing(before, toStorage(this.get(attribute)))
      if (value !== before) this.db.replace(this.#api, attribute, { value })
    }
  }
}

/** `scenario.get(name, default)` for each default. */
export const withDefaults = (scenario: PyDict, defaults: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, scenario.has(name) ? (scenario.get(name) ?? null) : value]),
  )

/** The generator's state at the start of an episode. */
export function randomFrom(scenario: PyDict, seed: bigint): Py {
  const given = scenario.get('random_seed')
  return [typeof given === 'bigint' ? given : seed, 0n]
}

/** What a method answers that cannot do what it is asked. */
export const error = (message: string): PyDict => dict({ error: message })

/** `value` as a dict that is known to be one, or an empty one. */
export const asDict = (value: Py): PyDict => (value instanceof PyDict ? value : new PyDict())
