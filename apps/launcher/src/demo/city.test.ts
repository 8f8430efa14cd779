import { datasetEntrySchema, departmentCodeSchema, regionSchema } from '#contracts';
import { canonicalValue, canTransform } from '#delivery';
import { grantedTransformations } from '#rights';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { buildCity, type City } from './city.js';
import { departments } from './departments.js';
import { idCheckCharacter } from './identity-numbers.js';
import { csvOf, registerOf, registers, type RegisterKey } from './registers/index.js';
import { vehicleNumber } from './registers/vehicles.js';

interface Table {
  rows: number;
  digest: string;
  /** Values of the items that other registers join to, or that must be unlike. */
  values: Map<string, string[]>;
}

function quotedFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
    (match) => match[1]?.replaceAll('""', '"') ?? (match[2] as string),
  );
}

/** Reads a register's CSV once, by a parser of its own, checks every value and keeps the columns asked for. */
function read(city: City, key: RegisterKey, keep: readonly string[], version = 1): Table {
  const register = registerOf(key);
  const { items } = register.entry;
  const hash = createHash('sha256');
  const values = new Map(keep.map((name) => [name, [] as string[]]));
  let rest = '';
  let rows = -1;
  const line = (text: string) => {
    const fields = text.includes('"') ? quotedFields(text) : text.split(',');
    assert.equal(fields.length, items.length);
    if (rows++ < 0) {
      assert.deepEqual(
        fields,
        items.map((item) => item.name),
      );
      return;
    }
    for (const [i, item] of items.entries()) {
      const value = fields[i] as string;
      if (value === '') assert.ok(!item.required, `${key} row ${rows}: ${item.name} is missing`);
      else if (canonicalValue(item, value) === undefined) assert.fail(`${key} row ${rows}: ${item.name} is ${value}`);
      values.get(item.name)?.push(value);
    }
  };
  for (const chunk of csvOf(register, city, version)) {
    hash.update(chunk);
    assert.ok(chunk.length <= 131_072, 'chunks stay small');
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() as string;
    lines.forEach(line);
  }
  assert.equal(rest, '');
  return { rows, digest: hash.digest('hex'), values };
}

const column = (table: Table, name: string) => table.values.get(name) as string[];
const unlike = (values: readonly string[]) => new Set(values).size === values.length;

describe('the demo city at full size', () => {
  const tables = new Map<RegisterKey, Table>();
  let city: City;
  before(() => {
    city = buildCity('full');
    const keep: Partial<Record<RegisterKey, string[]>> = {
      households: ['idNumber', 'birthDate', 'sex', 'telephone', 'householdNumber', 'relation'],
      marriages: ['registrationNumber', 'manId', 'womanId'],
      vehicles: ['registrationNumber', 'plate', 'ownerId', 'ownerName'],
      'real-estate': ['unitNumber', 'ownerId', 'coOwnerId'],
      enterprises: ['code', 'name', 'representativeId'],
      'social-security': ['idNumber', 'employerCode'],
      subsistence: ['caseNumber', 'applicantId', 'householdNumber'],
      births: ['certificateNumber', 'motherId', 'fatherId', 'institutionCode'],
      qualifications: ['certificateNumber', 'idNumber'],
      clinics: ['institutionCode'],
      'elderly-care': ['idNumber'],
    };
    for (const each of registers) if (each.rows) tables.set(each.key, read(city, each.key, keep[each.key] ?? []));
  });
  const table = (key: RegisterKey) => tables.get(key) as Table;

  test('has the rows that it promises', () => {
    assert.deepEqual(Object.fromEntries([...tables].map(([key, { rows }]) => [key, rows])), {
      households: 200_000,
      'social-security': 98_229,
      'real-estate': 75_497,
      vehicles: 62_344,
      marriages: 67_386,
      enterprises: 20_000,
      births: 16_234,
      qualifications: 13_240,
      'elderly-care': 8_962,
      subsistence: 4_000,
      clinics: 2_659,
      schools: 2_967,
    });
  });

  test('gives the same bytes wherever it is built', () => {
    const all = createHash('sha256');
    for (const { digest } of tables.values()) all.update(digest);
    assert.equal(all.digest('hex'), 'b48e9d509ac2cac1744d0c2ba3a42b8a9bf54a8ea7d58f653fc027f9e56bacd5');
  });

  test('numbers people by the national rule and under a region that does not exist', () => {
    const { values } = table('households');
    const birthDates = values.get('birthDate') as string[];
    const sexes = values.get('sex') as string[];
    for (const [i, id] of column(table('households'), 'idNumber').entries()) {
      // Compared here and asserted once: two hundred thousand calls of assert take seconds.
      const right =
        /^9901(01|02|03|21)\d{11}[\dX]$/.test(id) &&
        id[17] === idCheckCharacter(id.slice(0, 17)) &&
        id.slice(6, 14) === birthDates[i]?.replaceAll('-', '') &&
        (Number(id[16]) % 2 === 1) === (sexes[i] === '男');
      if (!right) assert.fail(`row ${i + 1}: ${id}`);
    }
    // Published examples: the standard's own and one that everybody knows.
    assert.equal(idCheckCharacter('11010519491231002'), 'X');
    assert.equal(idCheckCharacter('44052418800101001'), '4');
    for (const telephone of column(table('households'), 'telephone'))
      if (!/^(100\d{8})?$/.test(telephone)) assert.fail(telephone);
  });

  test('repeats no number that names one thing', () => {
    assert.ok(unlike(column(table('households'), 'idNumber')));
    assert.ok(unlike(column(table('households'), 'telephone').filter(Boolean)));
    assert.ok(unlike(column(table('marriages'), 'registrationNumber')));
    assert.ok(unlike(column(table('vehicles'), 'plate')));
    assert.ok(unlike(column(table('real-estate'), 'unitNumber')));
    assert.ok(unlike(column(table('enterprises'), 'code')));
    assert.ok(unlike(column(table('enterprises'), 'name')));
    assert.ok(unlike(column(table('subsistence'), 'householdNumber')));
    assert.ok(unlike(column(table('births'), 'certificateNumber')));
    assert.ok(unlike(column(table('qualifications'), 'certificateNumber')));
    assert.ok(unlike(column(table('social-security'), 'idNumber')));
  });

  test('joins across departments: everybody named anywhere stands in the household register', () => {
    const register = new Set(column(table('households'), 'idNumber'));
    const named: [RegisterKey, string][] = [
      ['marriages', 'manId'],
      ['marriages', 'womanId'],
      ['vehicles', 'ownerId'],
      ['real-estate', 'ownerId'],
      ['real-estate', 'coOwnerId'],
      ['enterprises', 'representativeId'],
      ['social-security', 'idNumber'],
      ['subsistence', 'applicantId'],
      ['births', 'motherId'],
      ['births', 'fatherId'],
      ['qualifications', 'idNumber'],
      ['elderly-care', 'idNumber'],
    ];
    for (const [key, name] of named) {
      for (const id of column(table(key), name)) if (id !== '' && !register.has(id)) assert.fail(`${key}.${name} names nobody`);
    }
    const companies = new Set(column(table('enterprises'), 'code'));
    for (const code of column(table('social-security'), 'employerCode')) if (!companies.has(code)) assert.fail(code);
    const institutions = new Set(column(table('clinics'), 'institutionCode'));
    for (const code of column(table('births'), 'institutionCode')) assert.ok(institutions.has(code));
    const households = new Set(column(table('households'), 'householdNumber'));
    for (const number of column(table('subsistence'), 'householdNumber')) assert.ok(households.has(number));
  });

  test('has households of people who could be kin', () => {
    const { population } = city;
    for (let person = 0; person < population.people; person++) {
      for (const parent of [population.father[person]!, population.mother[person]!]) {
        if (parent < 0) continue;
        const years = ((population.birthDay[person] as number) - (population.birthDay[parent] as number)) / 365.25;
        if (years < 18 || years > 55) assert.fail(`a parent of ${years} years`);
      }
    }
    for (const { husband, wife, marriedOn, divorcedOn } of population.couples) {
      assert.ok(population.male[husband] === 1 && population.male[wife] === 0);
      const youngest = Math.max(population.birthDay[husband] as number, population.birthDay[wife] as number);
      assert.ok(marriedOn - youngest >= 20 * 365, 'nobody marries as a child');
      assert.ok(divorcedOn === undefined || divorcedOn > marriedOn);
    }
    const relation = column(table('households'), 'relation');
    const heads = relation.filter((each) => each === '户主').length;
    assert.equal(heads, population.households);
  });

  test('has one vehicle under a wrong number, which the second version puts right', () => {
    const first = table('vehicles');
    const second = read(city, 'vehicles', ['ownerId', 'registrationNumber'], 2);
    assert.equal(second.rows, first.rows);
    const before = column(first, 'ownerId');
    const after = column(second, 'ownerId');
    const changed = before.flatMap((id, i) => (id === after[i] ? [] : [i]));
    assert.deepEqual(changed, [city.wrongVehicle]);
    const row = changed[0] as number;
    assert.equal(column(first, 'registrationNumber')[row], vehicleNumber(row));
    assert.ok(column(table('subsistence'), 'applicantId').includes(before[row] as string), 'it bears on an applicant');
    const rightful = column(table('households'), 'idNumber').indexOf(after[row] as string);
    assert.equal(column(first, 'ownerName')[row], city.population.name(rightful));
    assert.equal(before.filter((id) => id === before[row]).length, 1, 'the applicant owns no other vehicle');
  });
});

test('the small city is as whole and has a few thousand rows', () => {
  const city = buildCity('small');
  let rows = 0;
  for (const each of registers) if (each.rows) rows += read(city, each.key, []).rows;
  assert.ok(rows > 2_000 && rows < 6_000, `${rows} rows`);
});

test('another seed gives another city', () => {
  const one = read(buildCity('small', 'one'), 'households', []);
  const other = read(buildCity('small', 'other'), 'households', []);
  assert.notEqual(one.digest, other.digest);
  assert.equal(read(buildCity('small', 'one'), 'households', []).digest, one.digest);
});

test('every entry is one that the catalogue accepts, with its conditions or citation stated', () => {
  const codes = new Set<string>();
  for (const { entry, key } of registers) {
    datasetEntrySchema.parse(entry);
    codes.add(entry.resourceCode);
    if (entry.shareType !== 'unconditional') assert.ok(entry.shareCondition, key);
    if (entry.shareType === 'not-shared') assert.match(entry.shareCondition as string, /《.+》第.+条/);
    // Whoever agrees without a word about masks unmasks nothing, and everything can be granted so.
    const masks = grantedTransformations(
      entry.items,
      entry.items.map((item) => item.name),
    );
    assert.ok(Array.isArray(masks), `${key}: a personal item has no mask`);
    for (const { item: name, transformation } of masks) {
      const item = entry.items.find((each) => each.name === name);
      assert.ok(item && canTransform(item, transformation), `${key}.${name}`);
    }
    for (const { name, personal, mask } of entry.items) {
      const names = /(owner|man|woman|applicant|mother|father|representative)(Id|Name)$|^(idNumber|plate|childName)$/i.test(name);
      assert.ok(!names || (personal && mask), `${key}.${name} names people`);
    }
  }
  assert.equal(codes.size, registers.length);
  for (const { entry } of registers) for (const code of entry.relatedCodes) assert.ok(codes.has(code), code);
});

test('departments have valid credit codes of a region that does not exist, and people whom nobody excludes', () => {
  const logins = new Set<string>();
  for (const [index, each] of departments.entries()) {
    departmentCodeSchema.parse(each.code);
    regionSchema.parse(each.region);
    assert.equal(each.code.slice(2, 4), '99');
    if (each.parent) assert.ok(departments.findIndex((other) => other.key === each.parent) < index);
    for (const { login, roles } of each.people) {
      assert.ok(!logins.has(login));
      logins.add(login);
      assert.ok(!(roles.includes('supervisor') && roles.includes('operator')));
    }
  }
  assert.equal(new Set(departments.map((each) => each.code)).size, departments.length);
});
