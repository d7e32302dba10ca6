/**
 * Shapes of products in a square of 96 units, with the letters M, S and L for the main colour, its shade and its light.
 * A line is `COLOR PATH`; a path that starts with `~` is drawn as a stroke.
 */
type Shape = readonly string[]

const BOTTLE: Shape = [
  'S M40 12h16v12H40z',
  'M M34 24h28c5 6 6 10 6 16v38a8 8 0 0 1-8 8H36a8 8 0 0 1-8-8V40c0-6 1-10 6-16z',
  'L M36 48h24v22H36z',
]
const JAR: Shape = ['S M26 28h44v14H26z', 'M M24 42h48v34a8 8 0 0 1-8 8H32a8 8 0 0 1-8-8z', 'L M34 52h28v18H34z']
const POUCH: Shape = [
  'M M26 16h44l4 64a6 6 0 0 1-6 6H28a6 6 0 0 1-6-6z',
  'S M26 16h44l1 10H25z',
  'L M34 42a14 14 0 1 0 28 0a14 14 0 1 0-28 0z',
  'S ~M34 68h28M38 76h20',
]
const SHOE: Shape = [
  'M M12 62c2-10 4-20 4-28 8 6 14 6 20 0 8 14 20 20 38 22 8 1 10 6 10 12H12z',
  'S M10 68h76v8a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4z',
  'L ~M42 42l8-6M50 50l8-6M58 55l7-6',
]
const BOX: Shape = ['M M16 34l32-14 32 14v36L48 86 16 70z', 'S M48 48l32-14v36L48 86z', 'L M16 34l32-14 32 14-32 14z']

/** The first shape whose words a product's title and query have. */
export const SHAPES: readonly (readonly [words: RegExp, shape: Shape])[] = [
  [/lipstick/, ['S M38 50h20v36H38z', 'L M40 40h16v10H40z', 'M M41 40V22l14-10v28z']],
  [
    /deodorant/,
    [
      'L M36 14h24a6 6 0 0 1 6 6v16H30V20a6 6 0 0 1 6-6z',
      'M M28 36h40v42a8 8 0 0 1-8 8H36a8 8 0 0 1-8-8z',
      'S M28 36h40v6H28z',
    ],
  ],
  [
    /toothbrush/,
    ['M M44 34h8l2 46a6 6 0 0 1-12 0z', 'S M40 30h16v6H40z', 'L M38 10h20v20H38z', 'S ~M43 12v16M48 12v16M53 12v16'],
  ],
  [
    /candle/,
    [
      'L M26 40h44v40a6 6 0 0 1-6 6H32a6 6 0 0 1-6-6z',
      'M M30 48h36v34H30z',
      'S ~M48 40V30',
      'S M48 12c6 8 8 12 8 15a8 8 0 0 1-16 0c0-3 2-7 8-15z',
    ],
  ],
  [
    /headphone|earphone|earbud/,
    [
      'S ~M20 58V48a28 28 0 0 1 56 0v10',
      'M M12 54h14a4 4 0 0 1 4 4v20a4 4 0 0 1-4 4h-4a10 10 0 0 1-10-10z',
      'M M84 54H70a4 4 0 0 0-4 4v20a4 4 0 0 0 4 4h4a10 10 0 0 0 10-10z',
      'L M26 60h4v16h-4zM66 60h4v16h-4z',
    ],
  ],
  [
    /speaker/,
    [
      'M M26 12h44a8 8 0 0 1 8 8v56a8 8 0 0 1-8 8H26a8 8 0 0 1-8-8V20a8 8 0 0 1 8-8z',
      'L M32 56a16 16 0 1 0 32 0a16 16 0 1 0-32 0z',
      'S M40 56a8 8 0 1 0 16 0a8 8 0 1 0-16 0zM42 28a6 6 0 1 0 12 0a6 6 0 1 0-12 0z',
    ],
  ],
  [
    /cable|charger/,
    [
      'S ~M22 30v26a14 14 0 0 0 28 0V42a14 14 0 0 1 28 0v24',
      'M M14 12h16v20H14zM70 62h16v20H70z',
      'L M18 6h8v8h-8zM74 82h8v8h-8z',
    ],
  ],
  [
    /phone case|phone/,
    [
      'M M34 8h28a8 8 0 0 1 8 8v64a8 8 0 0 1-8 8H34a8 8 0 0 1-8-8V16a8 8 0 0 1 8-8z',
      'L M34 16h14a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H34z',
      'S M36 20a4 4 0 1 0 8 0a4 4 0 1 0-8 0zM36 30a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
    ],
  ],
  [
    /tripod|camera/,
    [
      'S ~M48 44L24 88M48 44l24 44M48 44v40',
      'M M30 16h36a4 4 0 0 1 4 4v18a4 4 0 0 1-4 4H30a4 4 0 0 1-4-4V20a4 4 0 0 1 4-4z',
      'L M40 29a8 8 0 1 0 16 0a8 8 0 1 0-16 0z',
    ],
  ],
  [
    /keyboard/,
    [
      'M M12 30h72a6 6 0 0 1 6 6v26a6 6 0 0 1-6 6H12a6 6 0 0 1-6-6V36a6 6 0 0 1 6-6z',
      'L M14 38h8v7h-8zM26 38h8v7h-8zM38 38h8v7h-8zM50 38h8v7h-8zM62 38h8v7h-8zM74 38h8v7h-8z',
      'S M14 52h8v7h-8zM26 52h44v7H26zM74 52h8v7h-8z',
    ],
  ],
  [
    /watch/,
    [
      'M M38 6h20l2 24H36zM36 66h24l-2 24H38z',
      'S M34 26h28a8 8 0 0 1 8 8v28a8 8 0 0 1-8 8H34a8 8 0 0 1-8-8V34a8 8 0 0 1 8-8z',
      'L M34 34h28v28H34z',
      'S ~M48 40v9l7 4',
    ],
  ],
  [
    /jacket|coat/,
    ['M M34 14h28l22 14-8 26-8-4v34H28V50l-8 4-8-26z', 'S M40 14h16l-8 14z', 'L ~M48 28v54', 'S ~M36 62h6M54 62h6'],
  ],
  [
    /pajama/,
    [
      'M M32 10h32l14 10-6 16-6-3v17H30V33l-6 3-6-16z',
      'S M42 10h12l-6 8z',
      'M M32 54h32l4 34H54l-6-22-6 22H28z',
      'L ~M48 20v26',
    ],
  ],
  [
    /dress|skirt/,
    [
      'M M38 10h4c2 5 10 5 12 0h4l4 22-6 10 18 42H22l18-42-6-10z',
      'S M39 40h18l2 6H37z',
      'L ~M40 56l-6 24M56 56l6 24M48 54v28',
    ],
  ],
  [
    /sweater|shirt|tee|hoodie|top\b|blouse/,
    ['M M34 16h28l22 14-8 24-8-4v32H28V50l-8 4-8-24z', 'S M38 16h20c-2 8-18 8-20 0z', 'L ~M32 60h32M32 68h32'],
  ],
  [/sneaker|shoe|boot/, SHOE],
  [
    /sandal|slipper|heel/,
    [
      'S M8 74c20-2 38-8 54-22h22v28H16a8 6 0 0 1-8-6z',
      'M M20 72c2-14 14-22 26-20l5 8c-9 0-16 4-19 9zM62 52c-3-14 3-24 10-27h12v27h-7V32h-4c-4 4-6 11-4 20z',
      'L ~M14 71c19-2 35-8 49-19h20',
    ],
  ],
  [
    /backpack|bag\b|luggage/,
    [
      'S ~M38 18a10 10 0 0 1 20 0',
      'M M32 18h32a14 14 0 0 1 14 14v46a8 8 0 0 1-8 8H26a8 8 0 0 1-8-8V32a14 14 0 0 1 14-14z',
      'L M28 54h40v24H28z',
      'S ~M28 62h40M38 36h20',
    ],
  ],
  [
    /sofa|couch|loveseat/,
    [
      'M M18 28h60a8 8 0 0 1 8 8v12H10V36a8 8 0 0 1 8-8z',
      'S M6 44h12v28H6zM78 44h12v28H78z',
      'L M18 48h29v16H18zM49 48h29v16H49z',
      'S M18 64h60v10H18zM14 74h6v8h-6zM76 74h6v8h-6z',
    ],
  ],
  [
    /chair|stool/,
    [
      'M M30 10h36a6 6 0 0 1 6 6v32H24V16a6 6 0 0 1 6-6z',
      'L M32 18h32v22H32z',
      'M M20 50h56a4 4 0 0 1 0 12H20a4 4 0 0 1 0-12z',
      'S ~M48 62v16M26 86l22-10 22 10',
    ],
  ],
  [
    /bookcase|shelf|shelves/,
    [
      'M M18 8h60v80h-8v-6H26v6h-8z',
      'L M26 16h44v16H26zM26 38h44v16H26zM26 60h44v14H26z',
      'S M30 18h6v14h-6zM38 22h6v10h-6zM52 40h5v14h-5zM59 43h6v11h-6zM32 64h16v10H32z',
    ],
  ],
  [
    /rug|carpet|mat\b/,
    [
      'M M12 24h72v48H12z',
      'L M20 32h56v32H20z',
      'S M48 36l18 12-18 12-18-12z',
      'S ~M12 78v4M24 78v4M36 78v4M48 78v4M60 78v4M72 78v4M84 78v4M12 14v4M24 14v4M36 14v4M48 14v4M60 14v4M72 14v4M84 14v4',
    ],
  ],
  [
    /curtain|drape/,
    [
      'S ~M8 14h80',
      'M M14 16h26c-2 24-10 40-18 68h-8zM82 16H56c2 24 10 40 18 68h8z',
      'L ~M22 18c0 24-2 44-4 62M30 18c-1 20-5 36-9 52M74 18c0 24 2 44 4 62M66 18c1 20 5 36 9 52',
    ],
  ],
  [
    /pillow|cushion/,
    [
      'M M14 18c20 6 48 6 68 0 6 20 6 40 0 60-20-6-48-6-68 0-6-20-6-40 0-60z',
      'L M34 36h28v24H34z',
      'S ~M24 28l8 6M72 28l-8 6M24 68l8-6M72 68l-8-6',
    ],
  ],
  [
    /duvet|bedding|sheet|blanket|quilt/,
    [
      'S M8 20h8v62H8zM80 40h8v42h-8z',
      'L M16 34h24v14H16z',
      'M M16 46h64a6 6 0 0 1 6 6v22H16z',
      'L ~M28 54v16M44 54v16M60 54v16M76 54v16',
    ],
  ],
  [/lamp|light/, ['L M34 10h28l14 32H20z', 'S M45 42h6v34h-6z', 'M M30 76h36a4 4 0 0 1 4 4v6H26v-6a4 4 0 0 1 4-4z']],
  [/shampoo|conditioner|lotion|serum|spray|wash|oil/, BOTTLE],
  [/moisturizer|cream|balm|mask/, JAR],
  [
    /bar\b|bars\b|chocolate|candy/,
    ['M M10 36h76v26H10z', 'S M10 36l-4 6 4 6-4 7 4 7zM86 36l4 6-4 6 4 7-4 7z', 'L M22 42h52v14H22z'],
  ],
  [/coffee/, [...POUCH.slice(0, 2), 'L M34 50a14 18 0 1 0 28 0a14 18 0 1 0-28 0z', 'S ~M50 33c-6 10 4 22-3 34']],
  [
    /tea\b/,
    [
      'M M16 38h52v24a22 22 0 0 1-22 22h-8a22 22 0 0 1-22-22z',
      'S ~M68 44h8a8 8 0 0 1 0 18h-9',
      'L M22 38h40v6H22z',
      'S ~M34 28c-4-6 4-8 0-16M48 28c-4-6 4-8 0-16',
    ],
  ],
  [
    /nuts|seeds|trail mix/,
    [
      'M M12 46h72a36 36 0 0 1-24 38H36a36 36 0 0 1-24-38z',
      'S M22 40a8 8 0 1 0 16 0a8 8 0 1 0-16 0zM56 38a9 9 0 1 0 18 0a9 9 0 1 0-18 0z',
      'L M38 38a10 8 0 1 0 20 0a10 8 0 1 0-20 0z',
      'S M12 46h72v4H12z',
    ],
  ],
  [/jerky|snack|chips|food|grocery/, POUCH],
  [/beauty|skin|hair/, BOTTLE],
  [/fashion|clothing|wear/, ['M M34 16h28l22 14-8 24-8-4v32H28V50l-8 4-8-24z', 'S M38 16h20c-2 8-18 8-20 0z']],
]

export const FALLBACK = BOX
