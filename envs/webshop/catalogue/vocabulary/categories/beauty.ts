import * as options from '../options.ts'
import { type ProductCategory, wordsOf } from './category.ts'

const SKIN = wordsOf(
  'paraben free, cruelty free, fragrance free, dermatologist tested, long lasting, sensitive skin, aloe vera, tea ' +
    'tree, argan oil, hyaluronic acid, alcohol free, leak proof',
)

export const BEAUTY: readonly ProductCategory[] = [
  {
    department: 'beauty',
    path: 'Beauty & Personal Care › Hair Care › Shampoo',
    query: 'shampoos',
    noun: 'Shampoo',
    everyday: ['a hair wash', 'a scalp cleanser'],
    attributes: [...SKIN, 'sulfate free', 'anti dandruff'],
    dimensions: [options.SCENT, options.VOLUME],
    priceTens: { low: 1, high: 5 },
  },
  {
    department: 'beauty',
    path: 'Beauty & Personal Care › Skin Care › Face Moisturizers',
    query: 'face moisturizers',
    noun: 'Face Moisturizer',
    everyday: ['a skin balm', 'a facial lotion'],
    attributes: [...SKIN, 'refillable jar'],
    dimensions: [options.SCENT, options.VOLUME],
    priceTens: { low: 1, high: 9 },
  },
  {
    department: 'beauty',
    path: 'Beauty & Personal Care › Makeup › Lips › Lipstick',
    query: 'lipsticks',
    noun: 'Lipstick',
    everyday: ['a lip stain', 'a lip tint'],
    attributes: wordsOf(
      'paraben free, cruelty free, fragrance free, dermatologist tested, long lasting, sensitive skin, aloe vera, ' +
        'argan oil, hyaluronic acid, gluten free',
    ),
    dimensions: [options.SHADE, options.PACK],
    priceTens: { low: 1, high: 5 },
  },
  {
    department: 'beauty',
    path: 'Beauty & Personal Care › Personal Care › Deodorants',
    query: 'deodorants',
    noun: 'Deodorant Stick',
    everyday: ['an antiperspirant', 'an underarm bar'],
    attributes: [...SKIN, 'aluminum free', 'odor control'],
    dimensions: [options.SCENT, options.PACK],
    priceTens: { low: 1, high: 4 },
  },
  {
    department: 'beauty',
    path: 'Beauty & Personal Care › Oral Care › Toothbrushes',
    query: 'toothbrushes',
    noun: 'Toothbrush',
    everyday: ['a dental brush', 'an oral brush'],
    attributes: wordsOf(
      'soft bristles, bpa free, eco friendly, quick drying, cruelty free, long lasting, non toxic, carrying case, ' +
        'dermatologist tested, fast charging',
    ),
    dimensions: [options.FIRMNESS, options.COLOR, options.PACK],
    priceTens: { low: 1, high: 7 },
  },
  {
    department: 'beauty',
    path: 'Beauty & Personal Care › Fragrance › Candles',
    query: 'scented candles',
    noun: 'Jar Candle',
    everyday: ['a wax jar', 'a votive'],
    attributes: wordsOf(
      'hand poured, soy wax, long lasting, non toxic, cruelty free, refillable jar, eco friendly, paraben free, ' +
        'alcohol free, heavy duty',
    ),
    dimensions: [options.SCENT, options.VOLUME],
    priceTens: { low: 1, high: 6 },
  },
]
