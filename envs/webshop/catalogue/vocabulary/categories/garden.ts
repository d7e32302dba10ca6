import * as options from '../options.ts'
import { type ProductCategory, wordsOf } from './category.ts'

const TEXTILE = wordsOf(
  'machine washable, stain resistant, fade resistant, organic cotton, eco friendly, noise reducing, pet friendly, ' +
    'heavy duty, thermal insulated, zipper closure, non toxic, wrinkle resistant',
)

const FURNITURE = wordsOf(
  'easy assembly, solid wood, metal frame, stain resistant, space saving, high density, non toxic, pet friendly, ' +
    'heavy duty, eco friendly, memory foam',
)

export const GARDEN: readonly ProductCategory[] = [
  {
    department: 'garden',
    path: 'Home & Kitchen › Furniture › Living Room Furniture › Sofas',
    query: 'sofas',
    noun: 'Loveseat Sofa',
    everyday: ['a couch', 'a settee'],
    attributes: [...FURNITURE, 'button tufted'],
    dimensions: [options.COLOR, options.SEAT_SIZE],
    priceTens: { low: 18, high: 60 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Furniture › Home Office Furniture › Desk Chairs',
    query: 'office chairs',
    noun: 'Desk Chair',
    everyday: ['a swivel seat', 'a task stool'],
    attributes: [...FURNITURE, 'adjustable height', 'lumbar support'],
    dimensions: [options.COLOR, options.BACK],
    priceTens: { low: 7, high: 32 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Furniture › Home Office Furniture › Bookcases',
    query: 'bookcases',
    noun: 'Bookcase Shelf',
    everyday: ['a book rack', 'a display stand'],
    attributes: wordsOf(
      'easy assembly, solid wood, metal frame, space saving, non toxic, heavy duty, eco friendly, adjustable ' +
        'height, fade resistant, stain resistant',
    ),
    dimensions: [options.COLOR, options.SHELF_TIERS],
    priceTens: { low: 4, high: 25 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Area Rugs, Runners & Pads › Area Rugs',
    query: 'area rugs',
    noun: 'Area Rug',
    everyday: ['a carpet', 'a floor mat'],
    attributes: [...TEXTILE, 'slip resistant'],
    dimensions: [options.COLOR, options.RUG_SIZE],
    priceTens: { low: 4, high: 22 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Window Treatments › Curtains & Drapes',
    query: 'curtains',
    noun: 'Curtain Panel',
    everyday: ['some drapes', 'a pair of window hangings'],
    attributes: TEXTILE,
    dimensions: [options.COLOR, options.PANEL_SIZE],
    priceTens: { low: 1, high: 8 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Bedding › Decorative Pillows',
    query: 'throw pillow covers',
    noun: 'Throw Pillow Cover',
    everyday: ['a cushion case', 'a scatter cushion'],
    attributes: TEXTILE,
    dimensions: [options.COLOR, options.PILLOW_SIZE],
    priceTens: { low: 1, high: 5 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Bedding › Duvet Covers',
    query: 'duvet cover sets',
    noun: 'Duvet Set',
    everyday: ['a quilt wrap', 'a comforter wrap'],
    attributes: [...TEXTILE, 'moisture wicking'],
    dimensions: [options.COLOR, options.BED_SIZE],
    priceTens: { low: 3, high: 13 },
  },
  {
    department: 'garden',
    path: 'Home & Kitchen › Lighting & Ceiling Fans › Lamps',
    query: 'table lamps',
    noun: 'Table Lamp',
    everyday: ['a bedside light', 'a reading light'],
    attributes: wordsOf(
      'dimmable glow, metal frame, solid wood, usb port, adjustable height, easy assembly, space saving, eco ' +
        'friendly, heavy duty, wireless charging',
    ),
    dimensions: [options.COLOR, options.BASE],
    priceTens: { low: 2, high: 13 },
  },
]
