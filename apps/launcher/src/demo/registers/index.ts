import { births } from './births.js';
import { clinics } from './clinics.js';
import { elderlyCare } from './elderly-care.js';
import { enterprises } from './enterprises.js';
import { households } from './households.js';
import { marriages } from './marriages.js';
import { professionalQualifications } from './qualifications.js';
import { realEstate } from './real-estate.js';
import type { Register, RegisterKey } from './register.js';
import { schools } from './schools.js';
import { sealedRecords } from './sealed-records.js';
import { socialSecurity } from './social-security.js';
import { subsistence } from './subsistence.js';
import { vehicles } from './vehicles.js';
import { csvChunks } from '../csv.js';
import type { City } from '../city.js';

export type { Register, RegisterKey } from './register.js';

/** Every dataset of the city, the largest first: two uploads at once then end at about the same time. */
export const registers: readonly Register[] = [
  households,
  socialSecurity,
  realEstate,
  vehicles,
  marriages,
  enterprises,
  births,
  professionalQualifications,
  elderlyCare,
  subsistence,
  clinics,
  schools,
  sealedRecords,
];

export function registerOf(key: RegisterKey): Register {
  return registers.find((each) => each.key === key) as Register;
}

/** A version of a register as a CSV file, in chunks. Throws for a register that is only catalogued. */
export function csvOf(register: Register, city: City, version = 1): Generator<Buffer> {
  if (!register.rows) throw new RangeError(`${register.key} has no rows to upload`);
  return csvChunks(
    register.entry.items.map((item) => item.name),
    register.rows(city, version),
  );
}
