/** 99 is no province in GB/T 2260, so neither the city nor anybody's number in it can be mistaken for a real one. */
export const cityCode = '990100';
export const cityName = '示例市';

export interface District {
  readonly code: string;
  readonly name: string;
  /** The one character that its streets and roads begin with. */
  readonly sign: string;
  /** Share of the city's people, in hundredths. */
  readonly share: number;
  readonly rural: boolean;
}
export const districts: readonly District[] = [
  { code: '990101', name: '甲区', sign: '甲', share: 32, rural: false },
  { code: '990102', name: '乙区', sign: '乙', share: 28, rural: false },
  { code: '990103', name: '丙区', sign: '丙', share: 24, rural: false },
  { code: '990121', name: '丁县', sign: '丁', share: 16, rural: true },
];

const numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
const streetsPerDistrict = 6;
const communitiesPerStreet = 8;

export interface Community {
  readonly code: string;
  readonly name: string;
  readonly streetCode: string;
  readonly streetName: string;
  /** Index into `districts`. */
  readonly district: number;
}

/** Every community, in the order of its code: district, street (9 digits), community (12 digits). */
export const communities: readonly Community[] = districts.flatMap((district, index) =>
  Array.from({ length: streetsPerDistrict }, (_, street) => {
    const streetCode = `${district.code}${district.rural ? '1' : '0'}${String(street + 1).padStart(2, '0')}`;
    const streetName = `${district.sign}${numerals[street]}${district.rural ? '镇' : '街道'}`;
    return Array.from({ length: communitiesPerStreet }, (_, community) => ({
      code: `${streetCode}${district.rural ? '2' : '0'}${String(community + 1).padStart(2, '0')}`,
      name: `第${numerals[community]}${district.rural ? '村' : '社区'}`,
      streetCode,
      streetName,
      district: index,
    }));
  }).flat(),
);
export const communitiesPerDistrict = streetsPerDistrict * communitiesPerStreet;

/** An address as registers write it; `home` is a number that is unlike for each home of a community. */
export function address(community: Community, home: number): string {
  const district = districts[community.district] as District;
  const road = `${district.name}${community.streetName}${community.name}`;
  if (district.rural) return `${road}${home + 1}号`;
  // Ten homes on each of six floors, three buildings on each road.
  const building = Math.floor(home / 60);
  const floor = Math.floor((home % 60) / 10) + 1;
  return `${road}${district.sign}${numerals[building % 10]}路${building + 1}号${floor}${String((home % 10) + 1).padStart(2, '0')}室`;
}
