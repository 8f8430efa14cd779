import type { Custody, Role } from '#contracts';
import { creditCode } from './identity-numbers.js';
import { cityCode } from './regions.js';

export type DepartmentKey =
  | 'shuju'
  | 'gongan'
  | 'minzheng'
  | 'ziran'
  | 'shijian'
  | 'renshe'
  | 'weijian'
  | 'jiaoyu'
  | 'yibao'
  | 'jiaqu-minzheng'
  | 'jiayi-jiedao';

export interface DemoDepartment {
  /** Its short name in logins and file names. */
  readonly key: DepartmentKey;
  readonly code: string;
  readonly name: string;
  readonly level: 'city' | 'district' | 'street';
  readonly region: string;
  readonly parent?: DepartmentKey;
  /** Where its signing key lies. */
  readonly custody: Custody;
  readonly people: readonly DemoPerson[];
}

export interface DemoPerson {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

function department(
  key: DepartmentKey,
  number: number,
  name: string,
  people: readonly DemoPerson[],
  more: Partial<Pick<DemoDepartment, 'level' | 'region' | 'parent' | 'custody'>> = {},
): DemoDepartment {
  const region = more.region ?? cityCode;
  return {
    key,
    code: creditCode('11', region.slice(0, 6), number),
    name,
    level: 'city',
    custody: 'exchange',
    people,
    ...more,
    region,
  };
}

function person(login: string, name: string, ...roles: Role[]): DemoPerson {
  return { login, name, roles };
}

/** The department that reviews, supervises and admits the others. The first of its people are those that the set-up link makes. */
export const competentKey: DepartmentKey = 'shuju';

/** The city's departments; a parent stands before its children, the competent department first. */
export const departments: readonly DemoDepartment[] = [
  department('shuju', 10, '示例市数据局', [
    person('shuju.zhao', '赵示一', 'office-head'),
    person('shuju.qian', '钱示二', 'operator'),
    person('shuju.sun', '孙示三', 'supervisor'),
    person('shuju.li', '李示四', 'office-head'),
  ]),
  department('gongan', 21, '示例市公安局', [
    person('gongan.zhou', '周示一', 'steward'),
    person('gongan.wu', '吴示二', 'office-head'),
    person('gongan.zheng', '郑示三', 'requester'),
  ]),
  department('minzheng', 32, '示例市民政局', [
    person('minzheng.wang', '王示一', 'requester'),
    person('minzheng.feng', '冯示二', 'office-head'),
    person('minzheng.chen', '陈示三', 'steward'),
  ]),
  department(
    'ziran',
    43,
    '示例市自然资源和规划局（不动产登记中心）',
    [
      person('ziran.chu', '褚示一', 'steward'),
      person('ziran.wei', '卫示二', 'office-head'),
      person('ziran.jiang', '蒋示三', 'requester'),
    ],
    { custody: 'department' },
  ),
  department('shijian', 54, '示例市市场监督管理局', [
    person('shijian.shen', '沈示一', 'steward'),
    person('shijian.han', '韩示二', 'office-head'),
    person('shijian.yang', '杨示三', 'requester'),
  ]),
  department('renshe', 65, '示例市人力资源和社会保障局', [
    person('renshe.zhu', '朱示一', 'steward'),
    person('renshe.qin', '秦示二', 'office-head'),
    person('renshe.you', '尤示三', 'requester'),
  ]),
  department('weijian', 76, '示例市卫生健康委员会', [
    person('weijian.xu', '许示一', 'steward'),
    person('weijian.he', '何示二', 'office-head'),
    person('weijian.lv', '吕示三', 'requester'),
  ]),
  department('jiaoyu', 87, '示例市教育局', [
    person('jiaoyu.shi', '施示一', 'steward'),
    person('jiaoyu.zhang', '张示二', 'office-head'),
    person('jiaoyu.kong', '孔示三', 'requester'),
  ]),
  department('yibao', 98, '示例市医疗保障局', [
    person('yibao.cao', '曹示一', 'steward'),
    person('yibao.yan', '严示二', 'office-head'),
    person('yibao.hua', '华示三', 'requester'),
  ]),
  department(
    'jiaqu-minzheng',
    109,
    '示例市甲区民政局',
    [
      person('jiaqu-minzheng.jin', '金示一', 'steward'),
      person('jiaqu-minzheng.tao', '陶示二', 'office-head'),
      person('jiaqu-minzheng.bai', '柏示三', 'requester'),
    ],
    { level: 'district', region: '990101', parent: 'minzheng' },
  ),
  department(
    'jiayi-jiedao',
    120,
    '示例市甲区甲一街道办事处',
    [
      person('jiayi-jiedao.yun', '云示一', 'steward'),
      person('jiayi-jiedao.su', '苏示二', 'office-head'),
      person('jiayi-jiedao.pan', '潘示三', 'requester'),
    ],
    { level: 'street', region: '990101001', parent: 'jiaqu-minzheng' },
  ),
];

/** A department of the city by its short name. */
export function departmentOf(key: DepartmentKey): DemoDepartment {
  return departments.find((each) => each.key === key) as DemoDepartment;
}

/** The login of a department's first holder of a role. Throws when nobody holds it: the story asked for what nobody may do. */
export function loginOf(key: DepartmentKey, role: Role): string {
  const holder = departmentOf(key).people.find((each) => each.roles.includes(role));
  if (!holder) throw new Error(`Nobody in ${key} is ${role}`);
  return holder.login;
}
