import { asOf, dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { communities, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const kinds = ['小型轿车', '小型普通客车', '微型普通客车', '轻型普通货车', '普通二轮摩托车'] as const;
const prices = [118_000, 146_000, 62_000, 71_000, 7_800] as const;

export const vehicles: Register = {
  key: 'vehicles',
  provider: 'gongan',
  versions: 2,
  entry: entryOf({
    title: '机动车登记信息',
    resourceCode: '3/02/004/01/000001',
    category: '部门信息资源/公安/交通管理/机动车登记',
    abstract:
      '示例市登记的机动车及其所有人，每车一行，按登记编号排列。第一版有一条记录的所有人身份号码登记有误，第二版已经更正。数据为合成数据。',
    items: [
      items.text('registrationNumber', '登记编号'),
      items.text('plate', '号牌号码', { personal: true, mask: { kind: 'keep', first: 2, last: 2 } }),
      items.text('kind', '车辆类型'),
      items.text('model', '厂牌型号'),
      items.date('registeredOn', '初次登记日期'),
      items.money('price', '购置价格（元）', { required: false }),
      items.text('status', '机动车状态'),
      items.id('ownerId', '所有人身份号码'),
      items.person('ownerName', '所有人姓名'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于社会救助家庭经济状况核对和执法办案；二、号牌号码不提供给非执法部门；三、仅提供业务对象所在县（区）的记录。',
    updateCycle: '2',
    classification: '公安业务数据',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  *rows({ population, vehicles, wrongVehicle, seed }, version) {
    const dice = throwDice(`${seed}/vehicle-rows`);
    for (const [index, vehicle] of vehicles.entries()) {
      const kind = dice.weighted([52, 30, 6, 7, 5]);
      const household = population.household[vehicle.owner] as number;
      const { streetCode } = communities[population.community[household] as number] as Community;
      const corrected = version > 1 && index === wrongVehicle;
      yield [
        vehicleNumber(index),
        plateOf(index),
        kinds[kind] as string,
        `示例牌${'甲乙丙丁'.charAt(dice.below(4))}${dice.between(100, 999)}型`,
        dateText(vehicle.registeredOn),
        dice.chance(92) ? `${Math.floor(((prices[kind] as number) * dice.between(70, 210)) / 100)}.00` : '',
        asOf - vehicle.registeredOn > 15 * 365
          ? '达到报废标准'
          : (['正常', '逾期未检验', '抵押'][dice.weighted([88, 5, 7])] as string),
        population.idNumber(corrected ? vehicle.owner : vehicle.recordedOwner),
        population.name(vehicle.owner),
        streetCode.slice(0, 6),
        streetCode,
      ];
    }
  },
};

/** The number that people quote when they ask for a correction: it names a record and no person. */
export function vehicleNumber(vehicle: number): string {
  return `CL${String(vehicle + 1).padStart(8, '0')}`;
}

// No province's plates begin with 示.
function plateOf(vehicle: number): string {
  return `示${'ABCDEFGH'.charAt(Math.floor(vehicle / 90_000))}${String(10_000 + (vehicle % 90_000))}`;
}
