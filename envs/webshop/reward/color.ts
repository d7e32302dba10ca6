import { PythonTuple } from '../../../core/cpython/value.ts'

/** WebShop's colour words; their order decides which of several is found. */
const COLOURS: readonly string[] = `
alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown burgundy camel camo
caramel champagne charcoal cheetah chestnut chocolate christmas coffee cognac copper coral cranberry cream
crystal dark denim eggplant elephant espresso fuchsia gold granite grape graphite grass gray green grey heather
indigo ivory ivy khaki lavender lemon leopard light lilac lime magenta maroon mauve merlot midnight mint mocha
multicolor mushroom mustard natural navy nude olive orange peach pewter pink plum purple rainbow red rose royal
rust sand sapphire seashell silver skull slate steel stone stonewash sunflower tan taupe teal tiger turquoise
violet walnut wheat white wine yellow
`
  .trim()
  .split(/\s+/)

/** An option as WebShop compares it: a value, or the (name, value) pair of a synthetic goal. */
export type ComparedOption = string | PythonTuple

/**
 * WebShop's `normalize_color`: the first colour word in the list that the text contains ('red' in 'covered', too) or
 * that is an item of the pair; without one, the option itself.
 */
export function normalizeColor(option: ComparedOption): ComparedOption {
  const held = option instanceof PythonTuple ? option.items : option
  return COLOURS.find((colour) => held.includes(colour)) ?? option
}
