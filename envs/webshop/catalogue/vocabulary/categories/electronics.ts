import * as options from '../options.ts'
import { type ProductCategory, wordsOf } from './category.ts'

const AUDIO = wordsOf(
  'fast charging, noise cancelling, wireless bluetooth, carrying case, hands free, water resistant, shock ' +
    'absorbing, gold plated, stereo sound, usb port, aluminum alloy',
)

export const ELECTRONICS: readonly ProductCategory[] = [
  {
    department: 'electronics',
    path: 'Electronics › Headphones › Over-Ear Headphones',
    query: 'headphones',
    noun: 'Over Ear Headphones',
    everyday: ['a headset', 'a pair of cans'],
    attributes: AUDIO,
    dimensions: [options.COLOR, options.PLUG],
    priceTens: { low: 3, high: 28 },
  },
  {
    department: 'electronics',
    path: 'Electronics › Portable Audio › Bluetooth Speakers',
    query: 'portable speakers',
    noun: 'Portable Speaker',
    everyday: ['a boombox', 'a sound bar'],
    attributes: AUDIO,
    dimensions: [options.COLOR, options.PACK],
    priceTens: { low: 2, high: 21 },
  },
  {
    department: 'electronics',
    path: 'Electronics › Computers & Accessories › Cables',
    query: 'charging cables',
    noun: 'Charging Cable',
    everyday: ['a power cord', 'a charger lead'],
    attributes: wordsOf(
      'braided nylon, fast charging, high speed, gold plated, aluminum alloy, heavy duty, quick release, water ' +
        'resistant, rip stop, long lasting',
    ),
    dimensions: [options.COLOR, options.LENGTH, options.PLUG],
    priceTens: { low: 1, high: 4 },
  },
  {
    department: 'electronics',
    path: 'Electronics › Cell Phones & Accessories › Cases',
    query: 'phone cases',
    noun: 'Phone Case',
    everyday: ['a mobile cover', 'a handset shell'],
    attributes: wordsOf(
      'shock absorbing, wireless charging, water resistant, tempered glass, vegan leather, slip resistant, quick ' +
        'release, eco friendly, fade resistant, hidden pocket',
    ),
    dimensions: [options.COLOR, options.PHONE_MODEL],
    priceTens: { low: 1, high: 6 },
  },
  {
    department: 'electronics',
    path: 'Electronics › Camera & Photo › Tripods',
    query: 'camera tripods',
    noun: 'Camera Tripod',
    everyday: ['a photo stand', 'a video stand'],
    attributes: wordsOf(
      'aluminum alloy, quick release, carrying case, adjustable height, slip resistant, heavy duty, water ' +
        'resistant, space saving, rubber sole, shock absorbing',
    ),
    dimensions: [options.COLOR, options.TRIPOD_HEIGHT],
    priceTens: { low: 3, high: 19 },
  },
  {
    department: 'electronics',
    path: 'Electronics › Computers & Accessories › Keyboards',
    query: 'keyboards',
    noun: 'Computer Keyboard',
    everyday: ['a typing board', 'a typing pad'],
    attributes: wordsOf(
      'backlit keys, wireless bluetooth, usb port, noise reducing, water resistant, aluminum alloy, fast ' +
        'charging, quick release, long lasting, gold plated',
    ),
    dimensions: [options.COLOR, options.LAYOUT],
    priceTens: { low: 2, high: 17 },
  },
  {
    department: 'electronics',
    path: 'Electronics › Wearable Technology › Watch Bands',
    query: 'watch bands',
    noun: 'Watch Band',
    everyday: ['a wrist strap', 'a bracelet'],
    attributes: wordsOf(
      'braided nylon, quick release, vegan leather, water resistant, moisture wicking, quick drying, aluminum ' +
        'alloy, fade resistant, odor control, sensitive skin',
    ),
    dimensions: [options.COLOR, options.BAND_SIZE],
    priceTens: { low: 1, high: 7 },
  },
]
