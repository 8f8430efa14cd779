import type { City } from '../city.js';
import { everyday } from './everyday.js';
import { oneWindow } from './one-window.js';
import type { Affair } from './steps.js';
import { subsistenceCheck } from './subsistence-check.js';

/** Everything that happened in the city before somebody looked: requests, rights and deliveries in every state. */
export function story(city: City): Affair[] {
  return [...subsistenceCheck(city), ...oneWindow, ...everyday];
}
