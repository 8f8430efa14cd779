import { ageOf, asOf, dayOf } from './days.js';
import { throwDice, type Dice } from './dice.js';
import { creditCode } from './identity-numbers.js';
import { settle, type Population } from './population.js';
import { communities, communitiesPerDistrict, districts } from './regions.js';

export type CitySize = 'full' | 'small';
const sizes = {
  full: { people: 200_000, companies: 20_000, cases: 4_000, institutions: 150, schools: 130 },
  small: { people: 1_200, companies: 120, cases: 40, institutions: 12, schools: 8 },
} as const;

export interface Company {
  readonly code: string;
  readonly individual: boolean;
  /** Index into `communities`. */
  readonly community: number;
  /** A person of the register. */
  readonly representative: number;
  readonly establishedOn: number;
}

/** A household that receives the minimum subsistence allowance (低保), or whose means are being checked. */
export interface SubsistenceCase {
  readonly household: number;
  readonly applicant: number;
  readonly appliedOn: number;
  readonly state: 'receiving' | 'checking' | 'ended';
}

export interface Vehicle {
  readonly owner: number;
  readonly registeredOn: number;
  /** What stands in the register's first version as the owner's number; differs from the owner in one record only. */
  readonly recordedOwner: number;
}

export interface City {
  readonly size: CitySize;
  readonly seed: string;
  readonly population: Population;
  readonly companies: readonly Company[];
  readonly vehicles: readonly Vehicle[];
  /** By vehicle: the one whose owner's number is wrong. Its rightful owner lives in the street of an applicant for 低保. */
  readonly wrongVehicle: number;
  readonly homes: readonly { readonly household: number; readonly owner: number; readonly coOwner?: number }[];
  readonly cases: readonly SubsistenceCase[];
  readonly institutions: number;
  readonly schools: number;
}

/**
 * Builds the synthetic city in memory (some 30 MB at full size, under a second): who lives there, who owns what, who works where.
 * The registers write their rows from it. The same seed gives the same bytes on every machine.
 */
export function buildCity(size: CitySize = 'full', seed = 'quanlian-demo-1'): City {
  const scale = sizes[size];
  const population = settle(scale.people, throwDice(`${seed}/population`));
  const owned = giveVehicles(population, throwDice(`${seed}/vehicles`));
  const cases = findCases(population, owned, scale.cases, throwDice(`${seed}/cases`));
  const { vehicles, wrongVehicle } = spoilOneRecord(population, owned, cases);
  return {
    size,
    seed,
    population,
    companies: foundCompanies(population, scale.companies, throwDice(`${seed}/companies`)),
    vehicles,
    wrongVehicle,
    homes: giveHomes(population, throwDice(`${seed}/homes`)),
    cases,
    institutions: scale.institutions,
    schools: scale.schools,
  };
}

/** The first adult of working or driving age of a household, or −1. */
function adultOf(population: Population, household: number, low: number, high: number): number {
  const last = population.firstOf[household + 1] as number;
  for (let person = population.firstOf[household] as number; person < last; person++) {
    const age = ageOf(population.birthDay[person] as number);
    if (age >= low && age <= high) return person;
  }
  return -1;
}

function giveVehicles(population: Population, dice: Dice): Vehicle[] {
  const vehicles: Vehicle[] = [];
  for (let household = 0; household < population.households; household++) {
    const owner = adultOf(population, household, 18, 75);
    if (owner < 0) continue;
    const first = population.firstOf[household] as number;
    const size = (population.firstOf[household + 1] as number) - first;
    const count = size === 1 ? dice.weighted([62, 36, 2]) : dice.weighted([20, 62, 16, 2]);
    for (let i = 0; i < count; i++) {
      const spouse = first + 1;
      const second = i > 0 && size > 1 && population.relation[spouse] === 1 ? spouse : owner;
      const drivesSince = Math.max((population.birthDay[second] as number) + 18 * 365 + 30, dayOf('2006-01-01'));
      const registeredOn = Math.min(drivesSince + dice.below(Math.max(1, asOf - drivesSince)), asOf);
      vehicles.push({ owner: second, recordedOwner: second, registeredOn });
    }
  }
  return vehicles;
}

/** Households of old people alone, of one parent, and a few others; hardly any of them has a vehicle. */
function findCases(population: Population, vehicles: readonly Vehicle[], wanted: number, dice: Dice): SubsistenceCase[] {
  const motorised = new Set(vehicles.map((vehicle) => population.household[vehicle.owner]));
  const cases: SubsistenceCase[] = [];
  const share = Math.ceil((population.households * 10) / wanted);
  for (let household = 0; household < population.households && cases.length < wanted; household++) {
    const applicant = population.firstOf[household] as number;
    const state = population.marital[applicant];
    const poorer = state === 3 || state === 2;
    if (motorised.has(household) && !dice.chance(3)) continue;
    if (!dice.chance(poorer ? 36 : 10) && dice.below(share) > 0) continue;
    // Nobody applies before they are of age.
    if (ageOf(population.birthDay[applicant] as number) < 19) continue;
    const appliedOn = asOf - dice.between(5, 6 * 365);
    const age = asOf - appliedOn;
    const kind = age < 60 ? 1 : dice.weighted([88, 0, 12]);
    cases.push({ household, applicant, appliedOn, state: (['receiving', 'checking', 'ended'] as const)[kind]! });
  }
  return cases;
}

/**
 * The vehicle of the correction scenario: the register gives, as its owner's number, that of somebody in the first street whose means
 * are being checked and who owns none. The name beside it is the rightful owner's.
 */
function spoilOneRecord(population: Population, owned: readonly Vehicle[], cases: readonly SubsistenceCase[]) {
  const motorised = new Set(owned.map((vehicle) => population.household[vehicle.owner]));
  const streetOf = (household: number) => communities[population.community[household] as number]?.streetCode;
  const street = communities[0]?.streetCode;
  const ofStreet = cases.filter((each) => streetOf(each.household) === street && !motorised.has(each.household));
  const victim = ofStreet.find((each) => each.state === 'checking') ?? ofStreet[0];
  const wrongVehicle = owned.findIndex((vehicle) => streetOf(population.household[vehicle.owner] as number) === street);
  const wrong = owned[wrongVehicle];
  if (!victim || !wrong) throw new Error('The city is too small for the correction scenario');
  const vehicles = owned.map((vehicle) => (vehicle === wrong ? { ...vehicle, recordedOwner: victim.applicant } : vehicle));
  return { vehicles, wrongVehicle };
}

function giveHomes(population: Population, dice: Dice): City['homes'] {
  const homes: { household: number; owner: number; coOwner?: number }[] = [];
  for (let household = 0; household < population.households; household++) {
    const owner = adultOf(population, household, 22, 99);
    if (owner < 0) continue;
    const first = population.firstOf[household] as number;
    const size = (population.firstOf[household + 1] as number) - first;
    const coOwner = size > 1 && population.relation[first + 1] === 1 ? first + 1 : undefined;
    const count = size === 1 ? dice.weighted([45, 52, 3]) : dice.weighted([12, 70, 15, 3]);
    for (let i = 0; i < count; i++) {
      homes.push({ household, owner, ...(coOwner !== undefined && dice.chance(70) ? { coOwner } : {}) });
    }
  }
  return homes;
}

function foundCompanies(population: Population, wanted: number, dice: Dice): Company[] {
  const companies: Company[] = [];
  while (companies.length < wanted) {
    const representative = dice.below(population.people);
    const born = population.birthDay[representative] as number;
    const age = ageOf(born);
    if (age < 20 || age > 70) continue;
    const individual = dice.chance(55);
    const community =
      dice.weighted(districts.map((each) => each.share)) * communitiesPerDistrict + dice.below(communitiesPerDistrict);
    const district = (districts[Math.floor(community / communitiesPerDistrict)] as { code: string }).code;
    const since = Math.max(born + 18 * 365 + 30, dayOf('1998-01-01'));
    companies.push({
      code: creditCode(individual ? '92' : '91', district, 30_000_000 + companies.length * 17),
      individual,
      community,
      representative,
      establishedOn: since + dice.below(Math.max(1, asOf - since)),
    });
  }
  return companies;
}
