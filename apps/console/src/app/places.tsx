import { accountPlaces } from '../features/account/places';
import { askPlaces } from '../features/ask/places';
import { deliveryPlaces } from '../features/deliveries/places';
import { departmentPlaces } from '../features/department/places';
import { findPlaces } from '../features/find/places';
import { inboxPlaces } from '../features/inbox/places';
import { ledgerPlaces } from '../features/ledger/places';
import { publishPlaces } from '../features/publish/places';
import { rightsPlaces } from '../features/rights/places';
import { trailPlaces } from '../features/trail/places';
import type { Place } from './place';

/** Every page; a feature adds its own list here. */
export const places: readonly Place[] = [
  ...departmentPlaces,
  ...findPlaces,
  ...askPlaces,
  ...accountPlaces,
  ...deliveryPlaces,
  ...inboxPlaces,
  ...publishPlaces,
  ...rightsPlaces,
  ...trailPlaces,
  ...ledgerPlaces,
];
