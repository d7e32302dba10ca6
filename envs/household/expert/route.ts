import type { House } from '../house.ts'
import { sayMove, type Wording } from '../rules/commands.ts'
import type { World } from '../state.ts'
import type { Treatment } from '../tables/families.ts'

/** Commands one after another, with what they change: where the agent is and what is open. */
export class Route {
  readonly commands: string[] = []
  readonly #house: House
  readonly #world: World
  readonly #wording: Wording
  readonly #opened = new Set<number>()
  #at: number

  constructor(house: House, world: World, wording: Wording) {
    this.#house = house
    this.#world = world
    this.#wording = wording
    this.#at = world.at
  }

  /** Goes to a receptacle, unless it is here. */
  goTo(receptacle: number): this {
    const { location } = this.#receptacle(receptacle)
    if (location !== this.#at) this.commands.push(`go to ${this.#receptacle(receptacle).name}`)
    this.#at = location
    return this
  }

  take(thing: number, receptacle: number): this {
    this.#reach(receptacle).commands.push(`take ${this.#thing(thing)} from ${this.#receptacle(receptacle).name}`)
    return this
  }

  put(thing: number, receptacle: number): this {
    const { name } = this.#receptacle(receptacle)
    this.#reach(receptacle).commands.push(sayMove(this.#thing(thing), name, this.#wording))
    return this
  }

  /** A treatment needs nothing open. */
  treat(thing: number, treatment: Treatment, receptacle: number): this {
    this.goTo(receptacle).commands.push(`${treatment} ${this.#thing(thing)} with ${this.#receptacle(receptacle).name}`)
    return this
  }

  use(thing: number, receptacle: number): this {
    this.goTo(receptacle).commands.push(`use ${this.#thing(thing)}`)
    return this
  }

  /** Goes there, and opens it where it is closed. */
  #reach(receptacle: number): this {
    const { name, isOpenable } = this.#receptacle(receptacle)
    this.goTo(receptacle)
    if (isOpenable && this.#world.opened[receptacle] !== 1 && !this.#opened.has(receptacle))
      this.commands.push(`open ${name}`)
    this.#opened.add(receptacle)
    return this
  }

  #receptacle(position: number) {
    const receptacle = this.#house.receptacles[position]
    if (receptacle === undefined) throw new RangeError(`the house has no receptacle ${position}`)
    return receptacle
  }

  #thing = (position: number): string => this.#house.things[position]?.name ?? ''
}
