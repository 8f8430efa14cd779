const surnames =
  '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任';
const stems = '甲 乙 丙 丁 戊 己 庚 辛 壬 癸'.split(' ');
const branches = '子 丑 寅 卯 辰 巳 午 未 申 酉 戌 亥'.split(' ');
const seasons = '春 夏 秋 冬 东 南 西 北'.split(' ');

// Given names are a pair of signs of the calendar, as nobody names a child: everybody sees that these people do not exist.
const givenNames: readonly string[] = [
  ...stems.flatMap((stem) => branches.map((branch) => stem + branch)),
  ...seasons.flatMap((season) => stems.map((stem) => season + stem)),
  ...stems,
];
export const surnameCount = surnames.length;
export const givenNameCount = givenNames.length;

/** A name that is plainly made up. */
export function personName(surname: number, given: number): string {
  return surnames.charAt(surname) + (givenNames[given] as string);
}

/** A word for a company or an institution, unlike for each number below 12,000: 甲子, 甲丑 … 甲子一百零一. */
export function signWord(number: number): string {
  const pair = givenNames[number % 120] as string;
  const round = Math.floor(number / 120);
  return round === 0 ? pair : `${pair}${round}`;
}
