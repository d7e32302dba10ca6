import { type Markup, type MarkupPart, markup } from '../../../core/data/markup.ts'
import { isReadAs } from '../session/action.ts'
import { availableActions } from '../session/available.ts'
import type { ShopState } from '../session/state.ts'
import type { Shop } from '../shop.ts'

/** Look of a button: its class, and of a choice whether it is chosen. */
export interface ButtonLook {
  readonly look?: 'main' | 'title' | 'choice'
  readonly isPressed?: boolean
}

/**
 * What can be clicked on the page of a state, in WebShop's order. A button posts its position there and not its name,
 * so that any text of the catalogue can be a name.
 */
export class Clicks {
  readonly #keys: readonly string[]
  readonly #shop: Shop

  constructor(state: ShopState, shop: Shop) {
    this.#keys = availableActions(state, shop).clickables
    this.#shop = shop
  }

  /** The action of the click at a position; null where there is none. */
  actionAt(position: number): string | null {
    const key = this.#keys[position]
    return key === undefined || !isReadAs(key, this.#shop.rules) ? null : `click[${key}]`
  }

  /** A button for what actions call `key`. Where it would do nothing it is seen, and cannot be pressed. */
  button(key: string, content: MarkupPart, { look, isPressed }: ButtonLook = {}): Markup {
    const position = this.#keys.indexOf(key)
    const does =
      this.actionAt(position) === null
        ? markup`type="button" aria-disabled="true"`
        : markup`type="submit" name="click" value="${position}"`
    const pressed = isPressed !== undefined && markup` aria-pressed="${isPressed ? 'true' : 'false'}"`
    return markup`<button ${does}${look !== undefined && markup` class="${look}"`}${pressed}>${content}</button>`
  }
}
