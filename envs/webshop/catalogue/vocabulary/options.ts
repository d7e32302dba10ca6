/** A choice a product page offers: its name there, its values, and how a shopper asks for one (`%` is the value). */
export interface OptionDimension {
  readonly name: string
  readonly values: readonly string[]
  readonly wordings: readonly string[]
}

/**
 * No two values of a dimension are alike to the reward (fuzzy score above 85, or the same colour after its
 * normalisation), nor are values of two dimensions that one product may have; a test checks every pair.
 */
const dimension = (name: string, wordings: readonly string[], values: readonly string[]): OptionDimension => ({
  name,
  values,
  wordings,
})

export const COLOR = dimension(
  'Color',
  ['in %', 'in the color %', 'in % color'],
  [
    'navy',
    'ivory',
    'teal',
    'burgundy',
    'olive',
    'charcoal gray',
    'mustard',
    'lilac',
    'coral',
    'turquoise',
    'maroon',
    'khaki',
    'plum',
    'sapphire',
    'indigo',
    'sky blue',
    'forest green',
    'bronze',
    'black',
    'snow white',
    'silver',
    'magenta',
    'apricot',
    'crimson',
  ],
)

const SIZED = ['in size %', 'size %', 'in % size']

export const GARMENT_SIZE = dimension('Size', SIZED, ['small', 'medium', 'large', 'petite', 'tall', 'plus'])
export const SHOE_SIZE = dimension('Size', SIZED, ['us 5', 'us 6', 'us 7', 'us 8', 'us 9', 'us 10', 'us 12'])
export const BED_SIZE = dimension('Size', SIZED, ['twin', 'full', 'queen', 'king', 'crib', 'daybed'])
export const RUG_SIZE = dimension('Size', SIZED, ['2 x 3 ft', '4 x 6 ft', '5 x 8 ft', '7 x 10 ft', '9 x 12 ft'])
export const PANEL_SIZE = dimension('Size', SIZED, ['52 by 63', '42 by 84', '38 by 95', '60 by 108', '70 by 120'])
export const PILLOW_SIZE = dimension('Size', SIZED, ['12 by 12', '16 by 16', '18 by 18', '20 by 20', '24 by 24'])
export const SEAT_SIZE = dimension('Size', SIZED, ['two seater', 'corner unit', 'chaise', 'three person'])
export const SHELF_TIERS = dimension(
  'Height',
  ['in the % height', 'in % height'],
  ['2 tier', '3 tier', '4 tier', '6 tier'],
)
export const BASE = dimension(
  'Base',
  ['on a % base', 'with a % base'],
  ['brass', 'ceramic', 'bamboo', 'concrete', 'iron'],
)
export const BACK = dimension('Back', ['with a % back'], ['mesh', 'padded', 'slatted', 'winged'])
export const VOLUME = dimension(
  'Size',
  ['in the % size', 'size %', 'in % size'],
  ['5 oz', '8 oz', '12 oz', '16 oz', '32 oz'],
)
export const SCENT = dimension(
  'Scent',
  ['with % scent', 'in % scent', 'scented with %'],
  ['lavender', 'cedar', 'jasmine', 'citrus', 'bergamot', 'eucalyptus', 'vanilla', 'peony', 'sage', 'neroli', 'ginger'],
)
export const FLAVOR = dimension(
  'Flavor',
  ['in % flavor', 'with % flavor', '% flavored'],
  [
    'vanilla',
    'cocoa',
    'strawberry',
    'mango',
    'cinnamon',
    'maple',
    'hazelnut',
    'cardamom',
    'paprika',
    'teriyaki',
    'chipotle',
    'tarragon',
    'pumpkin',
  ],
)
export const PACK = dimension(
  'Pack',
  ['as a %', 'in a %'],
  ['single pack', 'two pack', 'four pack', 'six pack', 'dozen pack', 'bulk crate'],
)
export const LENGTH = dimension('Length', ['in % length', 'with % length'], ['3 ft', '6 ft', '10 ft', '15 ft', '25 ft'])
export const SHADE = dimension(
  'Shade',
  ['in shade %', 'in the % shade'],
  ['ruby', 'mauve', 'terracotta', 'fuchsia', 'cinnamon', 'cranberry', 'nude', 'mocha', 'garnet', 'peach'],
)
export const FIRMNESS = dimension('Firmness', ['in % firmness', 'with % firmness'], ['extra gentle', 'medium', 'firm'])
export const PHONE_MODEL = dimension(
  'Model',
  ['for model %', 'to fit the %'],
  ['orbit 5', 'nimbus 8', 'pixelar 3', 'tundra mini', 'vertex pro'],
)
export const BAND_SIZE = dimension('Band', ['for a % case', 'in % band size'], ['38 mm', '41 mm', '44 mm', '49 mm'])
export const TRIPOD_HEIGHT = dimension(
  'Height',
  ['in the % height', 'in % height'],
  ['120 cm', '150 cm', '170 cm', '210 cm'],
)
export const LAYOUT = dimension(
  'Layout',
  ['with the % layout', 'in % layout'],
  ['compact', 'tenkeyless', 'ergonomic', 'numpad'],
)
export const PLUG = dimension('Plug', ['with a % plug', 'with % plug'], ['usb c', 'barrel', 'micro b', 'magnetic'])
export const GRIND = dimension(
  'Grind',
  ['in % grind', 'ground for %'],
  ['french press', 'drip', 'moka', 'turkish', 'percolator'],
)
