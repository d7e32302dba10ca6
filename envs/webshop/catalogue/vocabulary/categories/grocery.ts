import * as options from '../options.ts'
import { type ProductCategory, wordsOf } from './category.ts'

const FOOD = wordsOf(
  'gluten free, dairy free, sugar free, low sodium, non gmo, usda organic, high protein, keto friendly, kosher ' +
    'certified, fair trade, plant based, resealable bag, individually wrapped, nut free',
)

export const GROCERY: readonly ProductCategory[] = [
  {
    department: 'grocery',
    path: 'Grocery & Gourmet Food › Snack Foods › Bars',
    query: 'granola bars',
    noun: 'Granola Bar',
    everyday: ['a cereal slice', 'an oat square'],
    attributes: FOOD,
    dimensions: [options.FLAVOR, options.PACK],
    priceTens: { low: 1, high: 6 },
  },
  {
    department: 'grocery',
    path: 'Grocery & Gourmet Food › Beverages › Coffee',
    query: 'ground coffee',
    noun: 'Ground Coffee',
    everyday: ['some brew', 'some java'],
    attributes: wordsOf(
      'fair trade, usda organic, slow roasted, caffeine free, kosher certified, resealable bag, non gmo, sugar ' +
        'free, eco friendly, gluten free',
    ),
    dimensions: [options.FLAVOR, options.GRIND, options.VOLUME],
    priceTens: { low: 1, high: 5 },
  },
  {
    department: 'grocery',
    path: 'Grocery & Gourmet Food › Beverages › Tea',
    query: 'loose leaf tea',
    noun: 'Loose Leaf Tea',
    everyday: ['an infusion', 'a tisane'],
    attributes: wordsOf(
      'fair trade, usda organic, caffeine free, kosher certified, resealable bag, non gmo, sugar free, eco ' +
        'friendly, gluten free, individually wrapped',
    ),
    dimensions: [options.FLAVOR, options.VOLUME],
    priceTens: { low: 1, high: 4 },
  },
  {
    department: 'grocery',
    path: 'Grocery & Gourmet Food › Snack Foods › Nuts',
    query: 'mixed nuts',
    noun: 'Mixed Nuts',
    everyday: ['some trail mix', 'some nibbles'],
    attributes: wordsOf(
      'gluten free, dairy free, sugar free, low sodium, non gmo, usda organic, high protein, keto friendly, ' +
        'kosher certified, fair trade, resealable bag, slow roasted',
    ),
    dimensions: [options.FLAVOR, options.VOLUME],
    priceTens: { low: 1, high: 6 },
  },
  {
    department: 'grocery',
    path: 'Grocery & Gourmet Food › Snack Foods › Jerky',
    query: 'beef jerky',
    noun: 'Beef Jerky',
    everyday: ['some dried meat', 'some biltong'],
    attributes: wordsOf(
      'gluten free, dairy free, sugar free, low sodium, high protein, keto friendly, kosher certified, resealable ' +
        'bag, individually wrapped, slow roasted, nut free',
    ),
    dimensions: [options.FLAVOR, options.PACK],
    priceTens: { low: 1, high: 6 },
  },
]
