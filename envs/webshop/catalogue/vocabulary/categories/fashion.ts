import * as options from '../options.ts'
import { type ProductCategory, wordsOf } from './category.ts'

const WEAR = wordsOf(
  'machine washable, quick drying, moisture wicking, wrinkle resistant, relaxed fit, stretch fabric, hidden ' +
    'pocket, organic cotton, tagless collar, odor control, double stitched, sun protective',
)

const FOOTWEAR = wordsOf(
  'arch support, rubber sole, memory foam, slip resistant, wide toe, vegan leather, quick drying, odor control, ' +
    'machine washable, double stitched, reflective trim',
)

export const FASHION: readonly ProductCategory[] = [
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Women › Clothing › Coats & Jackets',
    query: 'rain jackets',
    noun: 'Rain Jacket',
    everyday: ['an anorak', 'a shell coat'],
    attributes: wordsOf(
      'machine washable, quick drying, water repellent, relaxed fit, hidden pocket, reflective trim, fleece ' +
        'lining, tagless collar, odor control, double stitched, rip stop',
    ),
    dimensions: [options.COLOR, options.GARMENT_SIZE],
    priceTens: { low: 3, high: 14 },
  },
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Men › Clothing › Sweaters',
    query: 'sweaters',
    noun: 'Knit Sweater',
    everyday: ['a pullover', 'a jumper'],
    attributes: WEAR,
    dimensions: [options.COLOR, options.GARMENT_SIZE],
    priceTens: { low: 2, high: 9 },
  },
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Women › Clothing › Dresses',
    query: 'dresses',
    noun: 'Midi Dress',
    everyday: ['a frock', 'a gown'],
    attributes: WEAR,
    dimensions: [options.COLOR, options.GARMENT_SIZE],
    priceTens: { low: 2, high: 11 },
  },
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Women › Clothing › Sleep & Lounge',
    query: 'pajama sets',
    noun: 'Pajama Set',
    everyday: ['some sleepwear', 'some nightwear'],
    attributes: WEAR,
    dimensions: [options.COLOR, options.GARMENT_SIZE],
    priceTens: { low: 1, high: 6 },
  },
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Women › Shoes › Fashion Sneakers',
    query: 'walking shoes',
    noun: 'Walking Sneaker',
    everyday: ['a pair of trainers', 'a pair of gym shoes'],
    attributes: FOOTWEAR,
    dimensions: [options.COLOR, options.SHOE_SIZE],
    priceTens: { low: 3, high: 13 },
  },
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Women › Shoes › Sandals',
    query: 'sandals',
    noun: 'Strappy Sandal',
    everyday: ['a pair of slides', 'a pair of mules'],
    attributes: FOOTWEAR,
    dimensions: [options.COLOR, options.SHOE_SIZE],
    priceTens: { low: 2, high: 9 },
  },
  {
    department: 'fashion',
    path: 'Clothing, Shoes & Jewelry › Luggage & Travel Gear › Backpacks',
    query: 'backpacks',
    noun: 'Day Backpack',
    everyday: ['a rucksack', 'a knapsack'],
    attributes: wordsOf(
      'water repellent, hidden pocket, reflective trim, double stitched, vegan leather, padded strap, laptop ' +
        'sleeve, bottle holder, rip stop, usb port, machine washable',
    ),
    dimensions: [options.COLOR, options.GARMENT_SIZE],
    priceTens: { low: 2, high: 12 },
  },
]
