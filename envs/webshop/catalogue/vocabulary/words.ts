/** Words that distinguish product families of one department: neither attributes nor option values. */
export interface DepartmentWords {
  /** WebShop's coarse `category`. */
  readonly category: string
  readonly motifs: readonly string[]
  readonly settings: readonly string[]
  /** Closing bullets that say nothing a shopper asks for. */
  readonly remarks: readonly string[]
}

const listOf = (words: string): readonly string[] => words.split(', ')

export const DEPARTMENTS = {
  fashion: {
    category: 'fashion',
    motifs: listOf(
      'ribbed, quilted, checkered, striped, cropped, floral, paneled, houndstooth, pleated, embroidered, paisley, tartan, ' +
        'ruffled, patchwork, dotted, herringbone, crochet, layered, scalloped, color block',
    ),
    settings: listOf(
      'commuting, hiking, city breaks, gym days, garden parties, rainy walks, school runs, camping, dance class, ' +
        'ferry trips, book club, festival weekends, office days, dog walks, beach evenings, train rides, yoga, brunch',
    ),
    remarks: [
      'Folds flat and ships in a paper sleeve.',
      'Cut, sewn and checked by a small workshop team.',
      'Send it back within thirty days if it does not suit you.',
    ],
  },
  garden: {
    category: 'garden',
    motifs: listOf(
      'fluted, speckled, geometric, botanical, tasseled, marbled, honeycomb, diamond, knotted, nautical, arched, ' +
        'terrazzo, scalloped, art deco, farmhouse, moroccan, japandi, herringbone, boho, shaker',
    ),
    settings: listOf(
      'reading nook, nursery, balcony, guest room, dorm room, entryway, sunroom, loft, home studio, cabin, playroom, ' +
        'attic, dining corner, patio, studio flat, hallway, summer house, music room',
    ),
    remarks: [
      'Arrives in one box with printed instructions.',
      'Photographed in daylight, so what you see is what you get.',
      'Send it back within thirty days if the room disagrees.',
    ],
  },
  beauty: {
    category: 'beauty',
    motifs: listOf(
      'botanical, velvet, silky, alpine, meadow, coastal, orchard, dewy, midsummer, nordic, rainforest, desert, lagoon, ' +
        'monsoon, moonlit, spa, apothecary, heritage, island, glacier',
    ),
    settings: listOf(
      'morning routine, night routine, gym bag, weekend trips, winter days, summer days, busy parents, new mothers, ' +
        'teenagers, swimmers, curly hair days, office drawer, wedding season, bath evenings, guest bathroom, ' +
        'first dates, long flights, frosty walks',
    ),
    remarks: [
      'Filled and sealed in small batches.',
      'The carton is printed with plant inks.',
      'Keep it away from direct sun.',
    ],
  },
  electronics: {
    category: 'electronics',
    motifs: listOf(
      'slimline, rugged, retro, studio, foldable, modular, matte, panoramic, featherweight, vintage, minimalist, ' +
        'orbital, hexagonal, aerodynamic, industrial, streamlined, pocketable, carbon, contour, futuristic',
    ),
    settings: listOf(
      'home office, road trips, classroom, podcasting, night shifts, conference calls, train commutes, gaming den, ' +
        'workshop, kitchen counter, field work, photo walks, library desk, band practice, hotel rooms, van life, ' +
        'lecture hall, garage',
    ),
    remarks: [
      'Backed by a warranty of two years.',
      'A printed quick guide is in the box.',
      'Tested piece by piece before it leaves the bench.',
    ],
  },
  grocery: {
    category: 'grocery',
    motifs: listOf(
      'smoky, crunchy, toasted, harvest, alpine, coastal, orchard, prairie, rustic, velvety, zesty, sunrise, midnight, ' +
        'homestead, monsoon, bonfire, woodland, highland, mellow, peppery',
    ),
    settings: listOf(
      'lunch boxes, road trips, movie night, office drawer, trail breaks, book club, picnics, exam week, campfires, ' +
        'brunch, afternoon guests, night shifts, care packages, game day, ski trips, school snacks, gift baskets, sailing',
    ),
    remarks: [
      'Keep it in a cool and dry cupboard.',
      'Packed within two days of production.',
      'Best enjoyed within a month of opening.',
    ],
  },
} as const satisfies Readonly<Record<string, DepartmentWords>>

export type Department = keyof typeof DEPARTMENTS

export const BRAND_STARTS = listOf(
  'Thorn, Alder, Wick, Marl, Finch, Hollow, Bram, Cald, Dun, Elm, Fal, Gorse, Hazel, Ink, Juni, Kest, Lark, Mor, Nettle, Oster',
)
export const BRAND_ENDS = listOf(
  'by, ford, wick, mere, stead, ley, combe, garth, well, holt, brook, dale, more, ridge, hurst',
)
export const LINES = listOf(
  'Harlow, Meridian, Tansy, Ember, Quill, Solace, Verity, Juniper, Cadence, Lumen, Sorrel, Atlas, Fable, Isla, Rowan, Nova, ' +
    'Pippin, Wren, Zephyr, Orla',
)
