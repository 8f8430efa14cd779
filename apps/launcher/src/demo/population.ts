import { asOf, dateText, dayOf } from './days.js';
import type { Dice } from './dice.js';
import { idNumber } from './identity-numbers.js';
import { givenNameCount, personName, surnameCount } from './names.js';
import { communities, communitiesPerDistrict, districts } from './regions.js';

export const relations = ['户主', '配偶', '子', '女', '父亲', '母亲'] as const;
export const maritalStates = ['未婚', '已婚', '离婚', '丧偶'] as const;
const [head, spouseOfHead, son, daughter, fatherOfHead, motherOfHead] = [0, 1, 2, 3, 4, 5];
const [single, married, divorced, widowed] = [0, 1, 2, 3];
const nobody = -1;
/** 999 is the last sequence of a citizen's number, so 499 men and 499 women of a district may be born on one day. */
const firstBirthDay = dayOf('1926-01-01');

/** A marriage that was registered; both stand in the household register. */
export interface Couple {
  readonly husband: number;
  readonly wife: number;
  readonly marriedOn: number;
  /** The day of the divorce, if it ended in one. */
  readonly divorcedOn?: number;
}

/** Everybody in the household register. People and households are numbers; households hold consecutive people. */
export interface Population {
  readonly people: number;
  readonly households: number;
  /** Days since 1970-01-01. */
  readonly birthDay: Int32Array;
  readonly male: Uint8Array;
  readonly household: Int32Array;
  /** Indices into `relations` and `maritalStates`. */
  readonly relation: Uint8Array;
  readonly marital: Uint8Array;
  /** −1 where they are not in the register. */
  readonly father: Int32Array;
  readonly mother: Int32Array;
  /** The first person of each household, and after the last household the count of people. */
  readonly firstOf: Int32Array;
  /** Index into `communities`, by household. */
  readonly community: Uint16Array;
  /** The home's number within its community, by household. */
  readonly home: Uint16Array;
  readonly couples: readonly Couple[];
  idNumber(person: number): string;
  name(person: number): string;
}

/** Settles households until the register holds so many people. Linear in them, about 30 bytes a person. */
export function settle(people: number, dice: Dice): Population {
  const birthDay = new Int32Array(people);
  const male = new Uint8Array(people);
  const household = new Int32Array(people);
  const relation = new Uint8Array(people);
  const marital = new Uint8Array(people);
  const father = new Int32Array(people).fill(nobody);
  const mother = new Int32Array(people).fill(nobody);
  const surname = new Uint8Array(people);
  const given = new Uint16Array(people);
  const idDistrict = new Uint8Array(people);
  const sequence = new Uint16Array(people);
  const firstOf = new Int32Array(people + 1);
  const community = new Uint16Array(people);
  const home = new Uint16Array(people);
  const couples: Couple[] = [];
  const taken = new Uint16Array(districts.length * (asOf - firstBirthDay + 1) * 2);
  const homes = new Uint16Array(communities.length);
  let count = 0;
  let households = 0;

  function open(): void {
    const district = dice.weighted(districts.map((each) => each.share));
    const where = district * communitiesPerDistrict + dice.below(communitiesPerDistrict);
    community[households] = where;
    home[households] = homes[where] as number;
    homes[where] = (homes[where] as number) + 1;
    firstOf[households] = count;
    households++;
  }

  /** Adds somebody to the household opened last; nobody once the register is full. */
  function add(isMale: boolean, born: number, kin: number, state: number, family?: number): number {
    if (count === people) return nobody;
    const person = count++;
    const day = Math.max(firstBirthDay, Math.min(born, asOf));
    birthDay[person] = day;
    male[person] = isMale ? 1 : 0;
    household[person] = households - 1;
    relation[person] = kin;
    marital[person] = state;
    surname[person] = family ?? dice.below(surnameCount);
    given[person] = dice.below(givenNameCount);
    // One in six moved here from another district, whose code stays in the number.
    const own = (communities[community[households - 1] as number] as { district: number }).district;
    const district = dice.chance(16) ? dice.below(districts.length) : own;
    idDistrict[person] = district;
    const slot = (district * (asOf - firstBirthDay + 1) + (day - firstBirthDay)) * 2 + (isMale ? 0 : 1);
    const earlier = (taken[slot] as number)++;
    if (earlier >= 499) throw new RangeError('The numbers of one day and district are used up');
    sequence[person] = earlier * 2 + (isMale ? 1 : 2);
    return person;
  }

  const aged = (low: number, high: number) => asOf - dice.between(low * 365, high * 365 + 364);

  function marry(husband: number, wife: number, latestAge = 28): Couple | undefined {
    if (husband === nobody || wife === nobody) return undefined;
    const youngest = Math.max(birthDay[husband] as number, birthDay[wife] as number);
    const marriedOn = Math.min(youngest + dice.between(22 * 365 + 6, latestAge * 365), asOf - dice.between(0, 60));
    const couple = { husband, wife, marriedOn };
    couples.push(couple);
    return couple;
  }

  function addCouple(low: number, high: number): { husband: number; wife: number } {
    const born = aged(low, high);
    const husband = add(true, born, head, married);
    // Nobody marries before 20 (women) and 22 (men): a wife is at most four years younger than the youngest husband of 26.
    const wife = add(false, born + dice.between(-2 * 365, 3 * 365), spouseOfHead, married);
    marry(husband, wife);
    if (wife === nobody && husband !== nobody) marital[husband] = single;
    return { husband, wife };
  }

  function addChildren(dad: number, mum: number, most: number): void {
    const parent = mum === nobody ? dad : mum;
    if (parent === nobody) return;
    const parentBorn = birthDay[parent] as number;
    let born = parentBorn + dice.between(23 * 365, 34 * 365);
    for (let child = 0; child < most; child++) {
      // Children of 26 and more have moved out.
      if (born > asOf) return;
      if (asOf - born < 26 * 365) {
        const boy = dice.chance(51);
        const family = surname[dad === nobody ? mum : dad];
        const person = add(boy, born, boy ? son : daughter, single, family);
        if (person === nobody) return;
        father[person] = dad;
        mother[person] = mum;
      }
      born += dice.between(500, 5 * 365);
    }
  }

  while (count < people) {
    open();
    const kind = dice.weighted([14, 9, 9, 40, 13, 11, 4]);
    if (kind === 0) add(dice.chance(55), aged(19, 36), head, single);
    else if (kind === 1) add(dice.chance(35), aged(64, 96), head, dice.chance(85) ? widowed : single);
    else if (kind === 2) addCouple(26, 38);
    else if (kind === 3) {
      const { husband, wife } = addCouple(27, 52);
      addChildren(husband, wife, dice.weighted([4, 55, 35, 6]));
    } else if (kind === 4) addCouple(52, 88);
    else if (kind === 5) {
      const { husband, wife } = addCouple(28, 50);
      addChildren(husband, wife, dice.weighted([6, 54, 34, 6]));
      if (husband !== nobody) addGrandparents(husband);
    } else addSeparated();
  }

  function addGrandparents(husband: number): void {
    const born = (birthDay[husband] as number) - dice.between(23 * 365, 33 * 365);
    const both = dice.chance(60);
    const grandmother = add(false, born, motherOfHead, both ? married : widowed);
    if (grandmother !== nobody) mother[husband] = grandmother;
    if (!both) return;
    const grandfather = add(true, born - dice.between(-200, 3 * 365), fatherOfHead, married, surname[husband]);
    if (grandfather === nobody) {
      if (grandmother !== nobody) marital[grandmother] = widowed;
      return;
    }
    father[husband] = grandfather;
    marry(grandfather, grandmother);
  }

  /** A parent with a child, and the other parent alone in a household of their own. */
  function addSeparated(): void {
    const born = aged(29, 50);
    const keeperIsMale = dice.chance(30);
    const keeper = add(keeperIsMale, born, head, divorced);
    const childAt = count;
    if (keeperIsMale) addChildren(keeper, nobody, 1);
    else addChildren(nobody, keeper, 1);
    if (count === people) {
      if (keeper !== nobody) marital[keeper] = single;
      return;
    }
    open();
    const other = add(!keeperIsMale, born + dice.between(-900, 900), head, divorced);
    const [husband, wife] = keeperIsMale ? [keeper, other] : [other, keeper];
    // Both are past 26, so a marriage before 24 leaves time for its end.
    const couple = marry(husband, wife, 24);
    if (!couple) return;
    const divorcedOn = couple.marriedOn + dice.between(200, 12 * 365);
    couples[couples.length - 1] = { ...couple, divorcedOn: Math.min(divorcedOn, asOf - 1) };
    for (let child = childAt; child < firstOf[households - 1]!; child++) {
      father[child] = husband;
      mother[child] = wife;
      surname[child] = surname[husband] as number;
    }
  }

  firstOf[households] = count;
  return {
    people,
    households,
    birthDay,
    male,
    household,
    relation,
    marital,
    father,
    mother,
    firstOf: firstOf.subarray(0, households + 1),
    community: community.subarray(0, households),
    home: home.subarray(0, households),
    couples,
    idNumber(person) {
      const region = (districts[idDistrict[person] as number] as { code: string }).code;
      return idNumber(region, dateText(birthDay[person] as number), sequence[person] as number);
    },
    name: (person) => personName(surname[person] as number, given[person] as number),
  };
}
